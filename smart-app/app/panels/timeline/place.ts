import type { PartialDate } from '../../../../src/contract/lineage.ts'
import { recordTime } from '../../../ui/charts/time.ts'

export const DAY = 86_400_000

/** The time that a date covers, on the record's own clock. A year or a month covers all of its days; a day or an instant is one point. */
export type Place = { readonly from: number; readonly to: number; readonly exact: boolean }

export const placeOf = (date: PartialDate | null | undefined): Place | null => {
  const from = recordTime(date)
  if (from === null || date == null) return null
  const start = new Date(from)
  if (/^\d{4}$/.test(date)) return { from, to: Date.UTC(start.getUTCFullYear() + 1, 0, 1), exact: false }
  if (/^\d{4}-\d{2}$/.test(date)) return { from, to: Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1), exact: false }
  return { from, to: from, exact: true }
}

export const dayOf = (at: number): number => Math.floor(at / DAY) * DAY

/** `2024-03-05` of a day on the record's clock, for `dateWords`. */
export const isoDay = (at: number): string => new Date(at).toISOString().slice(0, 10)
