import { readFileSync } from 'node:fs'
import { Agent, type IncomingMessage, request } from 'node:http'
import { makeRawClient } from './raw-client.ts'

/** A server under measurement. */
export type Target = { readonly url: string; readonly pid: number }

type Call = { readonly body: string; readonly headers: Readonly<Record<string, string>> }

/** What the next call sends; asked once per call, so that tokens and patients differ. */
export type NextCall = () => Call

export type Round = {
  readonly calls: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly perSecond: number
  /** Status -> how many, for all but 200; `not whole` counts answers that say that a part of the record was not read. */
  readonly others: Readonly<Record<string, number>>
  /** CPU of the server process per call, in milliseconds, all its threads; null where there is no /proc. */
  readonly cpuMs: number | null
}

/** Clock ticks of /proc are 10 ms on every Linux that Node runs on. */
const TICK_MS = 10

/** User and system time that a process has used, in milliseconds (proc(5), fields 14 and 15 of stat); null where there is no /proc. */
export const cpuOf = (pid: number): number | null => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  } catch {
    return null
  }
}

/** Memory of a process now (`VmRSS`) or at its highest (`VmHWM`), in MiB; null where there is no /proc. */
export const memoryOf = (pid: number, which: 'VmRSS' | 'VmHWM'): number | null => {
  try {
    const line = readFileSync(`/proc/${pid}/status`, 'utf8')
      .split('\n')
      .find((text) => text.startsWith(which))
    return line ? Math.round(Number(line.replace(/\D/g, '')) / 1024) : null
  } catch {
    return null
  }
}

export const quantile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

const roundOf = (times: number[], others: Record<string, number>, seconds: number, used: number | null): Round => {
  const sorted = times.sort((a, b) => a - b)
  const calls = sorted.length + Object.values(others).reduce((sum, n) => sum + n, 0)
  const [p50, p95, p99] = [quantile(sorted, 0.5), quantile(sorted, 0.95), quantile(sorted, 0.99)]
  return { calls, p50, p95, p99, perSecond: sorted.length / seconds, others, cpuMs: used === null || calls === 0 ? null : used / calls }
}

const differ = (after: number | null, before: number | null): number | null => (after === null || before === null ? null : after - before)

/** One call: its status, or `errors`, and whether it may be tried again. */
type Answer = { readonly status: string; readonly retryAfter: boolean }

const NOT_WHOLE = 'not whole'

/** Said on a card where the FHIR server did not give a part of the record. */
const NOT_READ = /This part of the record (?:could not be read|did not come in time)/

const textOf = async (answer: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}

const callOnce = (url: string, agent: Agent, call: Call | null): Promise<Answer> =>
  new Promise((done) => {
    const { body, headers } = call ?? { body: null, headers: {} }
    const method = body === null ? 'GET' : 'POST'
    const sent = request(url, { method, agent, headers: { 'content-type': 'application/json', ...headers } }, (answer) => {
      const retryAfter = answer.headers['retry-after'] !== undefined
      const end = (text: string) => done({ status: NOT_READ.test(text) ? NOT_WHOLE : String(answer.statusCode), retryAfter })
      textOf(answer).then(end, () => done({ status: 'errors', retryAfter: false }))
    })
    sent.on('error', () => done({ status: 'errors', retryAfter: false }))
    sent.end(body ?? undefined)
  })

type ClosedLoop = {
  readonly connections: number
  readonly seconds: number
  /** Whose times are told; the others are counted by status. */
  readonly counts?: (status: string) => boolean
}

const isWhole = (status: string): boolean => status === '200'

/**
 * Closed loop: each connection sends its next call when the one before is answered; the last ones are waited for. Times count from when a
 * call is ready to be sent: the EHR that signs a token is not what is measured.
 */
export const closedLoop = async (
  { url, pid }: Target,
  next: NextCall | null,
  { connections, seconds, counts = isWhole }: ClosedLoop,
): Promise<Round> => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const times: number[] = []
  const others: Record<string, number> = {}
  const before = cpuOf(pid)
  const started = performance.now()
  const connection = async (): Promise<void> => {
    while (performance.now() < started + seconds * 1000) {
      const call = next?.() ?? null
      const sent = performance.now()
      const { status } = await callOnce(url, agent, call)
      if (counts(status)) times.push(performance.now() - sent)
      else others[status] = (others[status] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: connections }, connection))
  const round = roundOf(times, others, (performance.now() - started) / 1000, differ(cpuOf(pid), before))
  agent.destroy()
  return round
}

/** What an open loop gave: the accepted, and how soon the others were turned away. */
export type OpenRound = Round & {
  readonly offered: number
  readonly refused: { readonly p50: number; readonly p99: number; readonly withRetryAfter: number }
  /** How late the measuring program itself was, p99 in milliseconds: it is part of every time above. */
  readonly senderLate: number
}

/** Connections of all callers together; a call that finds none waits, and that counts too. */
const MOST_CONNECTIONS = 1024

/**
 * Open loop: calls come at a rate whether or not earlier ones are answered, as prescribers do. Times count from when a call was due, so
 * that a late sender hides nothing.
 */
export const openLoop = async (
  { url, pid }: Target,
  next: NextCall,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<OpenRound> => {
  const client = makeRawClient(url, MOST_CONNECTIONS)
  const [times, refused, late]: [number[], number[], number[]] = [[], [], []]
  const others: Record<string, number> = {}
  let withRetryAfter = 0
  const send = async (due: number): Promise<void> => {
    const { body, headers } = next()
    late.push(performance.now() - due)
    const { status, retryAfter } = await client.send(body, headers)
    const ms = performance.now() - due
    if (status === '200') return void times.push(ms)
    others[status] = (others[status] ?? 0) + 1
    refused.push(ms)
    if (retryAfter) withRetryAfter += 1
  }
  const before = cpuOf(pid)
  const started = performance.now()
  const offered = Math.round(perSecond * seconds)
  const under: Promise<void>[] = []
  while (under.length < offered) {
    const now = performance.now() - started
    while (under.length < offered && (under.length / perSecond) * 1000 <= now) under.push(send(started + (under.length / perSecond) * 1000))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(under)
  const round = roundOf(times, others, (performance.now() - started) / 1000, differ(cpuOf(pid), before))
  client.end()
  const away = refused.sort((a, b) => a - b)
  const senderLate = quantile(
    late.sort((a, b) => a - b),
    0.99,
  )
  return { ...round, offered, refused: { p50: quantile(away, 0.5), p99: quantile(away, 0.99), withRetryAfter }, senderLate }
}
