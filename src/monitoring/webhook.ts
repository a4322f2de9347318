import { setTimeout as wait } from 'node:timers/promises'
import type { Alarm } from './watch.ts'

/** Posts a body; the status of the answer, or null when there was none. Main gives the outbound wall's. */
export type Post = (url: string, body: string) => Promise<number | null>

/** What is posted: names of models and figures, states and counts; nothing of any patient. */
export const alarmBody = (alarms: readonly Alarm[], at: string): string =>
  JSON.stringify({
    source: 'attune',
    at,
    alarms: alarms.map(({ tenant, model, release, figure, subject, state, before, value, says }) => ({
      tenant,
      model,
      release,
      figure,
      subject,
      state,
      before,
      value,
      says,
    })),
  })

const FIRST_PAUSE_MS = 500

const isFinal = (status: number | null): boolean => status !== null && status < 500 && status !== 429

type Receiver = {
  readonly url: string
  readonly tries: number
  /** The server stops: no try and no pause is waited for any longer. */
  readonly ending: AbortSignal
  readonly pauseMs?: number
}

const aborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }))

/**
 * Posts until the other side has taken it, with growing pauses. A refusal (4xx) is final.
 * @returns whether it was taken
 */
export const postAlarms = async (
  post: Post,
  { url, tries, ending, pauseMs = FIRST_PAUSE_MS }: Receiver,
  body: string,
): Promise<boolean> => {
  const end = aborted(ending)
  for (let attempt = 0; attempt < tries; attempt += 1) {
    if (attempt > 0) await wait(pauseMs * 2 ** (attempt - 1), undefined, { signal: ending }).catch(() => {}) // told by the signal
    if (ending.aborted) return false
    const status = await Promise.race([post(url, body), end])
    if (isFinal(status)) return status !== null && status < 300
  }
  return false
}
