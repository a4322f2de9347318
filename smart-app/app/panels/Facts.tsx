import type { Lineage } from '../../../src/contract/lineage.ts'
import { TEXT } from '../text.ts'
import { dateWords } from '../words/dates.ts'
import styles from './Facts.module.css'

/** Date, laboratory and resource of one fact: what a reader needs to find it in the chart. */
export const Fact = ({ fact }: { readonly fact: Lineage }) => {
  const dated = fact.date ? dateWords(fact.date) : TEXT.fact.undated
  const how = fact.dateSource ? TEXT.fact.dateSources[fact.dateSource] : ''
  return (
    <span className={styles.fact}>
      <span>{how === '' ? dated : `${dated} (${how})`}</span>
      {fact.source ? <span>{fact.source}</span> : null}
      <code>{fact.resource}</code>
      {fact.conversion ? <span>{fact.conversion}</span> : null}
    </span>
  )
}

const sameFact = (a: Lineage, b: Lineage): boolean => a.resource === b.resource && a.date === b.date && a.conversion === b.conversion

/** A list of facts, each once. */
export const Facts = ({ facts }: { readonly facts: readonly Lineage[] }) => {
  const once = facts.filter((fact, at) => facts.findIndex((other) => sameFact(fact, other)) === at)
  if (once.length === 0) return null
  return (
    <ul className={styles.facts}>
      {once.map((fact) => (
        <li key={`${fact.resource} ${fact.date ?? ''} ${fact.conversion ?? ''}`}>
          <Fact fact={fact} />
        </li>
      ))}
    </ul>
  )
}
