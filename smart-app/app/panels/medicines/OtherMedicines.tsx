import type { Medicine } from '../../../../src/contract/facts.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { dateWords } from '../../words/dates.ts'
import { Shortened } from '../Shortened.tsx'
import type { Role } from './bins.ts'
import styles from './MedicinesPanel.module.css'
import { RoleLine } from './RoleLine.tsx'
import { TEXT } from './texts.ts'

const marksOf = ({ drug, dose, local, neverTaken }: Medicine): string =>
  [
    neverTaken ? TEXT.neverTaken : null,
    ...new Set([...drug.flags, ...dose.flags, ...(local ? ['local'] : [])].map((flag) => TEXT.marks[flag] ?? flag)),
  ]
    .filter(Boolean)
    .join(' · ')

/** Medicines that are not taken now: when, how much, by whom, and what they may still do to genes. */
export const OtherMedicines = ({
  title,
  lead,
  medicines,
  roles,
}: {
  readonly title: string
  readonly lead?: string
  readonly medicines: readonly Medicine[]
  readonly roles: ReadonlyMap<string, readonly Role[]>
}) => {
  if (medicines.length === 0)
    return (
      <p className={styles.note}>
        <strong>{title}</strong>: {TEXT.noneOf}
      </p>
    )
  return (
    <section aria-label={title}>
      <h3 className={styles.title}>
        {title} <span className={styles.count}>{medicines.length}</span>
      </h3>
      {lead ? <p className={styles.note}>{lead}</p> : null}
      <Shortened items={medicines} more={TEXT.more} show={(shown) => <Rows title={title} medicines={shown} roles={roles} />} />
    </section>
  )
}

/** Words of the record break anywhere; the headings of their columns do not. */
const Words = ({ children }: { readonly children: string }) => <span className={styles.words}>{children}</span>

const Rows = ({
  title,
  medicines,
  roles,
}: {
  readonly title: string
  readonly medicines: readonly Medicine[]
  readonly roles: ReadonlyMap<string, readonly Role[]>
}) => (
  <DataTable
    caption={title}
    rows={medicines}
    rowKey={({ ref }) => ref}
    columns={[
      { key: 'name', title: TEXT.name, namesRow: true, cell: ({ drug, ref }) => <Words>{drug.text === '' ? ref : drug.text}</Words> },
      { key: 'dose', title: TEXT.dose, cell: ({ dose }) => (dose.text ? <Words>{dose.text}</Words> : '') },
      { key: 'from', title: TEXT.from, cell: ({ start }) => (start ? dateWords(start) : '') },
      { key: 'until', title: TEXT.until2, cell: ({ end }) => (end ? dateWords(end) : '') },
      { key: 'source', title: TEXT.source, cell: ({ lineage }) => (lineage.source ? <Words>{lineage.source}</Words> : '') },
      { key: 'marks', title: TEXT.flags, cell: marksOf },
      {
        key: 'effect',
        title: TEXT.effect,
        cell: ({ ref }) =>
          (roles.get(ref) ?? []).length === 0
            ? ''
            : (roles.get(ref) ?? []).map(({ gene, modifier }) => (
                <RoleLine key={`${gene} ${modifier.kind}`} gene={gene} modifier={modifier} />
              )),
      },
    ]}
  />
)
