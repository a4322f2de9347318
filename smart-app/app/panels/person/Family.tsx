import type { FamilyMember, PatientFacts } from '../../../../src/contract/facts.ts'
import type { FamilyFlag } from '../../../../src/contract/person.ts'
import { TableOrChart } from '../../../ui/charts/TableOrChart.tsx'
import { DataTable } from '../../../ui/DataTable.tsx'
import { Said } from '../../words/Said.tsx'
import { Fact } from '../Facts.tsx'
import { Pedigree } from './Pedigree.tsx'
import styles from './Person.module.css'
import { relativeWords } from './record-words.ts'
import { conditionWords, lifeWords } from './relative-words.ts'
import { TEXT } from './texts.ts'

const FamilyTable = ({ family }: { readonly family: readonly FamilyMember[] }) => (
  <DataTable<FamilyMember>
    caption={TEXT.family}
    rows={family}
    rowKey={({ ref }) => ref}
    short={{ rows: 20, more: TEXT.more }}
    columns={[
      { key: 'who', title: TEXT.relative, namesRow: true, cell: relativeWords },
      {
        key: 'had',
        title: TEXT.conditions,
        cell: ({ conditions }) => (conditions.length > 0 ? conditions.map(conditionWords).join('; ') : TEXT.noConditions),
      },
      { key: 'lived', title: TEXT.lived, cell: lifeWords },
      { key: 'source', title: TEXT.source, cell: ({ lineage }) => <Fact fact={lineage} /> },
    ]}
  />
)

/** Who could not be drawn, each with the reason: nobody gets lost. */
const Beside = ({ family }: { readonly family: readonly FamilyMember[] }) => {
  const left = family.filter(({ place }) => place === undefined || place.slot === 'beside')
  if (left.length === 0) return null
  return (
    <div className={styles.part}>
      <h3>{TEXT.beside}</h3>
      <ul className={styles.plain}>
        {left.map((member) => (
          <li key={member.ref}>
            <strong>{relativeWords(member)}</strong>
            {`: ${member.conditions.length > 0 ? member.conditions.map(conditionWords).join('; ') : TEXT.noConditions}. ${lifeWords(member)}. `}
            {member.place?.slot === 'beside' ? (
              <span className={styles.muted}>
                <Said>{member.place.because}</Said>
              </span>
            ) : null}
          </li>
        ))}
      </ul>
    </div>
  )
}

const Flags = ({ family }: { readonly family: readonly FamilyMember[] }) => {
  const flags = new Map<string, { readonly flag: FamilyFlag; readonly who: string[] }>()
  for (const member of family)
    for (const flag of member.flags ?? [])
      (flags.get(flag.id) ?? flags.set(flag.id, { flag, who: [] }).get(flag.id))?.who.push(relativeWords(member))
  if (flags.size === 0) return null
  return (
    <div className={styles.part}>
      <h3>{TEXT.flags}</h3>
      <p className={styles.muted}>{TEXT.flagsLead}</p>
      <ul className={styles.plain}>
        {[...flags.values()].map(({ flag, who }) => (
          <li key={flag.id}>
            <Said>{flag.says}</Said>
            {`: ${who.join(', ')}. `}
            <a href={flag.source.url} target="_blank" rel="noreferrer noopener" lang="en">
              {flag.source.title}
            </a>
          </li>
        ))}
      </ul>
    </div>
  )
}

export const Family = ({ facts }: { readonly facts: PatientFacts }) => (
  <>
    <TableOrChart label={TEXT.family} chart={() => <Pedigree facts={facts} />} table={() => <FamilyTable family={facts.family} />} />
    <Beside family={facts.family} />
    <Flags family={facts.family} />
  </>
)
