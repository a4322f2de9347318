import type { DrugAssessment, Finding, GuidanceSource } from '../../../../src/contract/findings.ts'
import type { PanelWords } from '../../../../src/contract/profile.ts'
import { headOf } from '../../words/severity.ts'

export const SOURCES: readonly GuidanceSource[] = ['CPIC', 'DPWG', 'FDA']

/** No source could be asked properly, so none of them is silent. */
export const isBlind = (drug: DrugAssessment, words: PanelWords): boolean => {
  const concern = headOf(drug, words)?.concern
  return drug.state === 'not-assessed' || concern === 'not-assessed' || concern === 'test-first'
}

/** The sentences of a finding beside the actions that they say; the server leaves out actions that only point at the source. */
export const saidActions = (
  finding: Finding,
  words: PanelWords,
): { readonly action: Finding['actions'][number]; readonly says: string }[] => {
  const sentences = words.sentences[finding.id] ?? []
  const told = finding.actions.filter(({ code }) => code !== 'see-source')
  return sentences.flatMap((says, at) => {
    const action = told[at]
    return action ? [{ action, says }] : []
  })
}
