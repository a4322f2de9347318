import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import type { PatientFacts } from '../../../../src/contract/facts.ts'
import { Button } from '../../../ui/Button.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import type { ViewProps } from '../../screen/views.tsx'
import { gapsAbout } from '../gaps-about.ts'
import { panelState } from '../panel-state.ts'
import { Estimates } from './Estimates.tsx'
import { Flagged } from './Flagged.tsx'
import styles from './Labs.module.css'
import { RowTable } from './RowTable.tsx'
import { fits, isFlagged, laboratoryOf, type Row, rowsOf, type Section, sectionsOf } from './rows.ts'
import { type Choice, Toolbar } from './Toolbar.tsx'
import { TEXT } from './texts.ts'

/** Laboratory results and vital signs by body system. */
export default function LabsPanel({ profile, open }: ViewProps) {
  const { facts } = profile
  const size = facts ? facts.labs.length + facts.vitals.length : 0
  return (
    <Panel
      title={TEXT.title}
      lead={TEXT.lead}
      state={panelState(profile, facts !== null, size > 0 ? null : TEXT.empty, gapsAbout(facts, ['labs', 'vitals']))}
    >
      {facts && size > 0 ? <Systems profile={profile} facts={facts} open={open} /> : null}
      {facts && size === 0 ? <p className={styles.note}>{TEXT.empty}</p> : null}
    </Panel>
  )
}

const toggled = (ids: ReadonlySet<string>, id: string): ReadonlySet<string> => {
  const next = new Set(ids)
  if (!next.delete(id)) next.add(id)
  return next
}

/** Opens a row and brings it into view, wherever it stands. */
const useOpened = (onShow: () => void) => {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set())
  const show = (id: string): void => {
    onShow()
    setOpened((ids) => new Set([...ids, id]))
    requestAnimationFrame(() => {
      const row = [...document.querySelectorAll<HTMLElement>('[data-row]')].find(({ dataset }) => dataset.row === id)
      row?.scrollIntoView({ block: 'start' })
      row?.querySelector('button')?.focus({ preventScroll: true })
    })
  }
  return { opened, show, toggle: (id: string) => setOpened((ids) => toggled(ids, id)) }
}

const NOTHING: Choice = { sought: '', flaggedOnly: false }

const Systems = ({
  profile,
  facts,
  open,
}: {
  readonly profile: ProfileState
  readonly facts: PatientFacts
  readonly open: (view: string) => void
}) => {
  const field = useRef<HTMLInputElement>(null)
  const [choice, setChoice] = useState(NOTHING)
  const laboratory = useMemo(() => laboratoryOf(facts), [facts])
  const all = useMemo(() => rowsOf(facts, laboratory), [facts, laboratory])
  const rows = all.filter((row) => row.analyte.omics === undefined)
  const sought = rows.filter((row) => fits(row, choice.sought))
  const shown = choice.flaggedOnly ? sought.filter((row) => isFlagged(row.newest)) : sought
  const { opened, show, toggle } = useOpened(() => setChoice(NOTHING))
  // Only while the focus is in this view (WCAG 2.2, 2.1.4): a single letter must not act on the whole page.
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== '/' || event.target instanceof HTMLInputElement) return
    event.preventDefault()
    field.current?.focus()
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a shortcut to a field that the keyboard also reaches without it
    <div className={styles.view} onKeyDown={onKeyDown}>
      <div className={styles.top}>
        <Flagged rows={rows} now={facts.now} onOpen={show} />
        <Toolbar choice={choice} onChoice={setChoice} wouldHide={sought.filter((row) => !isFlagged(row.newest)).length} field={field} />
        <p role="status" className={styles.note}>
          {shown.length < rows.length ? TEXT.hidden(rows.length - shown.length) : ''}
        </p>
      </div>
      {shown.length === 0 ? <NothingFound onAll={() => setChoice(NOTHING)} /> : null}
      {sectionsOf(laboratory, shown).map((section) => (
        <System
          key={section.id}
          section={section}
          profile={profile}
          narrowed={choice !== NOTHING}
          shared={{ now: facts.now, opened, toggle }}
        />
      ))}
      <OmicsNote number={countOf(all.filter((row) => row.analyte.omics !== undefined))} open={open} />
    </div>
  )
}

const countOf = (rows: readonly Row[]): number => rows.reduce((sum, row) => sum + row.results.length, 0)

const NothingFound = ({ onAll }: { readonly onAll: () => void }) => (
  <div className={styles.note}>
    <p>{TEXT.nothingFound}</p>
    <Button onClick={onAll}>{TEXT.showAll}</Button>
  </div>
)

const System = ({
  section,
  profile,
  narrowed,
  shared,
}: {
  readonly section: Section
  readonly profile: ProfileState
  readonly narrowed: boolean
  readonly shared: Omit<Parameters<typeof RowTable>[0], 'caption' | 'rows'>
}) => {
  const speaks = !narrowed && (profile.estimates ?? []).some(({ model, general }) => general === true && section.models.includes(model.id))
  if (section.rows.length === 0 && !speaks) return null
  return (
    <section className={styles.system}>
      <h3>{section.title}</h3>
      {narrowed ? null : <Estimates profile={profile} models={section.models} />}
      {section.rows.length > 0 ? <RowTable caption={TEXT.caption(section.title)} rows={section.rows} {...shared} /> : null}
    </section>
  )
}

const OmicsNote = ({ number, open }: { readonly number: number; readonly open: (view: string) => void }) =>
  number === 0 ? null : (
    <p className={styles.note}>
      {TEXT.apartOmics(number)}{' '}
      <Button look="quiet" onClick={() => open('omics')}>
        {TEXT.openOmics}
      </Button>
    </p>
  )
