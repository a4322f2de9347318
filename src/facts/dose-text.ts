import { remembering } from '../terminology/remember.ts'
import { isCount, massInMg } from './dose-units.ts'
import { timesOfWords } from './timing.ts'

const NUMBER = '(\\d+(?:\\.\\d+)?)'
const AMOUNT = new RegExp(`(?<![\\w.])${NUMBER}\\s*(mg|mcg|ug|g|tablets?|tabs?|capsules?|caps?|pills?)\\b`, 'gi')
const RHYTHM =
  /\b(?:(?:once|twice|(?:two|three|four|\d) times) (?:daily|a day)|every (?:day|night|morning|evening|other day|\d{1,2} hours)|daily|nightly|at bedtime|weekly|once (?:a week|weekly)|q ?\d{1,2} ?h(?:rs?|ours)?|qd|bid|tid|qid|qhs|qam|qpm|qod)\b/gi
/** Words that take back a part of what was said before them. */
const EXCEPTION = /\b(?:except|alternat\w*|otherwise|then|increase|decrease|titrat\w*|taper\w*|as directed)\b|\bor\b/i
/** Words that change nothing in amount or rhythm. */
const FILLER =
  /\b(?:take|takes|give|swallow|use|by mouth|orally|oral|po|with food|with water|with a meal|for \d+ (?:days?|weeks?|months?)|starting [a-z]+ \d{1,2}, \d{4})\b/gi

export type DoseWords = {
  /** Milligram amounts in the text. */
  readonly mg: readonly number[]
  /** Tablet or capsule counts in the text. */
  readonly counts: readonly number[]
  readonly timesPerDay: readonly number[]
  readonly exception: boolean
  /** True when amounts, rhythm and fillers are all there is: only such a text may stand in for a missing timing. */
  readonly complete: boolean
}

/** Whether amounts, rhythm and fillers are all there is. */
const leaveNothing = (text: string): boolean =>
  text
    .replace(AMOUNT, ' ')
    .replace(FILLER, ' ')
    .replace(RHYTHM, ' ')
    .replace(/[\s.,;()]+/g, '') === ''

/** Characters of the longest dosage text that is compared with the structure: some pages. */
export const LONGEST_DOSE_TEXT = 10_000

/** What a dosage text says, as far as it can be checked against the structure. Never a source of an amount by itself. Kept by text. */
export const readDoseText: (text: string) => DoseWords = remembering((text) => {
  const [mg, counts]: [number[], number[]] = [[], []]
  for (const [, number = '', unit = ''] of text.matchAll(AMOUNT)) {
    const mass = massInMg(Number(number), unit)
    if (mass !== null) mg.push(mass)
    else if (isCount(unit)) counts.push(Number(number))
  }
  const rhythms = [...text.matchAll(RHYTHM)].map(([words]) => timesOfWords(words)).filter((times) => times !== null)
  return {
    mg,
    counts,
    timesPerDay: [...new Set(rhythms)],
    exception: EXCEPTION.test(text),
    complete: rhythms.length === 1 && leaveNothing(text),
  }
})
