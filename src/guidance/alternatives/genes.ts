import type { Ingredient } from '../../contract/facts.ts'
import type { Finding } from '../../contract/findings.ts'
import type { Lineage } from '../../contract/lineage.ts'
import { advise, type Kit } from '../advise.ts'
import type { Subject } from '../subject.ts'
import type { Candidate } from './candidate.ts'
import { type Checked, fine, problem, unanswered } from './checked.ts'

const WHAT = 'genes'
const NEVER = new Set<Finding['consequence']>(['contraindicated', 'avoid', 'alternative'])
const CAREFUL = new Set<Finding['consequence']>(['dose', 'caution'])

const factsOf = (findings: readonly Finding[]): Lineage[] => findings.flatMap((finding) => finding.basis.flatMap((basis) => basis.facts))

/** `SLCO1B1 poor function`, `CYP2C9 not tested`: cards show these reasons to prescribers. */
const resultOf = ({ gene, key, clinical, state }: Finding['basis'][number]): string => {
  if (state === 'no-result') return `${gene} not tested`
  if (key !== null && /^\*.+ (positive|negative)$/.test(key)) return `${gene}${key}`
  return `${gene} ${clinical?.phenotype?.term.replaceAll(/\b[A-Z][a-z]+\b/g, (word) => word.toLowerCase()) ?? key ?? ''}`.trim()
}

const says = (findings: readonly Finding[]): string =>
  [...new Set(findings.map((finding) => `${finding.source} for ${finding.basis.map(resultOf).join(' and ')}`))].join(', ')

const isSure = (finding: Finding): boolean =>
  finding.population?.state !== 'undecided' && finding.basis.every((basis) => basis.state !== 'candidate')

/** The drug as if it were ordered, without a dose: advice that hangs on the dose stands as it is. */
export const asOrdered = (drug: Ingredient, ordered: Subject): Subject => ({
  ...ordered,
  drug,
  identity: { text: drug.name, codings: [], ingredients: [drug], how: 'none', flags: [] },
  dose: { mgPerDay: null, mgPerDose: null, timesPerDay: null, prn: false, text: null, route: null, flags: [] },
})

/** The replacement's own guidance for the same genes: a drug that this patient should not have is no way out. */
export const checkGenes = ({ drug, parts, ordered }: Candidate, kit: Kit): Checked => {
  const advice = parts.map((part) => advise(asOrdered(part, ordered), kit))
  const genes = advice.flatMap((one) => one.genes)
  if (genes.length === 0) return fine(WHAT, `no pharmacogenomic guidance for ${drug.name} in the rules`)
  const speaking = advice.flatMap((one) => one.findings).filter((finding) => finding.kind === 'guidance')
  const never = speaking.filter((finding) => NEVER.has(finding.consequence))
  const surely = never.filter(isSure)
  if (surely.length > 0) return problem(WHAT, 'exclude', `not advised either: ${says(surely)}`, factsOf(surely))
  const careful = [...never, ...speaking.filter((finding) => CAREFUL.has(finding.consequence))]
  if (careful.length > 0) return problem(WHAT, 'caution', `needs care: ${says(careful)}`, factsOf(careful))
  const gaps = advice.flatMap((one) => one.gaps).filter((gap) => gap.code !== 'undecided')
  const missing = [...new Set(gaps.map((gap) => gap.about))]
  if (missing.length > 0) return unanswered(WHAT, `no usable result for ${missing.join(', ')}`, 'caution')
  return fine(WHAT, speaking.length > 0 ? says(speaking) : `no advice against it for ${genes.join(', ')}`, factsOf(speaking))
}
