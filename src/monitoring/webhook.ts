import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../config.ts'
import type { Alarm } from './watch.ts'

/** Posts a body; the status of the answer, or null when there was none. Main gives the outbound wall's. */
export type Post = (url: string, body: string) => Promise<number | null>

/** Posts a body with these headers; the status, or null when there was no answer. */
export type PostWith = (url: string, headers: Readonly<Record<string, string>>, body: string) => Promise<number | null>

/** What is posted of a model's alarm: names of models and figures, states and counts; nothing of any patient. */
export const alarmEntry = ({ tenant, model, release, figure, subject, state, before, value, says }: Alarm): object => ({
  tenant,
  model,
  release,
  figure,
  subject,
  state,
  before,
  value,
  says,
})

export const alarmBody = (alarms: readonly object[], at: string): string => JSON.stringify({ source: 'attune', at, alarms })

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

type SendKit = { readonly config: Pick<Config, 'monitoring'>; readonly post: PostWith }

/** Sends alarms to the site's webhook, if it has one. @returns false when they were not taken */
export const sendAlarms = async (alarms: readonly object[], { config, post }: SendKit, ending: AbortSignal): Promise<boolean> => {
  const { webhook } = config.monitoring
  if (!webhook || alarms.length === 0) return true
  const { url, tries, tokenFile } = webhook
  const token = (): Record<string, string> =>
    tokenFile === undefined ? {} : { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` }
  const once: Post = (to, body) => post(to, { 'content-type': 'application/json', ...token() }, body)
  return postAlarms(once, { url, tries, ending }, alarmBody(alarms, new Date().toISOString()))
}
