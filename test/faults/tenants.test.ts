import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'
import { chart, orderSign, prefetch } from '../production/patient.ts'
import { buildServer, endServers, type ServerProcess, spawnServer, urlOf } from '../production/process.ts'
import { copyModels } from '../risk/models-copy.ts'
import { type Answer, call, makeAgent, percentile } from './call.ts'
import { type FloodAnswer, startFlood } from './flood.ts'
import { START_MS } from './open-site.ts'
import { SIGN } from './prescribers.ts'

const AUDIENCE = 'https://attune.hospital.example'
/** Of each tenant: one floods, the other calls four hundred times a minute. */
const A_MINUTE = 600
/** Quiet and flooded spells take turns, so that other work on the machine meets both. */
const SPELLS = 5
/** Calls of the quiet tenant in each: of all together a p99 is more than the one slowest call. */
const CALLS = 60
/** And so many at a time until the flood has used up what may come at once; a server that answers fewer than come back never says 429. */
const CALLS_AT_FIRST = 4
const MOST_AT_FIRST = 80
const EVERY_MS = 150
const FLOODERS = 16

let flooding: FakeEhr
let quiet: FakeEhr
let server: ServerProcess
let url = ''
let clear = (): void => undefined
const agent = makeAgent()
const body = JSON.stringify(orderSign({ prefetch: prefetch() }))

beforeAll(async () => {
  await buildServer()
  flooding = await startEhr(chart)
  quiet = await startEhr(chart)
  const models = copyModels('tisdale')
  const client = (ehr: FakeEhr, id: string) => hospital(ehr, { id, tenant: id, audiences: [AUDIENCE] }).clients
  const limits = { requestsPerMinute: A_MINUTE, tenantRequestsPerMinute: A_MINUTE * 10 }
  const clients = [...client(flooding, 'flooding'), ...client(quiet, 'quiet')]
  const site = makeSite(hospital(quiet, {}, { modelsDir: models.dir, limits, clients }))
  clear = () => {
    site.clear()
    models.remove()
  }
  server = spawnServer(site.environment)
  url = await urlOf(server, START_MS)
}, START_MS + 120_000)
afterAll(async () => {
  agent.destroy()
  await endServers(server)
  await flooding?.stop()
  await quiet?.stop()
  clear()
})

/** One call of the quiet tenant; `sent`: milliseconds since 1970. */
type Timed = Answer & { readonly sent: number }

/** The quiet tenant's calls, at its own pace whatever becomes of them; signed before, so that the server alone is measured. */
const pace = async (calls: number): Promise<Timed[]> => {
  const tokens = Array.from({ length: calls }, () => quiet.sign(AUDIENCE, 'RS384'))
  const answers: Promise<Timed>[] = []
  for (const token of tokens) {
    const sent = Date.now()
    answers.push(call(url + SIGN, agent, body, { authorization: `Bearer ${token}` }).then((answer) => ({ ...answer, sent })))
    await wait(EVERY_MS)
  }
  return Promise.all(answers)
}

const timesOf = (answers: readonly Answer[]): number[] => answers.map(({ ms }) => ms)
const told = (name: string, answers: readonly Answer[]): string => {
  const [p50, p99] = [0.5, 0.99].map((share) => percentile(timesOf(answers), share))
  return `${name} (${answers.length} calls) p50 ${p50}, p99 ${p99} ms`
}

it('L-3: one tenant floods and is told 429 or 503; of the other every call is answered, and its p99 is at most twice that of its quiet time', async () => {
  await pace(40) // compiled and warm
  const [before, beginning, during]: [Timed[], Timed[], Timed[]] = [[], [], []]
  const flood: FloodAnswer[] = []
  /** The quiet tenant's calls beside the flood: those before that has used up what may come at once, and those after. */
  const paceInFlood = async (): Promise<void> => {
    const { answers, stop } = startFlood(url + SIGN, flooding, AUDIENCE, body, FLOODERS)
    const isOver = () => answers.some(({ status }) => status === 429)
    for (let calls = 0; !isOver() && calls < MOST_AT_FIRST; calls += CALLS_AT_FIRST) beginning.push(...(await pace(CALLS_AT_FIRST)))
    during.push(...(await pace(CALLS)))
    flood.push(...(await stop()))
  }
  for (let spell = 0; spell < SPELLS; spell += 1) {
    before.push(...(await pace(CALLS)))
    await paceInFlood()
  }

  const p99 = [before, during].map((answers) => percentile(timesOf(answers), 0.99)) as [number, number]
  const refused = flood.filter(({ status }) => status === 429 || status === 503).length
  const all = [told('quiet', before), told('flooded', during), told('while it may still come at once', beginning)].join('; ')
  console.log(`L-3: ${flood.length} calls of the flood, ${refused} refused; the other tenant: ${all}`)
  expect([...new Set([...beginning, ...during].map(({ status }) => status))]).toEqual([200])
  expect(flood.filter(({ status }) => ![200, 429, 503].includes(status))).toEqual([])
  expect(refused).toBeGreaterThan(flood.length / 4)
  expect(p99[1]).toBeLessThanOrEqual(2 * p99[0])
}, 300_000)
