import type { Assessment, DrugAssessment } from '../contract/findings.ts'
import type { PanelWords } from '../contract/profile.ts'
import { actionSentence, capital, headline } from './action-words.ts'
import { binOf } from './bins.ts'
import { type AlertPolicy, type Concern, cardIndicator, concernOf, notAssessedIndicator, openBecause } from './card-policy.ts'
import { asClause, listWords } from './markdown.ts'
import { fillMoment } from './moment-section.ts'
import { basisWords, byWeight } from './phrases.ts'
import type { Wording } from './wording.ts'
import { conflictWords, isAwaited, notAssessedWords, stricterWords, testFirstIndicator, testFirstWords } from './write-cards.ts'

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
  const bins = drugs.map((drug) => ({ ref: drug.ref, drug: drug.drug.name, bin: binOf(drug, concernOf(drug, policy)) }))
  const moments = drugs.flatMap(momentWords)
  return { sentences: Object.fromEntries(drugs.flatMap((drug) => sentencesOf(drug, wording))), heads, bins, moments }
}

/** What the card says of each moment of a drug. */
const momentWords = ({ ref, drug, moments = [] }: DrugAssessment): NonNullable<PanelWords['moments']>[number][] =>
  moments.map((answer) => {
    const fill = (template: string): string => fillMoment(template, drug.name, answer)
    return {
      ref,
      drug: drug.name,
      moment: answer.moment,
      headline: answer.headline === null ? null : capital(fill(answer.headline)),
      brief: answer.brief === null ? null : fill(answer.brief),
      advice: answer.advice.map(fill),
    }
  })

/** The card's choice and words about one drug by itself; null where there is nothing to say. */
export const headWords = (drug: DrugAssessment, assessment: Assessment, wording: Wording, policy: AlertPolicy): Said | null => {
  const concern = concernOf(drug, policy)
  return concern && say(concern, drug, assessment, wording, policy)
}

const sentencesOf = (drug: DrugAssessment, wording: Wording): [string, string[]][] =>
  drug.findings.map((finding) => [
    finding.id,
    finding.actions.filter((action) => action.code !== 'see-source').map((action) => actionSentence(action, finding.drug.name, wording)),
  ])

const say = (concern: Concern, drug: DrugAssessment, assessment: Assessment, wording: Wording, policy: AlertPolicy): Said => {
  switch (concern.kind) {
    case 'guidance':
      return {
        finding: concern.head.id,
        headline: `${headline(concern.head, drug.about, wording)}${stricterWords(drug, concern.head, policy)}`,
        basis: byWeight(concern.head.basis).map((basis) => basisWords(basis, assessment.geneCalls)),
        indicator: cardIndicator(drug, concern.head, wording),
      }
    case 'conflict':
      return {
        finding: concern.head.id,
        headline: conflictWords(drug, concern, policy),
        basis: [openBecause(drug, concern.genes)],
        indicator: 'warning',
      }
    case 'not-assessed': {
      const [first] = concern.gaps
      return {
        finding: null,
        headline: first ? notAssessedWords(drug, first) : `Not assessed: ${drug.drug.name}`,
        basis: first ? [asClause(first.because)] : [],
        indicator: notAssessedIndicator(drug, concern.gaps, policy),
      }
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
