import type { Dose } from '../contract/facts.ts'
import { type Amount, amount, asNumber, asObjects, asText, isJson, type Json, member, UNREAD_UNIT } from './accessors.ts'
import { readExtent } from './dose-extent.ts'
import { LONGEST_DOSE_TEXT, readDoseText } from './dose-text.ts'
import { bodySizeOf, isActuation, isCount, massInMg, tidy, volumeInMl } from './dose-units.ts'
import { mainCodingOf } from './lineage.ts'
import type { Strength, StrengthPart } from './strength.ts'
import { type Rhythm, readRhythm } from './timing.ts'

/** What one dosage line gives at each administration. */
type Given =
  | { readonly kind: 'mass'; readonly mg: number; readonly count: number | null }
  | { readonly kind: 'unknown'; readonly because: string; readonly range: boolean; readonly count: number | null }
  /** The line states no amount at all. */
  | { readonly kind: 'none' }

const unknown = (because: string, count: number | null = null, range = false): Given => ({ kind: 'unknown', because, range, count })

/** `8 tablets`, `1 tablet`, `20 mg`. */
const worded = (read: Amount): string => {
  const unit = read.unit ?? read.code ?? ''
  return `${read.value} ${unit}${read.value !== 1 && /^(tablet|capsule|pill|puff|spray)$/.test(unit) ? 's' : ''}`.trim()
}

const byStrength = (value: number, per: StrengthPart['per'], strength: Strength, count: number | null): Given => {
  const [part, ...others] = strength.parts
  if (!part) return unknown(strength.because ?? 'The product does not state its strength.', count)
  if (others.length > 0) {
    const holds = strength.parts.map((one) => `${one.mg} mg`).join(' and ')
    return unknown(`The product holds several ingredients (${holds} each), so no single amount can be stated.`, count)
  }
  return part.per === per
    ? { kind: 'mass', mg: tidy(value * part.mg), count }
    : unknown('Dose and product strength are in different units.', count)
}

/** One quantity in milligrams: as it stands, or through the product's strength (reference: fhir-genomics, section 5.3). */
const givenBy = (read: Amount, strength: Strength, ingredients: number): Given => {
  const unit = read.code ?? read.unit
  const size = bodySizeOf(unit) ?? bodySizeOf(read.unit)
  if (size) return unknown(`${worded(read)}: milligrams need the ${size}.`)
  const mg = massInMg(read.value, unit) ?? massInMg(read.value, read.unit)
  if (mg !== null)
    return ingredients > 1
      ? unknown('The product has several ingredients; the amount does not say which it counts.')
      : { kind: 'mass', mg, count: null }
  const ml = volumeInMl(read.value, unit) ?? volumeInMl(read.value, read.unit)
  if (ml !== null) return byStrength(ml, 'mL', strength, null)
  if (isCount(unit) || isCount(read.unit)) return byStrength(read.value, 'unit', strength, read.value)
  if (isActuation(unit) || isActuation(read.unit)) return byStrength(read.value, 'actuation', strength, null)
  return unknown(unit === null ? 'The dose has no unit.' : `The unit ${unit} cannot be turned into milligrams.`)
}

const rangeWords = (range: unknown): string => {
  const [low, high] = [amount(member(range, 'low')), amount(member(range, 'high'))]
  return [low && (high && low.unit === high.unit && low.unit !== UNREAD_UNIT ? String(low.value) : worded(low)), high && worded(high)]
    .filter(Boolean)
    .join(' to ')
}

/** `doseAndRate` as list or object, and dose fields put directly on the line: all are read, and must agree. */
const amountsOf = (line: Json): Json[] => [...asObjects(line.doseAndRate), line].filter(hasDose)

const hasDose = (one: Json): boolean =>
  isJson(one.doseQuantity) ||
  isJson(one.doseRange) ||
  isJson(one.dose) ||
  isJson(one.rateRatio) ||
  isJson(one.rateQuantity) ||
  isJson(one.rateRange)

const givenByLine = (line: Json, strength: Strength, ingredients: number): Given => {
  const given = amountsOf(line).map((one): Given => {
    if (isJson(one.rateRatio) || isJson(one.rateQuantity) || isJson(one.rateRange))
      return unknown('A rate of infusion is not a daily dose.')
    if (isJson(one.doseRange)) return unknown(`The dose is a range: ${rangeWords(one.doseRange)}.`, null, true)
    const read = amount(one.doseQuantity ?? one.dose)
    return read === null ? unknown('The dose has no number.') : givenBy(read, strength, ingredients)
  })
  return agree(given)
}

/** Amounts stated twice must be one amount; one that is known stands for one that cannot be computed, ranges and rates excepted. */
const agree = (given: readonly Given[]): Given => {
  const [first] = given
  if (!first) return { kind: 'none' }
  const blocked = given.find((one) => one.kind === 'unknown' && (one.range || one.because.startsWith('A rate')))
  if (blocked) return blocked
  const masses = given.filter((one) => one.kind === 'mass')
  const count = given.map((one) => (one.kind === 'none' ? null : one.count)).find((one) => one !== null) ?? null
  const [mass] = masses
  if (!mass) return first
  return masses.every((one) => Math.abs(one.mg - mass.mg) < 1e-6) ? { ...mass, count } : unknown('The order states two different amounts.')
}

type Step = {
  readonly mgPerDose: number | null
  readonly mgPerDay: number | null
  readonly rhythm: Rhythm
  readonly range: boolean
  readonly textOnly: boolean
  readonly because: string | null
}

const TEXT_NOT_READ = `The dosage text of more than ${LONGEST_DOSE_TEXT} characters was not read, so it may say something else.`

/** A text that says something else than the structure leaves no number. */
const contradiction = (line: Json, given: Given, timesPerDay: number | null): string | null => {
  const text = asText(line.text)
  if (text === null || given.kind === 'none') return null
  if (text.length > LONGEST_DOSE_TEXT) return TEXT_NOT_READ
  const words = readDoseText(text)
  if (words.exception) return 'The dosage text goes beyond what the structure says.'
  const mg = given.kind === 'mass' ? given.mg : null
  const known = mg === null ? [] : [mg, mg * (timesPerDay ?? 1), ...(given.kind === 'mass' && given.count ? [mg / given.count] : [])]
  const mgDiffers = mg !== null && words.mg.some((one) => !known.some((other) => Math.abs(one - other) < 1e-6))
  const count = given.count
  const countDiffers = count !== null && words.counts.some((one) => one !== count)
  const timesDiffer =
    timesPerDay !== null && words.timesPerDay.length > 0 && !words.timesPerDay.some((one) => Math.abs(one - timesPerDay) < 1e-6)
  return mgDiffers || countDiffers || timesDiffer ? 'Dosage text and structure differ.' : null
}

/** A line without timing whose text says nothing but amount and rhythm takes the rhythm from there: `50 mg daily for 2 weeks`. */
const rhythmOf = (line: Json): Rhythm => {
  const rhythm = readRhythm(line)
  const text = asText(line.text) ?? ''
  if (rhythm.stated || text.length > LONGEST_DOSE_TEXT) return rhythm
  const words = readDoseText(text)
  const [times] = words.timesPerDay
  if (!words.complete || times === undefined) return rhythm
  return { ...rhythm, timesPerDay: times, stated: true, because: null }
}

/** `maxDosePerPeriod` in milligrams a day, and in words. */
const maximum = (line: Json, strength: Strength, ingredients: number): { readonly mg: number | null; readonly words: string } | null => {
  const [limit] = asObjects(line.maxDosePerPeriod)
  const [top, bottom] = [amount(limit?.numerator), amount(limit?.denominator)]
  if (!top || !bottom || bottom.value <= 0) return null
  const days = { d: 1, day: 1, h: 1 / 24 }[bottom.code ?? bottom.unit ?? '']
  const given = givenBy(top, strength, ingredients)
  const mg = days && given.kind === 'mass' ? tidy(given.mg / (bottom.value * days)) : null
  const because = given.kind === 'unknown' ? ` ${given.because}` : ''
  const span = bottom.value === 1 && days === 1 ? 'a day' : `in ${worded(bottom)}`
  return { mg, words: `As needed, at most ${worded(top)} ${span}.${because}` }
}

const perDay = (mg: number | null, rhythm: Rhythm): { readonly mg: number | null; readonly because: string | null } => {
  if (mg === null) return { mg: null, because: null }
  if (rhythm.timesPerDay === null) return { mg: null, because: rhythm.because }
  if (rhythm.timesPerDay < 1) return { mg: null, because: 'Not given every day.' }
  return { mg: tidy(mg * rhythm.timesPerDay), because: null }
}

const readStep = (line: Json, strength: Strength, ingredients: number): Step => {
  const rhythm = rhythmOf(line)
  const given = givenByLine(line, strength, ingredients)
  const range = rhythm.range || (given.kind === 'unknown' && given.range)
  const against = contradiction(line, given, rhythm.timesPerDay)
  if (against) return { mgPerDose: null, mgPerDay: null, rhythm, range, textOnly: false, because: against }
  const mg = given.kind === 'mass' ? given.mg : null
  const day = perDay(mg, rhythm)
  const most = rhythm.prn ? maximum(line, strength, ingredients) : null
  const because =
    most && most.mg === null
      ? most.words
      : given.kind === 'unknown'
        ? given.because
        : given.kind === 'none'
          ? 'The order states no amount.'
          : day.because
  const mgPerDay = most ? most.mg : day.mg
  return {
    mgPerDose: mg,
    mgPerDay,
    rhythm,
    range,
    textOnly: given.kind === 'none' && !rhythm.stated,
    because: mgPerDay === null ? because : null,
  }
}

/** Lines of the first step: the lowest sequence number; lines without numbers cannot be put in order. */
const firstLines = (lines: readonly Json[]): { readonly lines: readonly Json[]; readonly ordered: boolean } => {
  if (lines.length < 2) return { lines, ordered: true }
  const numbered = lines.map((line) => ({ line, at: asNumber(line.sequence) }))
  if (numbered.some(({ at }) => at === null)) return { lines, ordered: false }
  const lowest = Math.min(...numbered.map(({ at }) => at ?? 0))
  return { lines: numbered.filter(({ at }) => at === lowest).map(({ line }) => line), ordered: true }
}

const textOf = (lines: readonly Json[]): string | null => {
  const ordered = [...lines].sort((a, b) => (asNumber(a.sequence) ?? 0) - (asNumber(b.sequence) ?? 0))
  const texts = ordered.map((line) => asText(line.text) ?? asText(line.patientInstruction)).filter((text) => text !== null)
  return texts.join('; ') || null
}

const sum = (numbers: readonly (number | null)[]): number | null =>
  numbers.every((one) => one !== null) ? tidy(numbers.reduce((total: number, one) => total + (one ?? 0), 0)) : null

const common = <T>(values: readonly T[]): T | null => (values.every((one) => one === values[0]) ? (values[0] ?? null) : null)

/**
 * Dose of the first step of an order (reference: fhir-genomics, section 5.3). Numbers only when they are certain; a dose that cannot be
 * computed says why. `prn`: the daily dose is a maximum.
 */
export const readDose = (dosage: unknown, strength: Strength, ingredients: number): Dose => {
  const all = asObjects(dosage)
  const { lines, ordered } = firstLines(all)
  const steps = lines.map((line) => readStep(line, strength, ingredients))
  const text = textOf(all)
  const route = mainCodingOf(all[0]?.route) ?? null
  const prn = steps.some((step) => step.rhythm.prn)
  const flags: Dose['flags'] = [
    ...(prn ? (['prn'] as const) : []),
    ...(steps.some((step) => step.range) ? (['range'] as const) : []),
    ...(steps.length > 0 && text !== null && steps.every((step) => step.textOnly) ? (['dose-text-only'] as const) : []),
  ]
  if (steps.length === 0)
    return { mgPerDay: null, mgPerDose: null, timesPerDay: null, prn: false, text, route, because: 'No dose is stated.', flags }
  const mgPerDay = ordered ? sum(steps.map((step) => step.mgPerDay)) : null
  const because = ordered
    ? steps.map((step) => step.because).find((one) => one !== null)
    : 'Several dosage lines without an order among them.'
  return {
    mgPerDay,
    mgPerDose: ordered ? common(steps.map((step) => step.mgPerDose)) : null,
    timesPerDay: ordered && steps.length === 1 ? (steps[0]?.rhythm.timesPerDay ?? null) : null,
    prn,
    text,
    route,
    ...(mgPerDay === null
      ? { because: flags.includes('dose-text-only') ? 'The dose is stated in words only.' : (because ?? 'The daily dose is not certain.') }
      : {}),
    flags,
    extent: readExtent(dosage),
  }
}
