import type { Allergy, Condition, PatientFacts } from '../../../../src/contract/facts.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { Notice } from '../../../ui/Notice.tsx'
import { dateWords } from '../../words/dates.ts'
import { own } from '../../words/own.ts'
import { Fact } from '../Facts.tsx'
import styles from './Person.module.css'
import { ageWords, statusWords } from './record-words.ts'
import { TEXT } from './texts.ts'

type Group = keyof typeof TEXT.groups

const OVER = new Set(['resolved', 'inactive', 'remission'])
const UNSURE = new Set(['provisional', 'differential', 'unconfirmed'])

/** By the statuses as sent: refuted before unconfirmed before over. */
const groupOf = ({ clinicalStatus, verificationStatus }: Condition): Group => {
  if (verificationStatus === 'refuted') return 'refuted'
  if (verificationStatus !== null && UNSURE.has(verificationStatus)) return 'uncertain'
  if (clinicalStatus !== null && OVER.has(clinicalStatus)) return 'resolved'
  return clinicalStatus === null ? 'unknown' : 'active'
}

const ORDER: readonly Group[] = ['active', 'uncertain', 'unknown', 'resolved', 'refuted']

const since = ({ onset, onsetText }: Condition): string => (onset ? dateWords(onset) : ageWords(onsetText ?? ''))

export const Problems = ({ conditions }: { readonly conditions: readonly Condition[] }) =>
  ORDER.map((group) => {
    const rows = conditions.filter((one) => groupOf(one) === group)
    if (rows.length === 0) return null
    return (
      <div key={group} className={styles.part}>
        <h3>{`${TEXT.groups[group]} (${rows.length})`}</h3>
        <DataTable<Condition>
          caption={TEXT.groups[group]}
          rows={rows}
          rowKey={({ ref }) => ref}
          short={{ rows: 12, more: TEXT.more }}
          columns={[
            { key: 'name', title: TEXT.name, namesRow: true, cell: ({ name }) => name },
            { key: 'state', title: TEXT.state, cell: (one) => statusWords(one.clinicalStatus, one.verificationStatus) },
            {
              key: 'severity',
              title: TEXT.severity,
              cell: ({ severity }) => severity?.map(({ display, code }) => display ?? code).join(', '),
            },
            { key: 'since', title: TEXT.since, cell: since },
            { key: 'until', title: TEXT.until, cell: ({ abatement }) => (abatement ? dateWords(abatement) : '') },
            { key: 'source', title: TEXT.source, cell: ({ lineage }) => <Fact fact={lineage} /> },
          ]}
        />
      </div>
    )
  })

/** `No known allergies` is a statement of its own; nothing recorded is another thing and is said by the panel. */
export const Allergies = ({ facts }: { readonly facts: PatientFacts }) => {
  const denials = facts.allergies.filter(({ deniesAll }) => deniesAll)
  const stated = facts.allergies.filter(({ deniesAll }) => !deniesAll)
  const real = stated.filter(({ verificationStatus }) => verificationStatus !== 'refuted')
  // What stands comes before what is over, and that before what was refuted, whatever the dates.
  const isOver = ({ clinicalStatus }: Allergy): boolean => clinicalStatus !== null && OVER.has(clinicalStatus)
  const rows = [...real.filter((one) => !isOver(one)), ...real.filter(isOver), ...stated.filter((one) => !real.includes(one))]
  return (
    <>
      {denials.length > 0 ? (
        <Notice level={real.length > 0 ? 'caution' : 'none'} title={real.length > 0 ? TEXT.noneKnownBut : TEXT.noneKnown}>
          {denials.map(({ ref, name, lineage }) => (
            <p key={ref}>
              {name} <Fact fact={lineage} />
            </p>
          ))}
        </Notice>
      ) : null}
      {rows.length > 0 ? (
        <DataTable<Allergy>
          caption={TEXT.allergies}
          rows={rows}
          rowKey={({ ref }) => ref}
          short={{ rows: 12, more: TEXT.more }}
          columns={[
            { key: 'name', title: TEXT.name, namesRow: true, cell: ({ name }) => name },
            { key: 'reactions', title: TEXT.reactions, cell: ({ reactions }) => reactions.join(', ') },
            {
              key: 'criticality',
              title: TEXT.criticality,
              cell: ({ criticality }) => (criticality ? (own(TEXT.criticalities, criticality) ?? criticality) : ''),
            },
            {
              key: 'state',
              title: TEXT.state,
              cell: (one) =>
                one.verificationStatus === 'refuted' ? TEXT.groups.refuted : statusWords(one.clinicalStatus, one.verificationStatus),
            },
            { key: 'source', title: TEXT.source, cell: ({ lineage }) => <Fact fact={lineage} /> },
          ]}
        />
      ) : null}
    </>
  )
}
