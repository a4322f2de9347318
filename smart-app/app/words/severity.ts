import type { Alternative, Consequence, DrugAssessment, Finding } from '../../../src/contract/findings.ts'
import type { PanelWords } from '../../../src/contract/profile.ts'
import type { Level } from '../../ui/Severity.tsx'
import { TEXT } from '../text.ts'

export type Head = PanelWords['heads'][number]

/** How a finding's consequence is shown: shape and colour by level, always with its word. */
export const CONSEQUENCES: { readonly [consequence in Consequence]: { readonly level: Level; readonly word: string } } = {
  contraindicated: { level: 'critical', word: TEXT.severity.consequences.contraindicated },
  avoid: { level: 'warning', word: TEXT.severity.consequences.avoid },
  alternative: { level: 'warning', word: TEXT.severity.consequences.alternative },
  dose: { level: 'warning', word: TEXT.severity.consequences.dose },
  caution: { level: 'caution', word: TEXT.severity.consequences.caution },
  monitor: { level: 'info', word: TEXT.severity.consequences.monitor },
  standard: { level: 'ok', word: TEXT.severity.consequences.standard },
  none: { level: 'none', word: TEXT.severity.consequences.none },
}

/** Concerns other than guidance have a word of their own; the head of guidance is named by its finding. */
const CONCERNS: { readonly [concern in Exclude<Head['concern'], 'guidance'>]: { readonly level: Level; readonly word: string } } = {
  conflict: { level: 'caution', word: TEXT.severity.concerns.conflict },
  'not-assessed': { level: 'unknown', word: TEXT.severity.concerns['not-assessed'] },
  'test-first': { level: 'warning', word: TEXT.severity.concerns['test-first'] },
}

export const LISTED = { level: 'none', word: TEXT.severity.listed } as const satisfies { level: Level; word: string }

export const VERDICTS: { readonly [verdict in Alternative['verdict']]: { readonly level: Level; readonly word: string } } = {
  fits: { level: 'ok', word: TEXT.severity.verdicts.fits },
  caution: { level: 'caution', word: TEXT.severity.verdicts.caution },
  unfit: { level: 'warning', word: TEXT.severity.verdicts.unfit },
  unknown: { level: 'unknown', word: TEXT.severity.verdicts.unknown },
}

export const findingSeverity = (finding: Finding): { readonly level: Level; readonly word: string } =>
  finding.kind === 'listed' ? LISTED : CONSEQUENCES[finding.consequence]

export const headOf = (drug: DrugAssessment, words: PanelWords): Head | null =>
  words.heads.find((head) => head.ref === drug.ref && head.drug === drug.drug.name) ?? null

const headSeverity = (head: Head, drug: DrugAssessment): { readonly level: Level; readonly word: string } => {
  if (head.concern !== 'guidance') {
    const { level, word } = CONCERNS[head.concern]
    return { level: level === 'warning' ? head.indicator : level, word }
  }
  const finding = drug.findings.find((candidate) => candidate.id === head.finding)
  const { level, word } = finding ? findingSeverity(finding) : LISTED
  return { level: head.indicator === 'info' ? level : head.indicator, word }
}

/** Severity of a drug as a whole: the card's concern and indicator where there is something to say, else what the assessment found. */
export const drugSeverity = (drug: DrugAssessment, words: PanelWords): { readonly level: Level; readonly word: string } => {
  const head = headOf(drug, words)
  if (head) return headSeverity(head, drug)
  if (drug.state === 'no-guidance') return { level: 'none', word: TEXT.severity.noGuidance }
  const first = drug.findings.find((candidate) => candidate.kind === 'guidance')
  if (first && drug.state !== 'not-assessed') return findingSeverity(first)
  // The result was looked up and no source has advice for it: that is no gap.
  const lookedUp = drug.state === 'assessed' && drug.gaps.every(({ code }) => code === 'no-guidance')
  return lookedUp ? { level: 'none', word: TEXT.severity.noGuidance } : CONCERNS['not-assessed']
}
