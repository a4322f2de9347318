import type { Dose } from '../contract/facts.ts'
import { amount, asList, asObjects, isJson, type Json } from './accessors.ts'

/** Members of a dosage line that are its amount, its rhythm, its route or its words. */
const LINE = new Set([
  'id',
  'sequence',
  'text',
  'patientInstruction',
  'timing',
  'route',
  'doseAndRate',
  'doseQuantity',
  'dose',
  'asNeededBoolean',
])
const TIMING = new Set(['id', 'repeat', 'code'])
const REPEAT = new Set(['id', 'frequency', 'period', 'periodUnit', 'boundsDuration', 'boundsPeriod'])

const isStated = (value: unknown): boolean => value !== undefined && value !== null && value !== false && asList(value).length > 0

const others = (one: unknown, known: ReadonlySet<string>): boolean =>
  isJson(one) && Object.entries(one).some(([name, value]) => !known.has(name) && isStated(value))

const lastsOf = (repeat: Json): { readonly lasts: NonNullable<Dose['extent']>['lasts']; readonly unread: boolean } => {
  if (!isStated(repeat.boundsDuration)) return { lasts: null, unread: isStated(repeat.boundsPeriod) }
  const read = amount(repeat.boundsDuration)
  const code = read?.code ?? null
  return read && code !== null && read.value > 0
    ? { lasts: { value: read.value, code }, unread: isStated(repeat.boundsPeriod) }
    : { lasts: null, unread: true }
}

/**
 * What a dosage says besides amount and rhythm: how long it lasts, and whether it says more than that. Whoever writes the dosage anew
 * must keep the first and leave the second alone.
 */
export const readExtent = (dosage: unknown): Dose['extent'] => {
  const [line, ...further] = asObjects(dosage)
  if (!line) return undefined
  const timing = isJson(line.timing) ? line.timing : {}
  const repeat = isJson(timing.repeat) ? timing.repeat : {}
  const { lasts, unread } = lastsOf(repeat)
  const more = further.length > 0 || unread || others(line, LINE) || others(timing, TIMING) || others(repeat, REPEAT)
  return { lasts, more, ...(further.length === 0 && repeat.count === 1 ? { single: true } : {}) }
}
