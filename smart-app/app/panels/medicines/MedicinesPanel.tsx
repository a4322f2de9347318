import type { Medicine } from '../../../../src/contract/facts.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { SeverityShape } from '../../../ui/Severity.tsx'
import type { ViewProps } from '../../screen/views.tsx'
import { gapsAbout } from '../gaps-about.ts'
import { panelState } from '../panel-state.ts'
import { Shortened } from '../Shortened.tsx'
import { Acting } from './Acting.tsx'
import { type MedicineEntry, medicineEntries, rolesByResource, SHELF_LEVELS, SHELVES, type Shelf } from './bins.ts'
import { Changes } from './Changes.tsx'
import { MedicineItem } from './MedicineItem.tsx'
import styles from './MedicinesPanel.module.css'
import { OtherMedicines } from './OtherMedicines.tsx'
import { SHELF_WORDS } from './shelf-words.ts'
import { TEXT } from './texts.ts'

const inState = (medicines: readonly Medicine[], state: Medicine['state']): Medicine[] =>
  medicines.filter((medicine) => medicine.state === state)

/** What the patient takes now by what guidance asks for; what acts on genes; what changed; what is planned, stopped and unclear. */
export default function MedicinesPanel({ profile }: ViewProps) {
  const { facts, assessment, words } = profile
  const entries = facts && assessment ? medicineEntries(facts, assessment, words) : []
  const gaps = gapsAbout(facts, ['medicines', 'medications'])
  const state = panelState(profile, facts !== null && assessment !== null, entries.length === 0 ? TEXT.empty : null, gaps)
  const roles = rolesByResource(assessment?.geneCalls ?? [])
  return (
    <>
      {entries.length > 0 ? <Overview entries={entries} /> : null}
      <Panel title={TEXT.title} state={state}>
        {SHELVES.map((shelf) => (
          <ShelfOf key={shelf} shelf={shelf} entries={entries.filter((entry) => entry.shelf === shelf)} words={words} />
        ))}
      </Panel>
      {assessment ? <Acting calls={assessment.geneCalls} medicines={assessment.medicines} /> : null}
      <Changes profile={profile} />
      {facts ? <NotTaken medicines={facts.medicines} roles={roles} /> : null}
    </>
  )
}

/** Planned, unclear and stopped: each said, also when there is none. */
const NotTaken = ({
  medicines,
  roles,
}: {
  readonly medicines: readonly Medicine[]
  readonly roles: ReturnType<typeof rolesByResource>
}) => (
  <Panel title={TEXT.others}>
    <OtherMedicines title={TEXT.planned} lead={TEXT.plannedLead} medicines={inState(medicines, 'planned')} roles={roles} />
    <OtherMedicines title={TEXT.unclear} lead={TEXT.unclearLead} medicines={inState(medicines, 'unknown')} roles={roles} />
    <OtherMedicines title={TEXT.stopped} medicines={inState(medicines, 'stopped')} roles={roles} />
  </Panel>
)

/** How many medicines stand on each shelf: by shape, word and number. */
const Overview = ({ entries }: { readonly entries: readonly MedicineEntry[] }) => (
  <ul className={styles.overview} aria-label={TEXT.overview}>
    {SHELVES.map((shelf) => {
      const number = entries.filter((entry) => entry.shelf === shelf).length
      return (
        <li key={shelf} className={`${styles.tile} ${number === 0 ? styles.none : ''}`}>
          <SeverityShape level={SHELF_LEVELS[shelf]} size={18} />
          <strong className={styles.number}>{number}</strong>
          <span>{SHELF_WORDS[shelf]}</span>
        </li>
      )
    })}
  </ul>
)

const ShelfOf = ({
  shelf,
  entries,
  words,
}: {
  readonly shelf: Shelf
  readonly entries: readonly MedicineEntry[]
  readonly words: PanelWords
}) =>
  entries.length === 0 ? null : (
    <section className={styles.shelf} aria-label={SHELF_WORDS[shelf]}>
      <h3 className={styles.title}>
        <SeverityShape level={SHELF_LEVELS[shelf]} size={18} />
        {SHELF_WORDS[shelf]}
        <span className={styles.count}>{entries.length}</span>
      </h3>
      <p className={styles.note}>{TEXT.leads[shelf]}</p>
      <Shortened
        items={entries}
        more={TEXT.more}
        show={(shown) => (
          <ul className={styles.list}>
            {shown.map((entry) => (
              <li key={entry.medicine.ref}>
                <MedicineItem entry={entry} words={words} />
              </li>
            ))}
          </ul>
        )}
      />
    </section>
  )
