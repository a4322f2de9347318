import type { PartialDate } from '../contract/lineage.ts'
import { spanOf } from '../terminology/dates.ts'

/** Everything that the date can mean lies before `now`: a course that ends today is not over. */
export const isPast = (date: PartialDate | null, now: string): boolean => {
  const [span, today] = [date === null ? null : spanOf(date), spanOf(now)]
  return span !== null && today !== null && span.last < today.first
}

/** Everything that the date can mean lies after `now`. */
export const isFuture = (date: PartialDate | null, now: string): boolean => {
  const [span, today] = [date === null ? null : spanOf(date), spanOf(now)]
  return span !== null && today !== null && span.first > today.first
}
