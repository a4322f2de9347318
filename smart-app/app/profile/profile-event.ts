import type { ProfileEvent } from '../../../src/contract/profile.ts'

/** The member that each event must bring; the server of the same release made the rest. */
const CARRIES: { readonly [name in ProfileEvent['event']]: string } = {
  plan: 'questions',
  source: 'question',
  part: 'facts',
  facts: 'facts',
  devices: 'summaries',
  assessment: 'assessment',
  background: 'background',
  review: 'review',
  estimates: 'estimates',
  trends: 'trends',
  notes: 'notes',
  done: 'decision',
  error: 'code',
}

const isEvent = (value: unknown): value is ProfileEvent => {
  if (typeof value !== 'object' || value === null || !('event' in value) || typeof value.event !== 'string') return false
  const carried = Object.hasOwn(CARRIES, value.event) ? CARRIES[value.event as ProfileEvent['event']] : undefined
  return carried !== undefined && carried in value
}

/** One line of the stream; null for lines that are no event of this release (a newer server may add some). */
export const readProfileEvent = (line: string): ProfileEvent | null => {
  try {
    const value: unknown = JSON.parse(line)
    return isEvent(value) ? value : null
  } catch {
    return null
  }
}
