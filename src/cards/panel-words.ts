import type { Assessment, DrugAssessment } from '../contract/findings.ts'
import type { PanelWords } from '../contract/profile.ts'
import { type AlertPolicy, headFinding, indicatorOf } from './card-policy.ts'
import { actionSentence, basisWords, headline } from './phrases.ts'
import type { Wording } from './wording.ts'

type Head = PanelWords['heads'][number]

/** What the app's panels say about an assessment: the same sentences, head findings and indicators as the cards. */
export const writePanelWords = (assessment: Assessment, wording: Wording, policy: AlertPolicy): PanelWords => {
  const drugs = [...assessment.orders.flatMap((entry) => entry.drugs), ...assessment.medicines]
  const heads = drugs.map((drug) => headOf(drug, assessment, wording, policy)).filter((head) => head !== null)
  return { sentences: Object.fromEntries(drugs.flatMap((drug) => sentencesOf(drug, wording))), heads }
}

const sentencesOf = (drug: DrugAssessment, wording: Wording): [string, string[]][] =>
  drug.findings.map((finding) => [
    finding.id,
    finding.actions.filter((action) => action.code !== 'see-source').map((action) => actionSentence(action, finding.drug.name, wording)),
  ])

const headOf = (drug: DrugAssessment, assessment: Assessment, wording: Wording, policy: AlertPolicy): Head | null => {
  const finding = headFinding(drug, policy)
  if (!finding) return null
  return {
    ref: drug.ref,
    drug: drug.drug.name,
    finding: finding.id,
    headline: headline(finding, wording),
    basis: finding.basis.map((basis) => basisWords(basis, assessment.geneCalls)),
    indicator: indicatorOf(finding, wording),
  }
}
