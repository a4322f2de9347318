import { randomUUID } from 'node:crypto'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from '../config.ts'
import type { CanaryResult, CanaryState } from '../contract/canary.ts'
import type { Card } from '../contract/cards.ts'
import type { PartHealth } from '../http/kit.ts'
import { repeat } from '../monitoring/repeat.ts'
import type { CanaryCase } from './cases.ts'
import type { CanaryIdentity } from './identity.ts'

export type CanaryKit = {
  readonly config: Pick<Config, 'canary' | 'publicUrl' | 'host' | 'port'>
  readonly cases: readonly CanaryCase[]
  readonly identity: CanaryIdentity
  /** The service as its callers meet it. */
  readonly app: RequestListener
  readonly onRound: (results: readonly CanaryResult[], seconds: number) => void
  /** A case that ended otherwise than at the last round: an alarm, or its end. */
  readonly onChange: (result: CanaryResult, before: CanaryState) => void
}

export type Canary = {
  /** One round now. */
  round(): Promise<readonly CanaryResult[]>
  health(): PartHealth
  close(): Promise<void>
}

/** The first round comes soon after the start: whoever has just changed something is told at once. */
const FIRST_MS = 5000

/** After that nothing is waited for. */
const patienceOf = (lateMs: number): number => Math.max(5 * lateMs, 5000)

const LISTENING = 'the address that the service listens on'

const sayCards = (cards: readonly Pick<Card, 'indicator' | 'summary'>[]): string =>
  cards.length === 0 ? 'no card' : cards.map(({ indicator, summary }) => `${indicator}: ${summary}`).join(' | ')

type Expected = CanaryCase['expect'][number]

const sayWanted = (expect: readonly Expected[]): string =>
  expect.length === 0 ? 'no card' : expect.map(({ indicator, says }) => `${indicator}: ${says.join(' … ')}`).join(' | ')

const isAs = ({ indicator, says }: Expected, card: Card | undefined): boolean =>
  card?.indicator === indicator && says.every((words) => card.summary.includes(words))

const judge = ({ name, expect }: CanaryCase, status: number, answer: unknown, ms: number, lateMs: number): CanaryResult => {
  if (status !== 200) return { name, state: 'wrong', because: `it was answered with ${status}` }
  const { cards } = answer as { readonly cards: readonly Card[] } // our own answer
  if (cards.length !== expect.length || !expect.every((one, at) => isAs(one, cards[at])))
    return { name, state: 'wrong', because: `expected ${sayWanted(expect)}; came ${sayCards(cards)}` }
  return ms > lateMs
    ? { name, state: 'late', because: `it took ${Math.round(ms)} ms, more than ${lateMs}` }
    : { name, state: 'as-expected', because: '' }
}

const reason = (error: unknown): string => (error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'no answer')

const listen = (server: Server): Promise<string> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    // Exclusive: beside other processes of the service the calls must come to this one.
    server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () =>
      resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    )
  })

const EVERYWHERE: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' }

/** How this machine reaches the address that is listened on. */
const ownAddress = ({ host, port }: CanaryKit['config']): string => {
  const name = EVERYWHERE[host] ?? (host.includes(':') ? `[${host}]` : host)
  return `http://${name}:${port}`
}

/**
 * Sends invented patients through the whole service by HTTP: token, limits, rules, models, cards, ledger. What comes back is held against
 * what must come.
 */
export const startCanary = async (kit: CanaryKit): Promise<Canary> => {
  const { config, cases, identity, app, onRound, onChange } = kit
  const { everySeconds, lateMs } = config.canary
  const server = createServer(app)
  server.unref()
  const base = await listen(server)
  let last: { readonly at: string; readonly results: readonly CanaryResult[] } | null = null
  let running: Promise<readonly CanaryResult[]> | null = null
  const states = new Map<string, CanaryState>()

  const ask = async (one: CanaryCase): Promise<CanaryResult> => {
    const path = `/cds-services/${one.service}`
    const started = performance.now()
    try {
      const response = await fetch(base + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${identity.tokenFor(config.publicUrl + path)}` },
        body: JSON.stringify({ ...one.request, hookInstance: randomUUID() }),
        signal: AbortSignal.timeout(patienceOf(lateMs)),
      })
      const answer = await response.json()
      return judge(one, response.status, answer, performance.now() - started, lateMs)
    } catch (error) {
      return { name: one.name, state: 'missing', because: reason(error) }
    }
  }

  const knock = async (): Promise<CanaryResult> => {
    try {
      const { status } = await fetch(`${ownAddress(config)}/healthz`, { signal: AbortSignal.timeout(patienceOf(lateMs)) })
      const state = status === 200 ? 'as-expected' : 'wrong'
      return { name: LISTENING, state, because: status === 200 ? '' : `it was answered with ${status}` }
    } catch (error) {
      return { name: LISTENING, state: 'missing', because: reason(error) }
    }
  }

  const walk = async (): Promise<readonly CanaryResult[]> => {
    const started = performance.now()
    const results = [await knock()]
    for (const one of cases) results.push(await ask(one))
    last = { at: new Date().toISOString(), results }
    onRound(results, (performance.now() - started) / 1000)
    for (const result of results) {
      const before = states.get(result.name) ?? 'as-expected'
      states.set(result.name, result.state)
      if (result.state !== before) onChange(result, before)
    }
    return results
  }

  const round = (): Promise<readonly CanaryResult[]> => {
    running ??= walk().finally(() => {
      running = null
    })
    return running
  }

  const firstMs = Math.min(FIRST_MS, everySeconds * 1000)
  const end = repeat(
    async () => void (await round()),
    everySeconds * 1000,
    () => {}, // a round tells what went wrong in it
    firstMs,
  )
  return {
    round,
    health: () => {
      if (last === null) return { ok: true, detail: `the first round is due ${firstMs / 1000} s after the start` }
      const bad = last.results.filter(({ state }) => state !== 'as-expected')
      const detail = `${last.results.length - bad.length} of ${last.results.length} as expected at ${last.at}`
      return bad.length === 0
        ? { ok: true, detail }
        : {
            ok: true,
            degraded: true,
            detail: [detail, ...bad.map(({ name, state, because }) => `${name}: ${state}, ${because}`)].join('; '),
          }
    },
    close: async () => {
      await end()
      await running
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
