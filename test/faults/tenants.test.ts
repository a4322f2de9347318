import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'
import { chart, orderSign, prefetch } from '../production/patient.ts'
import { buildServer, endServers, type ServerProcess, spawnServer, urlOf } from '../production/process.ts'
import { copyModels } from '../risk/models-copy.ts'
import { type Answer, call, makeAgent, percentile } from './call.ts'
import { START_MS } from './open-site.ts'
import { SIGN } from './prescribers.ts'

const AUDIENCE = 'https://attune.hospital.example'
/** Of each tenant: one floods, the other calls four hundred times a minute. */
const A_MINUTE = 600
/** Quiet and flooded spells take turns, so that other work on the machine meets both. */
const SPELLS = 5
/** Calls of the quiet tenant in each: of all together a p99 is more than the one slowest call. */
const CALLS = 60
const EVERY_MS = 150
const FLOODERS = 16

let flooding: FakeEhr
let quiet: FakeEhr
let server: ServerProcess
let url = ''
let clear = (): void => undefined
const agent = makeAgent()
const body = JSON.stringify(orderSign({ prefetch: prefetch() }))
const sign = (ehr: FakeEhr): Promise<Answer> => call(url + SIGN, agent, body, { authorization: `Bearer ${ehr.sign(AUDIENCE, 'RS384')}` })

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

/** The quiet tenant's calls, at its own pace whatever becomes of them. */
const pace = async (calls: number): Promise<Answer[]> => {
  const answers: Promise<Answer>[] = []
  for (let n = 0; n < calls; n += 1) {
    answers.push(sign(quiet))
    await wait(EVERY_MS)
  }
  return Promise.all(answers)
}

const timesOf = (answers: readonly Answer[]): number[] => answers.map(({ ms }) => ms)

it('L-3: one tenant floods and is told 429 or 503; of the other every call is answered, and its p99 is at most twice that of its quiet time', async () => {
  await pace(40) // compiled and warm
  const [before, during]: [Answer[], Answer[]] = [[], []]
  const flood: number[] = []
  /** The quiet tenant's calls beside the flood, from the moment in which that has used up what it may. */
  const paceInFlood = async (): Promise<Answer[]> => {
    const seen: number[] = []
    let over = false
    const flooder = async (): Promise<void> => {
      while (!over) seen.push((await sign(flooding)).status)
    }
    const flooders = Array.from({ length: FLOODERS }, flooder)
    while (!seen.includes(429)) await wait(20)
    const answers = await pace(CALLS)
    over = true
    await Promise.all(flooders)
    flood.push(...seen)
    return answers
  }
  for (let spell = 0; spell < SPELLS; spell += 1) {
    before.push(...(await pace(CALLS)))
    during.push(...(await paceInFlood()))
  }

  const [calm, flooded] = [timesOf(before), timesOf(during)]
  const p99 = [percentile(calm, 0.99), percentile(flooded, 0.99)] as const
  const refused = flood.filter((status) => status === 429 || status === 503).length
  console.log(
    `L-3: ${flood.length} calls of the flood, ${refused} refused; the other tenant p50 ${percentile(calm, 0.5)} -> ${percentile(flooded, 0.5)} ms, p99 ${p99[0]} -> ${p99[1]} ms`,
  )
  expect([...new Set(during.map(({ status }) => status))]).toEqual([200])
  expect(new Set(flood).size).toBeGreaterThan(1)
  expect(flood.filter((status) => ![200, 429, 503].includes(status))).toEqual([])
  expect(refused).toBeGreaterThan(flood.length / 4)
  expect(p99[1]).toBeLessThanOrEqual(2 * p99[0])
}, 300_000)
