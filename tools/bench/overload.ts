/**
 * `npm run bench -- overload [--seconds 300] [--times 5]`: calls at so many times capacity, whether or not earlier ones are answered (L-2
 * of docs/reliability.md, P9 of docs/benchmark.md), and how soon it is quiet afterwards.
 * How it can mislead: client and server share the machine's cores; how late the sender was is told, and is part of every time.
 */
import './help.ts'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bodiesOf, SERVICE } from './bodies.ts'
import { closedLoop, memoryOf, type NextCall, openLoop } from './load.ts'
import { startAttune, stopServer } from './server.ts'

const WARM_SECONDS = 20
/** The must of L-2: milliseconds of the accepted (p99), of the refused (p99), and seconds until it is quiet again. */
const MUST = { accepted: 500, refused: 1000, quietAfterS: 5 } as const

const option = (name: string, usual: number): number => {
  const at = process.argv.indexOf(`--${name}`)
  return at === -1 ? usual : Number(process.argv[at + 1])
}
const [seconds, times] = [option('seconds', 10), option('times', 5)]
if (!(seconds > 0 && times > 0)) throw new Error('--seconds and --times are numbers above 0')

const { bodies } = bodiesOf('20 kB', 20_000)
let at = 0
const next: NextCall = () => {
  at += 1
  return { body: bodies[at % bodies.length] ?? '', headers: {} }
}
const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`

const dataDir = mkdtempSync(join(tmpdir(), 'attune-overload-'))
const server = await startAttune(dataDir)
try {
  const target = { url: `${server.base}/cds-services/${SERVICE}`, pid: server.child.pid ?? 0 }
  await closedLoop(target, next, { connections: 8, seconds: WARM_SECONDS })
  const quiet = await closedLoop(target, next, { connections: 1, seconds: 3 })
  const full = await closedLoop(target, next, { connections: 32, seconds: 5 })
  const round = await openLoop(target, next, { perSecond: times * full.perSecond, seconds })
  const after = await closedLoop(target, next, { connections: 1, seconds: MUST.quietAfterS })
  const others = Object.entries(round.others).filter(([status]) => status !== '503')
  const shed = round.others['503'] ?? 0
  const holds =
    round.p99 <= MUST.accepted &&
    others.length === 0 &&
    round.refused.withRetryAfter === shed &&
    (shed === 0 || round.refused.p99 <= MUST.refused) &&
    after.p50 <= 2 * quiet.p50
  process.stdout.write(
    [
      `Capacity ${full.perSecond.toFixed(0)}/s with 32 callers (p50 ${ms(full.p50)}, p99 ${ms(full.p99)}); one caller p50 ${ms(quiet.p50)}.`,
      `${round.offered} calls at ${times} times capacity in ${seconds} s, sent up to ${ms(round.senderLate)} late (p99).`,
      `Answered: ${round.perSecond.toFixed(0)}/s, p50 ${ms(round.p50)}, p95 ${ms(round.p95)}, p99 ${ms(round.p99)}.`,
      `Told to come again: ${shed}, of them ${round.refused.withRetryAfter} with Retry-After, p50 ${ms(round.refused.p50)}, p99 ${ms(round.refused.p99)}.`,
      `Otherwise: ${others.map(([status, count]) => `${count} x ${status}`).join(', ') || 'none'}.`,
      `In the ${MUST.quietAfterS} s afterwards: p50 ${ms(after.p50)}. Memory at its highest ${memoryOf(target.pid, 'VmHWM') ?? '-'} MiB.`,
      `L-2 ${holds ? 'holds' : 'does not hold'}.`,
      '',
    ].join('\n'),
  )
  if (!holds) process.exitCode = 1
} finally {
  await stopServer(server)
  rmSync(dataDir, { recursive: true, force: true })
}
