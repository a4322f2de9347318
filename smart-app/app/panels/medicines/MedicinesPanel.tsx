import type { Medicine } from '../../../../src/contract/facts.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { Panel } from '../../../ui/Panel.tsx'
import { SeverityShape } from '../../../ui/Severity.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import { TEXT } from '../../text.ts'
import { dateWords } from '../../words/dates.ts'
import { gapsAbout } from '../gaps-about.ts'
import { panelState } from '../panel-state.ts'
import { BIN_LEVELS, BINS, type Bin, type MedicineEntry, medicineEntries } from './bins.ts'
import { MedicineItem } from './MedicineItem.tsx'
import styles from './MedicinesPanel.module.css'

/** What the patient takes now, sorted by what guidance asks for. */
export const MedicinesPanel = ({ profile }: { readonly profile: ProfileState }) => {
  const { facts, assessment, words } = profile
  const entries = facts && assessment ? medicineEntries(facts, assessment, words) : []
  const others = (facts?.medicines ?? []).filter((medicine) => medicine.state !== 'active')
  const gaps = gapsAbout(facts, ['medicines', 'medications'])
  const state = panelState(profile, facts !== null && assessment !== null, entries.length === 0 ? TEXT.medicines.empty : null, gaps)
  return (
    <>
      <Panel title={TEXT.medicines.title} state={state}>
        {BINS.map((bin) => (
          <BinOf key={bin} bin={bin} entries={entries.filter((entry) => entry.bin === bin)} words={words} />
        ))}
      </Panel>
      {others.length > 0 ? <Others medicines={others} /> : null}
    </>
  )
}

const BIN_LEADS: { readonly [bin in Bin]?: string } = TEXT.medicines.binLeads

const BinOf = ({ bin, entries, words }: { readonly bin: Bin; readonly entries: readonly MedicineEntry[]; readonly words: PanelWords }) =>
  entries.length === 0 ? null : (
    <section className={styles.bin} aria-label={TEXT.medicines.bins[bin]}>
      <h3 className={styles.title}>
        <SeverityShape level={BIN_LEVELS[bin]} size={18} />
        {TEXT.medicines.bins[bin]}
        <span className={styles.count}>{entries.length}</span>
      </h3>
      {BIN_LEADS[bin] ? <p className={styles.note}>{BIN_LEADS[bin]}</p> : null}
      <ul className={styles.list}>
        {entries.map((entry) => (
          <li key={entry.medicine.ref}>
            <MedicineItem entry={entry} words={words} />
          </li>
        ))}
      </ul>
    </section>
  )

const otherWords = (medicine: Medicine): string =>
  [
    medicine.drug.text,
    TEXT.medicines.states[medicine.state],
    medicine.start ? TEXT.medicines.since(dateWords(medicine.start)) : null,
    medicine.end ? TEXT.medicines.until(dateWords(medicine.end)) : null,
  ]
    .filter(Boolean)
    .join(', ')

const Others = ({ medicines }: { readonly medicines: readonly Medicine[] }) => (
  <details className={styles.others}>
    <summary>{TEXT.medicines.others(medicines.length)}</summary>
    <ul>
      {medicines.map((medicine) => (
        <li key={medicine.ref}>{otherWords(medicine)}</li>
      ))}
    </ul>
  </details>
)
