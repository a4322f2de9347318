import { setTimeout as wait } from 'node:timers/promises'
import { orderSign, prefetch } from '../production/patient.ts'
import { call, makeAgent } from './call.ts'

export const SIGN = '/cds-services/pgx-order-sign'

/** What the server said it has: the card of each answered decision, and the card of each feedback that was answered 200. */
export type Notebook = {
  readonly decisions: string[]
  readonly feedback: string[]
  /** Milliseconds of each answered call. */
  readonly times: number[]
  /** Answers that were neither 200 nor 503, as `status path`. */
  readonly wrong: string[]
  /** Calls that were told to come again: 503. */
  shed: number
  /** Calls whose connection broke before the answer was whole. */
  broken: number
}

export const emptyNotebook = (): Notebook => ({ decisions: [], feedback: [], times: [], wrong: [], shed: 0, broken: 0 })

const PAUSE_MS = 20

/**
 * Prescribers who sign an order, read the card, and tell what they did with it, over and over. `url` is asked for before each call, so that
 * they follow a server that comes back at another address.
 */
export const startPrescribers = (
  url: () => string,
  callers: number,
  notebook: Notebook,
  headers: () => Readonly<Record<string, string>> = () => ({}),
) => {
  const agent = makeAgent()
  let stopped = false

  const ask = async (path: string, body: object): Promise<string | null> => {
    try {
      const { status, text, ms } = await call(url() + path, agent, JSON.stringify(body), headers())
      notebook.times.push(ms)
      if (status === 200) return text
      if (status === 503) notebook.shed += 1
      else notebook.wrong.push(`${status} ${path}`)
    } catch {
      notebook.broken += 1
    }
    await wait(PAUSE_MS)
    return null
  }

  const prescribe = async (): Promise<void> => {
    const answer = await ask(SIGN, orderSign({ prefetch: prefetch() }))
    if (answer === null) return
    const card = (JSON.parse(answer) as { readonly cards: readonly { readonly uuid: string }[] }).cards[0]?.uuid ?? ''
    notebook.decisions.push(card)
    const told = { card, outcome: 'accepted', acceptedSuggestions: [{ id: 's' }], outcomeTimestamp: '2026-11-21T10:00:00Z' }
    if ((await ask(`${SIGN}/feedback`, { feedback: [told] })) !== null) notebook.feedback.push(card)
  }

  const work = async (): Promise<void> => {
    while (!stopped) await prescribe()
  }
  const all = Array.from({ length: callers }, work)
  return {
    /** Ends once every call that was begun has an answer or is broken. */
    stop: async (): Promise<void> => {
      stopped = true
      await Promise.all(all)
      agent.destroy()
    },
  }
}
