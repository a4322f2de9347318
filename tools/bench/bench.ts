/**
 * `npm run bench`: hook calls against bare Express with the same bodies in the same run. `--quick` measures a fixed slice in seconds,
 * `--write` puts the tables into docs/benchmark.md.
 * How it can mislead: client and server share the machine's cores, so absolute times are worth little and p99 of short rounds is noisy;
 * judge by the ratios, and by the CPU that the server process used per call (all its threads; Linux only), which other work on the
 * machine changes least. Every call writes its decision to the embedded ledger, as in production; four patients are sent in turn.
 */
import './help.ts'
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { projectRoot } from '../../src/project-root.ts'
import { type Bodies, bodiesOf, fetching, firstChart, SERVICE, sentAlong } from './bodies.ts'
import { type Algorithm, startEhr } from './ehr.ts'
import { goalTable, type Large, type Measured } from './goals.ts'
import { closedLoop, memoryOf, type NextCall, openLoop, type Round, type Target } from './load.ts'
import { measureGrid, measureLedger } from './parts.ts'
import { hospitalOf, type Server, startAttune, stopServer } from './server.ts'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } } })
const { quick, write } = values
const SECONDS = Number(process.env.BENCH_SECONDS ?? (quick ? 0.3 : 3))
const WARM_SECONDS = quick ? 0.3 : 8 * SECONDS
const CONNECTIONS = quick ? [8] : [1, 8, 32, 128]
const SIZES = quick ? [20_000] : [20_000, 200_000, 2_000_000]
const kilobytes = (bytes: number): string => (bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`)

const startEcho = (): Promise<{ child: ChildProcess; target: Target }> =>
  new Promise((resolve) => {
    const child = fork(join(projectRoot, 'dist/tools/bench/echo.js'), ['0'])
    child.once('message', (message) => {
      resolve({ child, target: { url: `http://127.0.0.1:${(message as { port: number }).port}/echo`, pid: child.pid ?? 0 } })
    })
  })

const say = (text: string): void => void process.stderr.write(`${text}\n`)

const ms = (value: number): string => (Number.isNaN(value) ? '-' : value < 10 ? value.toFixed(2) : value.toFixed(0))
const ratioOf = (ours: Round, echo: Round): number | null => (ours.cpuMs === null || echo.cpuMs === null ? null : ours.cpuMs / echo.cpuMs)

const cell = ({ p50, p95, p99, perSecond, cpuMs }: Round): string =>
  `${ms(p50)} / ${ms(p95)} / ${ms(p99)} ms, ${Math.round(perSecond)}/s, CPU ${cpuMs === null ? '-' : `${cpuMs.toFixed(2)} ms`}`

const othersOf = ({ others }: Round): string =>
  Object.entries(others)
    .map(([status, n]) => `${n} x ${status}`)
    .join(', ')

/** Bodies in turn; each call with a token of its own where one is needed. */
const nextOf = (bodies: readonly string[], token: (() => string) | null = null): NextCall => {
  let at = 0
  return () => {
    at += 1
    return { body: bodies[at % bodies.length] ?? '', headers: token === null ? {} : { authorization: `Bearer ${token()}` } }
  }
}

type Side = { readonly connections: number; readonly ours: Round; readonly echo: Round }

const HEAD = [
  '| Call | Connections | Attune p50 / p95 / p99, rate, CPU a call | Bare Express | Attune CPU / Express CPU | Answers other than 200 |',
  '| --- | --- | --- | --- | --- | --- |',
]

const rowOf = (name: string, { connections, ours, echo }: Side): string =>
  `| ${name} | ${connections} | ${cell(ours)} | ${cell(echo)} | ${ratioOf(ours, echo)?.toFixed(1) ?? '-'} | ${othersOf(ours)} |`

/** One kind of call at every number of connections, Express first each time. */
const sideBySide = async (
  name: string,
  next: NextCall,
  attune: Target,
  express: Target,
  echoBodies: readonly string[],
): Promise<Side[]> => {
  const sides: Side[] = []
  const plain = nextOf(echoBodies)
  for (const connections of CONNECTIONS) {
    const echo = await closedLoop(express, plain, { connections, seconds: SECONDS })
    const ours = await closedLoop(attune, next, { connections, seconds: SECONDS })
    sides.push({ connections, ours, echo })
    say(rowOf(name, { connections, ours, echo }))
  }
  return sides
}

/** Starts on a folder, asks once, and says how long the first right answer took. */
const startTimed = async (dataDir: string, body: string): Promise<{ server: Server; firstAnswerMs: number }> => {
  const started = performance.now()
  const server = await startAttune(dataDir)
  const answer = await fetch(`${server.base}/cds-services/${SERVICE}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  if (!answer.ok || !('cards' in ((await answer.json()) as object))) throw new Error(`the first call was answered ${answer.status}`)
  return { server, firstAnswerMs: performance.now() - started }
}

const longestTurn = async (base: string): Promise<number> => {
  const text = await (await fetch(`${base}/metrics`)).text()
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)/m.exec(text)?.[1]) * 1000
}

/** One call as large as is accepted by default. The metric is of the time since it was read before. */
const measureLarge = async (base: string): Promise<Large> => {
  const [body = ''] = bodiesOf('10 MB', 9_500_000, 1).bodies
  await longestTurn(base)
  const started = performance.now()
  const { status } = await fetch(`${base}/cds-services/${SERVICE}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  const took = performance.now() - started
  return { bytes: Buffer.byteLength(body), status, ms: took, loopMs: await longestTurn(base) }
}

const SENT_ALONG = 'order-sign, all sent along that the FHIR server below answers, RS384'

const settle = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

const open = async (dataDir: string, express: Target, measured: Measured): Promise<string[]> => {
  const sizes: readonly Bodies[] = SIZES.map((bytes) => bodiesOf(kilobytes(bytes), bytes))
  const small = sizes[0]?.bodies ?? []
  const first = await startTimed(dataDir, small[0] ?? '')
  measured.firstStartMs = first.firstAnswerMs
  if (!quick) await stopServer(first.server)
  const { server, firstAnswerMs } = quick ? first : await startTimed(dataDir, small[0] ?? '')
  measured.startMs = firstAnswerMs
  try {
    const pid = server.child.pid ?? 0
    await settle(quick ? 200 : 3000)
    measured.idleMiB = memoryOf(pid, 'VmRSS')
    const attune = { url: `${server.base}/cds-services/${SERVICE}`, pid }
    await closedLoop(attune, nextOf(small), { connections: 8, seconds: WARM_SECONDS }) // until hot code is compiled
    await closedLoop(express, nextOf(small), { connections: 8, seconds: SECONDS })
    const rows: string[] = []
    for (const { name, bodies } of sizes) {
      const sides = await sideBySide(`order-sign, ${name}`, nextOf(bodies), attune, express, bodies)
      rows.push(...sides.map((side) => rowOf(`order-sign, ${name}`, side)))
      measured.sides.set(name, sides)
    }
    const discovery = await closedLoop({ url: `${server.base}/cds-services`, pid }, null, { connections: 1, seconds: SECONDS })
    measured.discovery = discovery
    rows.push(`| discovery, GET | 1 | ${cell(discovery)} | - | - | ${othersOf(discovery)} |`)
    measured.peakMiB = memoryOf(pid, 'VmHWM')
    if (!quick) measured.large = await measureLarge(server.base)
    // The machine's speed moves within minutes: capacity is of the same minute as the rounds that take a share of it.
    const { perSecond: capacity } = await closedLoop(attune, nextOf(small), { connections: 32, seconds: SECONDS })
    await settle(quick ? 0 : 1000)
    for (const [name, share] of [
      ['half', 0.5],
      ['five', 5],
    ] as const) {
      const round = await openLoop(attune, nextOf(small), { perSecond: capacity * share, seconds: quick ? 1 : 10 })
      measured[name] = round
      const { offered, refused, senderLate } = round
      const away = Number.isNaN(refused.p50)
        ? ''
        : `; ${othersOf(round)} after ${ms(refused.p50)} / p99 ${ms(refused.p99)} ms, ${refused.withRetryAfter} with Retry-After`
      rows.push(
        `| 20 kB, open loop at ${share} x capacity (${Math.round(capacity * share)}/s, ${offered} calls, sent up to ${ms(senderLate)} ms late) | - | ${cell(round)} | - | - | ${away.slice(2)} |`,
      )
      say(rows.at(-1) ?? '')
      await settle(quick ? 0 : 1000)
    }
    const after = await closedLoop(attune, nextOf(small), { connections: 1, seconds: Math.min(1, SECONDS) })
    measured.afterOverload = after
    return rows
  } finally {
    await stopServer(server)
  }
}

const secured = async (dataDir: string, express: Target, measured: Measured): Promise<string[]> => {
  const ehr = await startEhr(firstChart())
  const { bodies } = bodiesOf('20 kB', 20_000)
  const server = await startAttune(dataDir, hospitalOf(ehr))
  const attune = { url: `${server.base}/cds-services/${SERVICE}`, pid: server.child.pid ?? 0 }
  const token = (algorithm: Algorithm) => () => ehr.sign(attune.url, algorithm)
  try {
    await closedLoop(attune, nextOf(bodies, token('RS384')), { connections: 8, seconds: WARM_SECONDS })
    const rows: string[] = []
    for (const algorithm of quick ? (['ES384'] as const) : (['ES384', 'RS384'] as const)) {
      const name = `order-sign, 20 kB, ${algorithm}, a token per call`
      const sides = await sideBySide(name, nextOf(bodies, token(algorithm)), attune, express, bodies)
      rows.push(...sides.map((side) => rowOf(name, side)))
      measured.sides.set(algorithm, sides)
    }
    const along = [sentAlong(ehr.fhir('prompt'))]
    const sameSides = await sideBySide(SENT_ALONG, nextOf(along, token('RS384')), attune, express, along)
    rows.push(...sameSides.map((side) => rowOf(SENT_ALONG, side)))
    for (const which of quick ? (['late'] as const) : (['prompt', 'late'] as const)) {
      const asked = [fetching(ehr.fhir(which))]
      const name = `order-sign, no prefetch, FHIR server ${which === 'prompt' ? 'answers at once' : 'answers after 100 ms'}, RS384`
      const sides = await sideBySide(name, nextOf(asked, token('RS384')), attune, express, asked)
      rows.push(...sides.map((side) => rowOf(name, side)))
      measured.sides.set(which, sides)
    }
    const silent = await closedLoop(attune, nextOf([fetching(ehr.fhir('silent'))], token('RS384')), {
      connections: 1,
      seconds: quick ? 0.5 : 4,
      counts: () => true, // nothing is read, and it is said
    })
    measured.silent = silent
    rows.push(`| order-sign, no prefetch, FHIR server never answers, RS384 | 1 | ${cell(silent)} | - | - | ${othersOf(silent)} |`)
    return rows
  } finally {
    await stopServer(server)
    ehr.stop()
  }
}

const memoryLine = ({ firstStartMs, startMs, idleMiB, peakMiB }: Measured, express: Target): string =>
  `Start to the first right answer: ${ms(startMs)} ms; ${ms(firstStartMs)} ms where the embedded database is made first. Memory of the process with its threads: idle ${idleMiB} MiB, at its highest ${peakMiB} MiB (bare Express after the same load ${memoryOf(express.pid, 'VmHWM')} MiB).`

/** What stands in docs/benchmark.md between its two marks is written by this program; the rest by hand. */
const MARKS = ['<!-- measured: begin -->', '<!-- measured: end -->'] as const

const writeInto = (path: string, report: string): void => {
  const text = readFileSync(path, 'utf8')
  const [begin, end] = [text.indexOf(MARKS[0]), text.indexOf(MARKS[1])]
  if (begin === -1 || end === -1) throw new Error(`${path} has no place for what was measured`)
  writeFileSync(path, `${text.slice(0, begin + MARKS[0].length)}\n\n${report}\n\n${text.slice(end)}`)
}

const measured: Measured = { sides: new Map(), firstStartMs: Number.NaN, startMs: Number.NaN, idleMiB: null, peakMiB: null }
const dataDir = mkdtempSync(join(tmpdir(), 'attune-bench-'))
const { child, target: express } = await startEcho()
try {
  const before = loadavg()[0] ?? Number.NaN
  const rows = [...(await open(dataDir, express, measured)), ...(await secured(dataDir, express, measured))]
  measured.ledger = await measureLedger(dataDir, { seconds: SECONDS, together: 32 })
  if (!quick) measured.grid = await measureGrid()
  const report = [
    `Measured ${new Date().toISOString().slice(0, 10)} with Node ${process.versions.node} on ${cpus().length} shared cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${SECONDS} s a round; load of the machine before and after the run: ${before.toFixed(1)} and ${(loadavg()[0] ?? Number.NaN).toFixed(1)}.`,
    '',
    ...HEAD,
    ...rows,
    '',
    memoryLine(measured, express),
    '',
    ...goalTable(measured),
  ].join('\n')
  process.stdout.write(`${report}\n`)
  if (write) writeInto(join(projectRoot, 'docs/benchmark.md'), report)
} finally {
  child.kill('SIGTERM')
  rmSync(dataDir, { recursive: true, force: true })
}
