import { pairsByDrug } from '../../guidance/cpic-pairs.ts'
import type { CpicPair, Knowledge } from '../../guidance/rules.ts'
import type { RowReach } from './reach-rows.ts'
import { orderOf, runTrial, saidOf } from './trial.ts'

/** What became of one pair of gene and drug that CPIC lists. */
export type PairReach = {
  readonly pair: string
  readonly level: CpicPair['level']
  /** `advice`: rows of CPIC; `other-source`: rows of DPWG or FDA only; `listed`: none; `not-usable`: no order can name the drug. */
  readonly as: 'advice' | 'other-source' | 'listed' | 'not-usable'
  readonly reasons: readonly string[]
  readonly silent: readonly string[]
}

const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'

/** An order of the drug must be known as that drug, by name and by the code that CPIC gives. */
const unmapped = (pair: CpicPair, knowledge: Knowledge): string[] => {
  const byCode = pair.rxcui === null ? null : knowledge.drugs.identify({ codings: [{ system: RXNORM, code: pair.rxcui }], text: null })
  return pair.drugs.flatMap((drug) => [
    ...(orderOf(drug, knowledge) === null ? [`no order can name ${drug}`] : []),
    ...(byCode && !byCode.ingredients.some(({ name }) => name === drug) && pair.drugs.length === 1
      ? [`RxNorm ${pair.rxcui} is not known as ${drug}`]
      : []),
  ])
}

/** A drug without guidance must say that CPIC lists it; one with guidance on other genes says nothing of the pair. */
const listed = (pair: CpicPair, drug: string, knowledge: Knowledge): Pick<PairReach, 'reasons' | 'silent'> => {
  const order = orderOf(drug, knowledge)
  const said = order && saidOf(drug, runTrial({ order, results: {}, extra: {} }, knowledge))
  if (!said) return { reasons: [], silent: ['an order of the drug is not assessed'] }
  if (said.state !== 'no-guidance')
    return { reasons: [`CPIC level ${pair.level}, without a row; the drug has guidance on ${said.genes.join(', ')}`], silent: [] }
  const told = said.gaps.some(
    ({ code, because }) => code === 'no-guidance' && because.includes(pair.gene) && because.includes(`level ${pair.level}`),
  )
  return told
    ? { reasons: [`CPIC level ${pair.level}, without a row: said as "no guidance"`], silent: [] }
    : { reasons: [], silent: ['"no guidance" does not say that CPIC lists the pair'] }
}

/** Sources with advice that reaches a patient, by drug and gene. */
type Advising = ReadonlyMap<string, ReadonlySet<RowReach['source']>>

const advisingSources = (rows: readonly RowReach[], knowledge: Knowledge): Advising => {
  const reached = new Set(rows.filter((row) => row.reached && row.standing === 'advice').map(({ row }) => row))
  const sources = new Map<string, Set<RowReach['source']>>()
  for (const { id, drug, genes, source } of [...knowledge.guidance.values()].flat())
    for (const gene of reached.has(id) ? genes : [])
      sources.set(`${drug} ${gene}`, (sources.get(`${drug} ${gene}`) ?? new Set()).add(source))
  return sources
}

const provePair = (pair: CpicPair, advising: Advising, knowledge: Knowledge): PairReach => {
  const common = { pair: `${pair.gene} ${pair.drug}`, level: pair.level }
  if (pair.drugs.length === 0)
    return {
      ...common,
      as: 'not-usable',
      reasons: pair.note === undefined ? [] : [pair.note],
      silent: pair.note === undefined ? ['no drug and no reason'] : [],
    }
  const wrong = unmapped(pair, knowledge)
  const sources = new Set(pair.drugs.flatMap((drug) => [...(advising.get(`${drug} ${pair.gene}`) ?? [])]))
  if (sources.size > 0) return { ...common, as: sources.has('CPIC') ? 'advice' : 'other-source', reasons: [], silent: wrong }
  const each = pair.drugs.map((drug) => listed(pair, drug, knowledge))
  return {
    ...common,
    as: 'listed',
    reasons: [...new Set(each.flatMap(({ reasons }) => reasons))],
    silent: [...wrong, ...each.flatMap(({ silent }) => silent)],
  }
}

/** Runs the engine on an order of every drug that CPIC pairs with a gene. `rows`: what became of the guidance rows. */
export const reachPairs = (rows: readonly RowReach[], knowledge: Knowledge): PairReach[] => {
  const known = pairsByDrug(knowledge)
  const advising = advisingSources(rows, knowledge)
  return knowledge.pairs.map((pair) => {
    const reach = provePair(pair, advising, knowledge)
    const lost = pair.drugs.filter((drug) => !known.get(drug)?.includes(pair))
    return lost.length === 0 ? reach : { ...reach, silent: [...reach.silent, `not found by ${lost.join(', ')}`] }
  })
}
