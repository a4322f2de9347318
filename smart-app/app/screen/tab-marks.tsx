import type { ReactNode } from 'react'
import { type Level, SeverityShape } from '../../ui/Severity.tsx'
import { medicineEntries, SHELF_LEVELS, SHELVES } from '../panels/medicines/bins.ts'
import { SHELF_WORDS } from '../panels/medicines/shelf-words.ts'
import { drugsInHand } from '../panels/order/drugs-in-hand.ts'
import type { ProfileState } from '../profile/profile-state.ts'
import type { AppContext } from '../session/app-context.ts'
import { TEXT } from '../text.ts'
import { drugSeverity } from '../words/severity.ts'

const mark = (level: Level, word: string): ReactNode => (
  <>
    <SeverityShape level={level} size={14} />
    <span className="visually-hidden">({word})</span>
  </>
)

/** Levels that call for a look; the others leave the tab unmarked. */
const CALLING: ReadonlySet<Level> = new Set(['critical', 'warning', 'caution', 'unknown'])

export const orderMark = ({ assessment, words }: ProfileState, context: AppContext): ReactNode => {
  const first = assessment === null ? undefined : drugsInHand(assessment, context, words)[0]
  if (assessment === null) return null
  if (first === undefined) return context.drug ? mark('unknown', TEXT.severity.concerns['not-assessed']) : null
  const { level, word } = drugSeverity(first.drug, words)
  return mark(level, word)
}

export const medicinesMark = ({ facts, assessment, words }: ProfileState): ReactNode => {
  if (facts === null || assessment === null) return null
  const shelves = new Set(medicineEntries(facts, assessment, words).map((entry) => entry.shelf))
  const worst = SHELVES.find((shelf) => shelves.has(shelf))
  return worst && CALLING.has(SHELF_LEVELS[worst]) ? mark(SHELF_LEVELS[worst], SHELF_WORDS[worst]) : null
}

export const sourcesMark = ({ questions }: ProfileState): ReactNode =>
  questions.some((question) => question.state === 'failed' || question.state === 'partial') ? mark('caution', TEXT.foot.gaps) : null
