import { remembering } from '../terminology/remember.ts'
import { asList, asNumber, asObjects, asText, codings, isJson, type Json, member, period } from './accessors.ts'
import { tidy } from './dose-units.ts'

/** How often a dose is given. `timesPerDay` only when it is certain; `range` when the order leaves a choice (every 4 to 6 hours). */
export type Rhythm = {
  readonly timesPerDay: number | null
  readonly range: boolean
  readonly prn: boolean
  /** True when the order states a timing at all. */
  readonly stated: boolean
  readonly because: string | null
}

/** Timing abbreviations of HL7 (v3 GTSAbbreviation, v2 table 0335) and words of order catalogues, in times per day. */
const TIMES: Readonly<Record<string, number>> = {
  QD: 1,
  DAILY: 1,
  'ONCE DAILY': 1,
  'ONCE A DAY': 1,
  'ONE TIME A DAY': 1,
  'EVERY DAY': 1,
  'EACH DAY': 1,
  AM: 1,
  PM: 1,
  QAM: 1,
  QPM: 1,
  QHS: 1,
  HS: 1,
  BED: 1,
  NIGHTLY: 1,
  'AT BEDTIME': 1,
  'EVERY NIGHT': 1,
  'EVERY MORNING': 1,
  'EVERY EVENING': 1,
  BID: 2,
  'TWICE DAILY': 2,
  'TWICE A DAY': 2,
  '2 TIMES A DAY': 2,
  '2 TIMES DAILY': 2,
  TID: 3,
  'THREE TIMES A DAY': 3,
  'THREE TIMES DAILY': 3,
  '3 TIMES A DAY': 3,
  '3 TIMES DAILY': 3,
  QID: 4,
  'FOUR TIMES A DAY': 4,
  'FOUR TIMES DAILY': 4,
  '4 TIMES A DAY': 4,
  '4 TIMES DAILY': 4,
  QOD: 1 / 2,
  'EVERY OTHER DAY': 1 / 2,
  MO: 1 / 30.4375,
  WK: 1 / 7,
  WEEKLY: 1 / 7,
  'ONCE WEEKLY': 1 / 7,
  'ONCE A WEEK': 1 / 7,
}

const normal = (words: string): string => words.toUpperCase().replaceAll('.', '').replace(/\s+/g, ' ').trim()

/** Times per day that a timing code or phrase means; null for anything not listed. `Q6H PRN` counts as `Q6H`. Kept by words. */
export const timesOfWords: (words: string) => number | null = remembering((words) => {
  const text = normal(words).replace(/\s*(PRN|AS NEEDED)$/, '')
  if (Object.hasOwn(TIMES, text)) return TIMES[text] ?? null
  const hours = /^(?:Q ?(\d{1,2}) ?H(?:OURS|RS|R)?|EVERY (\d{1,2}) HOURS)$/.exec(text)
  const every = Number(hours?.[1] ?? hours?.[2])
  return every > 0 && every <= 24 ? 24 / every : null
})

const saysPrn = (words: string): boolean => /\b(PRN|AS NEEDED)\b/.test(normal(words))

const DAYS: Readonly<Record<string, number>> = { s: 1 / 86400, min: 1 / 1440, h: 1 / 24, d: 1, wk: 7, mo: 30.4375, a: 365.25 }

const unsure = (because: string, range = false): Omit<Rhythm, 'prn'> => ({ timesPerDay: null, range, stated: true, because })
const sure = (timesPerDay: number): Omit<Rhythm, 'prn'> => ({ timesPerDay: tidy(timesPerDay), range: false, stated: true, because: null })

/** `timing.repeat`: a daily number only from frequency and period (reference: fhir-genomics, section 5.3). */
const fromRepeat = (repeat: Json): Omit<Rhythm, 'prn'> | null => {
  const [frequency, span] = [asNumber(repeat.frequency), asNumber(repeat.period)]
  const days = DAYS[asText(repeat.periodUnit) ?? '']
  if (asNumber(repeat.count) === 1) return unsure('A single dose.')
  if (asNumber(repeat.frequencyMax) !== null || asNumber(repeat.periodMax) !== null) return unsure('The interval is a range.', true)
  const moments = Math.max(asList(repeat.when).length, asList(repeat.timeOfDay).length)
  if (asList(repeat.dayOfWeek).length > 0) return unsure('Given on some days of the week only.')
  if (span === null || days === undefined || span <= 0) return moments > 0 ? unsure('Times of day without frequency and period.') : null
  const times = frequency ?? (moments > 0 ? null : 1)
  if (times === null || times <= 0) return unsure('Times of day without a frequency.')
  if (moments > 1 && moments !== times) return unsure('Frequency and times of day differ.')
  return sure(times / (span * days))
}

const fromCode = (code: unknown): Omit<Rhythm, 'prn'> | null => {
  const words = [...codings(code).flatMap((coding) => [coding.code, coding.display ?? '']), asText(member(code, 'text')) ?? '']
  const times = [...new Set(words.map(timesOfWords).filter((one) => one !== null))]
  if (times.length > 1) return unsure('The timing code and its text differ.')
  return times[0] === undefined ? null : sure(times[0])
}

/** Rhythm of one dosage line: repeat and code must not differ. */
export const readRhythm = (dosage: Json): Rhythm => {
  const [timing] = asObjects(dosage.timing)
  const [repeat] = asObjects(timing?.repeat)
  const [byRepeat, byCode] = [repeat ? fromRepeat(repeat) : null, fromCode(timing?.code)]
  const codeWords = [...codings(timing?.code).map((coding) => coding.code), asText(member(timing?.code, 'text')) ?? '']
  const prn =
    dosage.asNeededBoolean === true ||
    dosage.asNeeded === true ||
    isJson(dosage.asNeededCodeableConcept) ||
    asList(dosage.asNeededFor).length > 0 ||
    codeWords.some(saysPrn)
  if (byRepeat && byCode && byRepeat.timesPerDay !== null && byCode.timesPerDay !== null && byRepeat.timesPerDay !== byCode.timesPerDay)
    return { ...unsure('The timing states two different frequencies.'), prn }
  const chosen = byRepeat ?? byCode
  return chosen ? { ...chosen, prn } : { timesPerDay: null, range: false, stated: false, prn, because: 'The order states no frequency.' }
}

/** Bounds of a dosage line, where it has them. */
export const boundsOf = (dosage: Json) => period(member(member(asObjects(dosage.timing)[0], 'repeat'), 'boundsPeriod'))
