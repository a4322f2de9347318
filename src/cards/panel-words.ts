import type { Assessment, DrugAssessment } from '../contract/findings.ts'
import type { PanelWords } from '../contract/profile.ts'
import { actionSentence, capital, headline } from './action-words.ts'
import { type AlertPolicy, type Concern, cardIndicator, concernOf, openBecause } from './card-policy.ts'
import { asClause, listWords } from './markdown.ts'
import { basisWords, byWeight } from './phrases.ts'
import type { Wording } from './wording.ts'
import { isAwaited, stricterWords, testFirstIndicator, testFirstWords } from './write-cards.ts'

type Head = PanelWords['heads'][number]
type Said = Pick<Head, 'finding' | 'headline' | 'basis' | 'indicator'>

/** What the app's panels say about an assessment: the same choice of concern, sentences and indicators as the cards. */
export const writePanelWords = (assessment: Assessment, wording: Wording, policy: AlertPolicy): PanelWords => {
  const drugs = [...assessment.orders.flatMap((entry) => entry.drugs), ...assessment.medicines]
  const heads = drugs.flatMap((drug): Head[] => {
    const concern = concernOf(drug, policy)
    return concern
      ? [{ ref: drug.ref, drug: drug.drug.name, concern: concern.kind, ...say(concern, drug, assessment, wording, policy) }]
      : []
  })
  return { sentences: Object.fromEntries(drugs.flatMap((drug) => sentencesOf(drug, wording))), heads }
}

const sentencesOf = (drug: DrugAssessment, wording: Wording): [string, string[]][] =>
  drug.findings.map((finding) => [
    finding.id,
    finding.actions.filter((action) => action.code !== 'see-source').map((action) => actionSentence(action, finding.drug.name, wording)),
  ])

const say = (concern: Concern, drug: DrugAssessment, assessment: Assessment, wording: Wording, policy: AlertPolicy): Said => {
  const name = drug.drug.name
  switch (concern.kind) {
    case 'guidance':
      return {
        finding: concern.head.id,
        headline: `${headline(concern.head, wording)}${stricterWords(drug, concern.head, policy)}`,
        basis: byWeight(concern.head.basis).map((basis) => basisWords(basis, assessment.geneCalls)),
        indicator: cardIndicator(drug, concern.head, wording),
      }
    case 'conflict':
      return {
        finding: concern.head.id,
        headline: `Clarify ${listWords(concern.genes)} before ${name}`,
        basis: [openBecause(drug, concern.genes)],
        indicator: 'warning',
      }
    case 'not-assessed':
      return {
        finding: null,
        headline: `${capital(name)} could not be assessed`,
        basis: concern.gaps.slice(0, 1).map((gap) => asClause(gap.because)),
        indicator: 'info',
      }
    case 'test-first': {
      const genes = listWords(concern.test.genes.map(({ gene }) => gene))
      return {
        finding: null,
        headline: testFirstWords(concern.test),
        basis: [isAwaited(concern.test) ? `no ${genes} result yet` : `no ${genes} result on record`],
        indicator: testFirstIndicator(concern.test),
      }
    }
  }
}
