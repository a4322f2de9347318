import type { Alternative, Consequence, DrugAssessment, Finding } from '../../../src/contract/findings.ts'
import type { PanelWords } from '../../../src/contract/profile.ts'
import type { Level } from '../../ui/Severity.tsx'

/** How a finding's consequence is shown: shape and colour by level, always with its word. */
export const CONSEQUENCES: { readonly [consequence in Consequence]: { readonly level: Level; readonly word: string } } = {
  contraindicated: { level: 'critical', word: 'Contraindicated' },
  avoid: { level: 'warning', word: 'Avoid' },
  alternative: { level: 'warning', word: 'Other drug' },
  dose: { level: 'warning', word: 'Other dose' },
  caution: { level: 'caution', word: 'Caution' },
  monitor: { level: 'info', word: 'Monitor' },
  standard: { level: 'ok', word: 'Usual dosing' },
  none: { level: 'none', word: 'No advice' },
}

const TEST_LEVELS: {
  readonly [demand in NonNullable<DrugAssessment['testFirst']>['demand']]: { readonly level: Level; readonly word: string }
} = {
  required: { level: 'warning', word: 'Test first' },
  recommended: { level: 'warning', word: 'Test first' },
  consider: { level: 'info', word: 'Consider a test' },
}

export const LISTED = { level: 'none', word: 'Listed only' } as const satisfies { level: Level; word: string }

export const VERDICTS: { readonly [verdict in Alternative['verdict']]: { readonly level: Level; readonly word: string } } = {
  fits: { level: 'ok', word: 'Fits as far as checked' },
  caution: { level: 'caution', word: 'Possible with caution' },
  unfit: { level: 'warning', word: 'Not for this patient' },
  unknown: { level: 'unknown', word: 'Could not be checked' },
}

export const findingSeverity = (finding: Finding): { readonly level: Level; readonly word: string } =>
  finding.kind === 'listed' ? LISTED : CONSEQUENCES[finding.consequence]

export type Head = PanelWords['heads'][number]

export const headOf = (drug: DrugAssessment, words: PanelWords): Head | null =>
  words.heads.find((head) => head.ref === drug.ref && head.drug === drug.drug.name) ?? null

/** Severity of a drug as a whole: the card's indicator where a card would speak, else what its findings or gaps say. */
export const drugSeverity = (drug: DrugAssessment, words: PanelWords): { readonly level: Level; readonly word: string } => {
  const head = headOf(drug, words)
  const finding = head === null ? undefined : drug.findings.find((candidate) => candidate.id === head.finding)
  if (head && finding)
    return { level: head.indicator === 'info' ? findingSeverity(finding).level : head.indicator, word: findingSeverity(finding).word }
  if (drug.testFirst) return TEST_LEVELS[drug.testFirst.demand]
  if (drug.state === 'not-assessed') return { level: 'unknown', word: 'Not assessed' }
  if (drug.state === 'no-guidance') return { level: 'none', word: 'No guidance' }
  const first = drug.findings.find((candidate) => candidate.kind === 'guidance')
  return first ? findingSeverity(first) : { level: 'unknown', word: 'Not assessed' }
}
