import { useMemo } from 'react'
import { ModeBanner } from '../../ui/ModeBanner.tsx'
import type { Asked } from '../profile/ask-profile.ts'
import { tokenEnded } from '../profile/early-facts.ts'
import type { Failure, ProfileState } from '../profile/profile-state.ts'
import { useProfile } from '../profile/use-profile.ts'
import { openAgain } from '../session/reopen.ts'
import type { Session } from '../session/smart-session.ts'
import { useEhrStyle } from '../session/use-ehr-style.ts'
import { useSessionEnd } from '../session/use-session-end.ts'
import { TEXT } from '../text.ts'
import { FailureNotice } from './FailureNotice.tsx'
import { Footer } from './Footer.tsx'
import { MissingScopes } from './MissingScopes.tsx'
import { PatientStrip } from './PatientStrip.tsx'
import { usePrintMarks } from './print-marks.ts'
import { Rail } from './Rail.tsx'
import { ReadingProgress } from './ReadingProgress.tsx'
import styles from './Screen.module.css'
import { useView } from './use-view.ts'
import { ViewArea } from './ViewArea.tsx'
import { VIEWS, type ViewProps } from './views.tsx'

const VIEW_IDS = VIEWS.map(({ id }) => id)

/** The app with an open session: who the patient is, what to do, why, and where it comes from. */
export const Screen = ({
  session,
  patient,
  sandbox,
  onEnd,
}: {
  readonly session: Session
  readonly patient: string
  readonly sandbox: boolean
  readonly onEnd: () => void
}) => {
  const asked = useMemo(
    (): Asked => ({ asker: session, patient, drug: session.context.drug, order: session.context.order, draft: session.context.draft }),
    [session, patient],
  )
  const { profile, readAgain } = useProfile(asked)
  const ended = useSessionEnd(session)
  const { view: selected, led, select, lead } = useView(session, VIEW_IDS)
  const style = useEhrStyle(session.styleUrl ?? null, session.fhirServer)
  const props: ViewProps = { profile, session, patient, open: lead }
  const view = VIEWS.find(({ id }) => id === selected)
  usePrintMarks(profile, view?.title ?? '', sandbox)
  return (
    <div className={styles.screen}>
      <Rail {...props} selected={selected} onSelect={select} onEnd={onEnd} />
      <div className={styles.column}>
        <header className={styles.header}>
          {sandbox ? <ModeBanner>{TEXT.sandbox}</ModeBanner> : null}
          <PatientStrip profile={profile} drug={session.context.drug} full={session.needBanner === true} readAgain={readAgain} />
        </header>
        <main className={styles.main} data-progress={profile.progress.kind}>
          {TEXT.clinicalSentences === '' ? null : <p className={styles.language}>{TEXT.clinicalSentences}</p>}
          <ReadingProgress profile={profile} open={lead} />
          <FailureNotice
            failure={ended ? 'expired' : failureOf(profile)}
            readAgain={readAgain}
            openAgain={() => openAgain(session, patient, selected)}
          />
          <MissingScopes session={session} />
          {view ? <ViewArea key={view.id} {...props} view={view} led={led} /> : null}
        </main>
        <Footer profile={profile} style={style} onEnd={onEnd} />
      </div>
    </div>
  )
}

const failureOf = (profile: ProfileState): Failure | null => {
  if (tokenEnded(profile)) return 'expired'
  return profile.progress.kind === 'failed' ? profile.progress.failure : null
}
