import { LANGUAGE } from '../../language.ts'
import { dateWords } from '../../words/dates.ts'

/** Day of a wall-clock moment (milliseconds read as UTC), in words. */
export const dayWords = (at: number): string => dateWords(new Date(at).toISOString().slice(0, 10))

export const dayKey = (at: number): number => Math.floor(at / 86_400_000)

const two = (part: number): string => String(part).padStart(2, '0')

/** `07:15` of a moment on the record's own clock. */
export const clockWords = (at: number): string => new Date(at).toISOString().slice(11, 16)

export const momentOf = (at: number): string => `${dayWords(at)}, ${clockWords(at)}`

/** `07:15` of minutes after midnight. */
export const minuteWords = (minutes: number): string => `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`

/** `3 h 12 min` of a share of the day. */
export const hoursOf = (percent: number): string => {
  const minutes = Math.round((percent / 100) * 1440)
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60]
  return hours === 0 ? `${rest}\u00a0min` : `${hours}\u00a0${LANGUAGE === 'de' ? 'Std.' : 'h'} ${rest}\u00a0min`
}
