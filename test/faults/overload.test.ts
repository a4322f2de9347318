import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { orderSign, prefetch } from '../production/patient.ts'
import { buildServer, endServers, type ServerProcess, spawnServer, urlOf } from '../production/process.ts'
import { copyModels } from '../risk/models-copy.ts'
import { type Answer, call, makeAgent, percentile } from './call.ts'
import { openSite, START_MS, WHOLE } from './open-site.ts'
import { SIGN } from './prescribers.ts'

const FLOOD_MS = 60_000
/** At least this many a second: five times the capacity of a machine with other work may be a trickle. */
const FLOOD_PER_SECOND = 300
const models = copyModels('tisdale')
const site = openSite({}, { modelsDir: models.dir })
const agent = makeAgent()
let server: ServerProcess
let url = ''

beforeAll(async () => {
  if (!WHOLE) return
  await buildServer()
  server = spawnServer(site.environment)
  url = await urlOf(server, START_MS)
}, START_MS + 60_000)
afterAll(async () => {
  agent.destroy()
  await endServers(server)
  site.clear()
  models.remove()
})

const sign = (): Promise<Answer> => call(url + SIGN, agent, JSON.stringify(orderSign({ prefetch: prefetch() })))

/** Some callers, each with one call at a time: how many answers a second, and how long they take. */
const closedLoop = async (callers: number, forMs: number): Promise<{ readonly perSecond: number; readonly times: number[] }> => {
  const times: number[] = []
  const started = performance.now()
  const work = async () => {
    while (performance.now() - started < forMs) times.push((await sign()).ms)
  }
  await Promise.all(Array.from({ length: callers }, work))
  return { perSecond: (times.length * 1000) / (performance.now() - started), times }
}

/** Calls at a rate, whether the server keeps up or not. */
const openLoop = async (perSecond: number, forMs: number): Promise<Answer[]> => {
  const calls: Promise<Answer>[] = []
  const started = performance.now()
  for (let ms = 0; ms < forMs; ms = performance.now() - started) {
    const due = Math.floor((ms * perSecond) / 1000)
    while (calls.length < due) calls.push(sign())
    await wait(5)
  }
  return Promise.all(calls)
}

const ACCEPTED_MS = 500

// On a machine with other work the flood is a test of the machine: whole runs only. `test/http/line.test.ts` holds the rule itself.
it.runIf(WHOLE)(
  'L-2: of calls at five times capacity or more some are answered, all others get 503 with Retry-After, and quiet comes back within 5 s',
  async () => {
    await closedLoop(8, 2_000) // compiled and warm
    const quiet = await closedLoop(1, 1_000)
    const full = await closedLoop(8, 2_000)
    const answers = await openLoop(Math.max(5 * full.perSecond, FLOOD_PER_SECOND), FLOOD_MS)
    await wait(1_000)
    const after = await closedLoop(1, 2_000)

    const accepted = answers.filter(({ status }) => status === 200).map(({ ms }) => ms)
    const shed = answers.filter(({ status }) => status === 503)
    console.log(
      `L-2: capacity ${Math.round(full.perSecond)}/s, p50 ${percentile(quiet.times, 0.5)} ms; flooded with ${answers.length} calls, ` +
        `${accepted.length} answered with p50 ${percentile(accepted, 0.5)} ms and p99 ${percentile(accepted, 0.99)} ms (goal ${ACCEPTED_MS}), ` +
        `${shed.length} shed with p50 ${percentile(
          shed.map(({ ms }) => ms),
          0.5,
        )} and p99 ${percentile(
          shed.map(({ ms }) => ms),
          0.99,
        )} ms; ` +
        `afterwards p50 ${percentile(after.times, 0.5)} ms`,
    )
    const others = answers.filter(({ status }) => status !== 200 && status !== 503)
    expect(others.map(({ status, text }) => `${status} ${text.slice(0, 100)}`)).toEqual([])
    expect(accepted.length).toBeGreaterThan(0)
    expect(shed.length).toBeGreaterThan(answers.length / 4)
    expect(shed.filter(({ headers }) => headers['retry-after'] === undefined)).toEqual([])
    // A machine with other work shifts both sides of this alike.
    expect(percentile(accepted, 0.99)).toBeLessThan(Math.max(ACCEPTED_MS, 8 * percentile(full.times, 0.99)))
    expect(percentile(after.times, 0.5)).toBeLessThan(5 * percentile(quiet.times, 0.5) + 50)
  },
  600_000,
)
