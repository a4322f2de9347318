import { LANGUAGE } from '../../app/language.ts'

const DAY = 86_400_000

const MOMENT = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,3}))?\d*)?)?)?)?/

/**
 * A FHIR date, dateTime or instant on the record's own wall clock, as milliseconds; null when it is none. The offset is left out on
 * purpose: a sample taken at 07:30 in the hospital is shown at 07:30 wherever it is read. A year or a month stands at its first day.
 */
export const recordTime = (date: string | null | undefined): number | null => {
  const [whole, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', fraction = '0'] = MOMENT.exec(date ?? '') ?? []
  if (whole === undefined) return null
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0')}Z`)
  return Number.isNaN(at) ? null : at
}

const formats = new Map<string, Intl.DateTimeFormat>()

const format = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const key = JSON.stringify(options)
  const known = formats.get(key) ?? new Intl.DateTimeFormat(LANGUAGE === 'de' ? 'de-DE' : 'en-GB', { timeZone: 'UTC', ...options })
  formats.set(key, known)
  return known
}

const isDay = (at: number): boolean => at % DAY === 0

/** A moment in words; without a clock when it stands at midnight, which is how dates without a time stand here. */
export const momentLabel = (at: number): string =>
  format(isDay(at) ? { dateStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'short' }).format(at)

const partsOf = (step: number): Intl.DateTimeFormatOptions => {
  if (step >= 360 * DAY) return { year: 'numeric' }
  if (step >= 27 * DAY) return { month: 'short' }
  if (step >= DAY) return { day: 'numeric', month: 'short' }
  return { hour: '2-digit', minute: '2-digit' }
}

/** What a tick leaves out and its reader still needs: the year beside months and days, the day beside hours. */
const contextOf = (step: number): Intl.DateTimeFormatOptions | null => {
  if (step >= 360 * DAY) return null
  return step >= DAY ? { year: 'numeric' } : { day: 'numeric', month: 'short', year: 'numeric' }
}

/** Labels for ticks in order: the part that changes, with its context under the first tick and wherever the context changes. */
export const tickLabels = (
  ticks: readonly number[],
  /** Length of the axis: how exact the label of a lone tick must be. */
  length = DAY,
): readonly { readonly at: number; readonly label: string; readonly context: string }[] => {
  const [first, second] = ticks
  const step = first !== undefined && second !== undefined ? second - first : length
  const context = contextOf(step)
  let said = ''
  return ticks.map((at) => {
    const now = context ? format(context).format(at) : ''
    const changed = now !== said
    said = now
    return { at, label: format(partsOf(step)).format(at), context: changed ? now : '' }
  })
}
