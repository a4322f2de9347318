import { type ReactNode, useMemo, useState } from 'react'
import { Boundary } from '../../ui/Boundary.tsx'
import { Button } from '../../ui/Button.tsx'
import { ModeBanner } from '../../ui/ModeBanner.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { type TabItem, Tabs } from '../../ui/Tabs.tsx'
import { GenomePanel } from '../panels/genome/GenomePanel.tsx'
import { MedicinesPanel } from '../panels/medicines/MedicinesPanel.tsx'
import { OrderPanel } from '../panels/order/OrderPanel.tsx'
import { RecordPanel } from '../panels/record/RecordPanel.tsx'
import { RisksPanel } from '../panels/risks/RisksPanel.tsx'
import { SourcesPanel } from '../panels/sources/SourcesPanel.tsx'
import type { Asked } from '../profile/ask-profile.ts'
import type { Failure, ProfileState } from '../profile/profile-state.ts'
import { useProfile } from '../profile/use-profile.ts'
import { rememberedView, rememberView } from '../session/open-view.ts'
import type { Session } from '../session/smart-session.ts'
import { useSessionEnd } from '../session/use-session-end.ts'
import { TEXT } from '../text.ts'
import { Footer } from './Footer.tsx'
import { PatientStrip } from './PatientStrip.tsx'
import { ReadingProgress } from './ReadingProgress.tsx'
import styles from './Screen.module.css'
import { medicinesMark, orderMark, sourcesMark } from './tab-marks.tsx'

const tabsOf = (profile: ProfileState, session: Session): readonly TabItem[] => [
  {
    id: 'order',
    title: TEXT.tabs.order,
    mark: orderMark(profile, session.context),
    content: () => <OrderPanel profile={profile} context={session.context} />,
  },
  { id: 'genome', title: TEXT.tabs.genome, content: () => <GenomePanel profile={profile} context={session.context} /> },
  { id: 'medicines', title: TEXT.tabs.medicines, mark: medicinesMark(profile), content: () => <MedicinesPanel profile={profile} /> },
  { id: 'risks', title: TEXT.tabs.risks, content: () => <RisksPanel profile={profile} /> },
  { id: 'record', title: TEXT.tabs.record, content: () => <RecordPanel profile={profile} /> },
  {
    id: 'sources',
    title: TEXT.tabs.sources,
    mark: sourcesMark(profile),
    content: () => <SourcesPanel profile={profile} fhirServer={session.fhirServer} />,
  },
]

/** Each tab on its own: one that fails leaves the others as they are. */
const guarded = (items: readonly TabItem[]): TabItem[] =>
  items.map((item) => ({
    ...item,
    content: () => (
      <Boundary key={item.id} text={TEXT.panel.broken}>
        <Content show={item.content} />
      </Boundary>
    ),
  }))

const Content = ({ show }: { readonly show: () => ReactNode }) => show()

const TAB_IDS: readonly string[] = ['order', 'genome', 'medicines', 'risks', 'record', 'sources']

/** A drug in hand opens its order; otherwise the tab that was open last, else the medicines. */
const firstTab = (session: Session): string => (session.context.drug ? 'order' : (rememberedView(TAB_IDS) ?? 'medicines'))

/** The app with an open session: who the patient is, what to do, why, and where it comes from. */
export const Screen = ({
  session,
  patient,
  sandbox,
}: {
  readonly session: Session
  readonly patient: string
  readonly sandbox: boolean
}) => {
  const asked = useMemo(
    (): Asked => ({ asker: session, patient, drug: session.context.drug, order: session.context.order }),
    [session, patient],
  )
  const { profile, readAgain } = useProfile(asked)
  const ended = useSessionEnd(session)
  const [tab, setTab] = useState(() => firstTab(session))
  const select = (id: string): void => {
    rememberView(id)
    setTab(id)
  }
  return (
    <>
      <header className={styles.header}>
        {sandbox ? <ModeBanner>{TEXT.sandbox}</ModeBanner> : null}
        <PatientStrip profile={profile} drug={session.context.drug} readAgain={readAgain} />
      </header>
      <main className={styles.main}>
        <ReadingProgress profile={profile} />
        <Warnings profile={profile} ended={ended} session={session} readAgain={readAgain} />
        <Boundary text={TEXT.panel.broken}>
          <Tabs label={TEXT.tabs.label} items={guarded(tabsOf(profile, session))} selected={tab} onSelect={select} />
        </Boundary>
      </main>
      <Footer profile={profile} />
    </>
  )
}

const Warnings = ({
  profile: { progress },
  ended,
  session,
  readAgain,
}: {
  readonly profile: ProfileState
  readonly ended: boolean
  readonly session: Session
  readonly readAgain: () => void
}) => {
  const failure: Failure | null = ended ? 'expired' : progress.kind === 'failed' ? progress.failure : null
  return (
    <>
      {failure ? <FailureNotice failure={failure} readAgain={readAgain} /> : null}
      {session.missing.length > 0 ? (
        <Notice level="caution" title={TEXT.missingScopes.title}>
          <ul>
            {session.missing.map((scope) => (
              <li key={scope}>{TEXT.missingScopes.of[scope]}</li>
            ))}
          </ul>
        </Notice>
      ) : null}
    </>
  )
}

/** Reading again cannot help a session that has ended or was refused. */
const FINAL: ReadonlySet<Failure> = new Set(['expired', 'refused'])

const FailureNotice = ({ failure, readAgain }: { readonly failure: Failure; readonly readAgain: () => void }) => (
  <div role="alert">
    <Notice
      level={failure === 'expired' ? 'caution' : 'critical'}
      title={TEXT.failures[failure].title}
      actions={FINAL.has(failure) ? null : <Button onClick={readAgain}>{TEXT.retry}</Button>}
    >
      <p>{TEXT.failures[failure].text}</p>
    </Notice>
  </div>
)
