import type { Assessment, DrugAssessment } from '../../../../src/contract/findings.ts'
import type { GeneCall } from '../../../../src/contract/genes.ts'
import type { Level } from '../../../ui/Severity.tsx'
import type { AppContext } from '../../session/app-context.ts'
import { findingSeverity } from '../../words/severity.ts'
import { drugsInHand } from '../order/drugs-in-hand.ts'

/** What a gene means for one drug of this patient: the first finding by the sources' precedence. */
export type GeneAdvice = { readonly drug: string; readonly inHand: boolean; readonly level: Level; readonly word: string }

export type ResultCall = Exclude<GeneCall, { state: 'not-tested' }>

const LEVELS: readonly Level[] = ['critical', 'warning', 'caution', 'info', 'unknown', 'ok', 'none']

const weight = ({ level }: GeneAdvice): number => LEVELS.indexOf(level)

const adviceOf = (gene: string, drug: DrugAssessment, inHand: boolean): GeneAdvice[] => {
  const finding = drug.findings.find(({ kind, genes }) => kind === 'guidance' && genes.includes(gene))
  return finding ? [{ drug: drug.drug.name, inHand, ...findingSeverity(finding) }] : []
}

/** Drug in hand first, then medicines taken now, the most serious first. */
export const adviceByGene = (assessment: Assessment, context: AppContext): ReadonlyMap<string, readonly GeneAdvice[]> => {
  const inHand = drugsInHand(assessment, context).map(({ drug }) => drug)
  const others = assessment.medicines.filter((drug) => !inHand.includes(drug))
  const genes = new Set(assessment.geneCalls.map(({ gene }) => gene))
  return new Map(
    [...genes].map((gene) => {
      const own = inHand.flatMap((drug) => adviceOf(gene, drug, true))
      const rest = others.flatMap((drug) => adviceOf(gene, drug, false)).toSorted((a, b) => weight(a) - weight(b))
      return [gene, [...new Map([...own, ...rest].toReversed().map((one) => [one.drug, one])).values()].toReversed()]
    }),
  )
}

/** Genes that the drug in hand asks for, whether they are known or not. */
export const genesInHand = (assessment: Assessment, context: AppContext): ReadonlySet<string> =>
  new Set(drugsInHand(assessment, context).flatMap(({ drug }) => drug.genes))

const rankOf = (call: GeneCall, asked: ReadonlySet<string>, advice: ReadonlyMap<string, readonly GeneAdvice[]>): number => {
  if (asked.has(call.gene)) return 0
  const strongest = Math.min(...(advice.get(call.gene) ?? []).map(weight), LEVELS.length)
  return 1 + strongest
}

/** Needed for the drug in hand, then by what the gene means for the medicines taken now, then by name. */
export const inOrder = (
  calls: readonly ResultCall[],
  asked: ReadonlySet<string>,
  advice: ReadonlyMap<string, readonly GeneAdvice[]>,
): readonly ResultCall[] =>
  calls.toSorted((a, b) => rankOf(a, asked, advice) - rankOf(b, asked, advice) || (a.gene < b.gene ? -1 : a.gene > b.gene ? 1 : 0))
