import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import autocannon from 'autocannon'

/** A server under measurement. */
export type Target = { readonly url: string; readonly pid: number }

/** What the next call sends; asked once per call, so that tokens and patients differ. */
export type NextCall = () => { readonly body: string; readonly headers: Readonly<Record<string, string>> }

export type Round = {
  readonly calls: number
  readonly p50: number
  readonly p95: number
  readonly p99: number
  readonly perSecond: number
  /** Status -> how many, for all but 200. */
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

/** Closed loop: each connection sends its next call when the one before is answered. */
export const closedLoop = (
  { url, pid }: Target,
  next: NextCall | null,
  { connections, seconds }: { readonly connections: number; readonly seconds: number },
): Promise<Round> =>
  new Promise((resolve, reject) => {
    const times: number[] = []
    const others: Record<string, number> = {}
    const before = cpuOf(pid)
    const started = performance.now()
    const setupRequest = (sent: autocannon.Request): autocannon.Request => {
      const { body, headers } = next?.() ?? { body: '', headers: {} }
      return { ...sent, body, headers: { 'content-type': 'application/json', ...headers } }
    }
    const requests: autocannon.Request[] = [next === null ? { method: 'GET' } : { method: 'POST', setupRequest }]
    const run = autocannon({ url, connections, duration: seconds, timeout: 30, requests }, (error, result) => {
      if (error) return reject(error)
      if (result.errors > 0) others.errors = result.errors
      resolve(roundOf(times, others, (performance.now() - started) / 1000, differ(cpuOf(pid), before)))
    })
    run.on('response', (_client, status, _bytes, ms) => {
      if (status === 200) times.push(ms)
      else others[status] = (others[status] ?? 0) + 1
    })
  })

/** What an open loop gave: the accepted, and how soon the others were turned away. */
export type OpenRound = Round & {
  readonly offered: number
  readonly refused: { readonly p50: number; readonly p99: number; readonly withRetryAfter: number }
}

/**
 * Open loop: calls come at a rate whether or not earlier ones are answered, as prescribers do. Times count from when a call was due, so
 * that a late sender hides nothing.
 */
export const openLoop = async (
  { url, pid }: Target,
  next: NextCall,
  { perSecond, seconds }: { readonly perSecond: number; readonly seconds: number },
): Promise<OpenRound> => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1024 })
  const times: number[] = []
  const refused: number[] = []
  const others: Record<string, number> = {}
  let withRetryAfter = 0
  const send = (due: number): Promise<void> =>
    new Promise((done) => {
      const { body, headers } = next()
      const sent = request(url, { method: 'POST', agent, headers: { 'content-type': 'application/json', ...headers } }, (answer) => {
        answer.resume().on('end', () => {
          const ms = performance.now() - due
          if (answer.statusCode === 200) times.push(ms)
          else {
            others[String(answer.statusCode)] = (others[String(answer.statusCode)] ?? 0) + 1
            refused.push(ms)
            if (answer.headers['retry-after'] !== undefined) withRetryAfter += 1
          }
          done()
        })
      })
      sent.on('error', () => {
        others.errors = (others.errors ?? 0) + 1
        done()
      })
      sent.end(body)
    })
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
  agent.destroy()
  const away = refused.sort((a, b) => a - b)
  return { ...round, offered, refused: { p50: quantile(away, 0.5), p99: quantile(away, 0.99), withRetryAfter } }
}
