import type { PatientFacts } from '../../../../src/contract/facts.ts'
import type { GeneCall } from '../../../../src/contract/genes.ts'
import type { Lineage } from '../../../../src/contract/lineage.ts'
import { Notice } from '../../../ui/Notice.tsx'
import { Said } from '../../words/Said.tsx'
import { Fact } from '../Facts.tsx'
import styles from './genome.module.css'
import { isConflict } from './Today.tsx'
import { TEXT } from './texts.ts'

type Item = {
  readonly key: string
  readonly about: string
  readonly words: string
  readonly english: boolean
  readonly fact: Lineage | null
}

const item = (key: string, about: string, words: string, english: boolean, fact: Lineage | null = null): Item => ({
  key,
  about,
  words,
  english,
  fact,
})

const differs = (call: GeneCall): call is Extract<GeneCall, { state: 'candidates' | 'indeterminate' }> =>
  (call.state === 'candidates' || call.state === 'indeterminate') && isConflict(call.flags)

const hereditaryItems = ({ variants }: PatientFacts): Item[] => [
  ...(variants?.hereditary ?? [])
    .filter(({ standing }) => standing === 'conflicting')
    .map((one) =>
      item(
        one.id,
        [one.gene ?? TEXT.hereditary.geneMissing, one.variant.shown || TEXT.hereditary.unnamed].join(' '),
        `${TEXT.hereditary.classes.conflicting}. ${TEXT.hereditary.notes.conflicting ?? ''}`,
        false,
      ),
    ),
  ...(variants?.sites ?? []).flatMap(({ gene, sites }) =>
    sites
      .filter(({ conflict }) => conflict)
      .map((site) =>
        item(`${gene} ${site.position}`, `${gene} ${site.rsid ?? site.name}`, TEXT.picture.conflict, false, site.facts[0] ?? null),
      ),
  ),
]

/** Results that exist and cannot be used: unread reports, conflicts, results without a gene or set aside. */
const itemsOf = (facts: PatientFacts, calls: readonly GeneCall[]): Item[] => [
  ...facts.documents
    .filter(({ geneticUnread }) => geneticUnread)
    .map(({ ref, title, lineage }) => item(ref, title, TEXT.unread, false, lineage)),
  ...calls.filter(differs).map((call) => item(call.gene, call.gene, call.because, true)),
  ...hereditaryItems(facts),
  ...facts.readings
    .filter(({ gene, use }) => gene === null || use === 'ignore')
    .map((reading) =>
      item(`${reading.ref} ${reading.notes.join(' ')}`, reading.gene ?? TEXT.noGene, reading.notes.join(' '), true, reading.lineage),
    ),
  ...facts.gaps
    .filter(
      ({ code, about }) =>
        code === 'conflict' && calls.some(({ gene }) => gene === about) && !calls.some((call) => call.gene === about && differs(call)),
    )
    .map(({ about, because }) => item(`${about} ${because}`, about, because, true)),
]

export const Attention = ({ facts, calls }: { readonly facts: PatientFacts; readonly calls: readonly GeneCall[] }) => {
  const items = [...new Map(itemsOf(facts, calls).map((one) => [one.key, one])).values()]
  if (items.length === 0) return null
  return (
    <section aria-label={TEXT.attention}>
      <Notice level="caution" title={TEXT.attention}>
        <p>{TEXT.attentionLead}</p>
        <ul className={styles.items}>
          {items.map(({ key, about, words, english, fact }) => (
            <li key={key}>
              <strong>{about}</strong>
              {words === '' ? '' : ': '}
              {english ? <Said>{words}</Said> : words} {fact ? <Fact fact={fact} /> : null}
            </li>
          ))}
        </ul>
      </Notice>
    </section>
  )
}
