import type { PatientFacts } from '../../../../src/contract/facts.ts'
import type { GeneCall } from '../../../../src/contract/genes.ts'
import { Notice } from '../../../ui/Notice.tsx'
import { TEXT } from '../../text.ts'
import { Fact } from '../Facts.tsx'
import styles from './Attention.module.css'

type Item = { readonly key: string; readonly words: string; readonly fact: Parameters<typeof Fact>[0]['fact'] | null }

type OpenCall = Extract<GeneCall, { state: 'candidates' | 'indeterminate' }>

const isConflict = (call: GeneCall): call is OpenCall =>
  (call.state === 'candidates' || call.state === 'indeterminate') && call.flags.some((flag) => flag.startsWith('conflict'))

const conflict = (about: string, because: string): Item => ({ key: about, words: `${about}: ${because}`, fact: null })

const once = (items: readonly Item[]): Item[] => [...new Map(items.map((item) => [item.key, item])).values()]

/** Results that were found and cannot be used: conflicts, unread attachments, results whose gene is not known. */
const itemsOf = (facts: PatientFacts, calls: readonly GeneCall[]): Item[] => [
  ...facts.documents
    .filter((document) => document.geneticUnread)
    .map((document) => ({ key: document.ref, words: `${document.title}. ${TEXT.genome.unread}.`, fact: document.lineage })),
  ...facts.readings
    .filter((reading) => reading.gene === null || reading.use === 'ignore')
    .map((reading) => ({
      key: `${reading.ref} ${reading.notes.join(' ')}`,
      words: [reading.gene ?? TEXT.genome.noGene, ...reading.notes].join(': '),
      fact: reading.lineage,
    })),
  ...facts.gaps.filter((gap) => gap.code === 'conflict').map((gap) => conflict(gap.about, gap.because)),
  ...calls.filter(isConflict).map((call) => conflict(call.gene, call.because)),
]

export const Attention = ({ facts, calls }: { readonly facts: PatientFacts; readonly calls: readonly GeneCall[] }) => {
  const items = once(itemsOf(facts, calls))
  if (items.length === 0) return null
  return (
    <section aria-label={TEXT.genome.attention}>
      <Notice level="caution" title={TEXT.genome.attention}>
        <p>{TEXT.genome.attentionLead}</p>
        <ul className={styles.items}>
          {items.map((item) => (
            <li key={item.key}>
              {item.words} {item.fact ? <Fact fact={item.fact} /> : null}
            </li>
          ))}
        </ul>
      </Notice>
    </section>
  )
}
