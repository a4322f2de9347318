import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { caller, hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'
import { chart } from '../production/patient.ts'
import { buildServer, endServers, type ServerProcess, spawnServer, urlOf } from '../production/process.ts'
import { copyModels } from '../risk/models-copy.ts'
import { START_MS } from './open-site.ts'
import { REDIS, redisMissing } from './redis.ts'

const AUDIENCE = 'https://attune.hospital.example'
const LIMIT = 60
const CALLS = 150

type Ready = { readonly parts: { readonly limits: object } }

describe.skipIf(redisMissing !== null)(`Three processes on one Redis${redisMissing ? `: not run, ${redisMissing}` : ''}`, () => {
  let ehr: FakeEhr
  let models: ReturnType<typeof copyModels>
  let sites: ReturnType<typeof makeSite>[] = []
  let servers: ServerProcess[] = []
  let urls: string[] = []

  beforeAll(async () => {
    await buildServer()
    ehr = await startEhr(chart)
    models = copyModels('tisdale')
    const id = `ehr-${randomUUID()}` // Redis may be shared with other runs
    const file = { modelsDir: models.dir, limits: { requestsPerMinute: LIMIT } }
    sites = Array.from({ length: 3 }, () => makeSite(hospital(ehr, { id, audiences: [AUDIENCE] }, file), { REDIS_URL: REDIS }))
    servers = sites.map((site) => spawnServer(site.environment))
    urls = await Promise.all(servers.map((server) => urlOf(server, START_MS)))
  }, START_MS + 120_000)
  afterAll(async () => {
    await endServers(...servers)
    await ehr?.stop()
    for (const site of sites) site.clear()
    models?.remove()
  })

  it(`answer ${LIMIT} of ${CALLS} calls that one client makes at once, and what comes back meanwhile, whichever of them it asks, and say that they count together`, async () => {
    const states = await Promise.all(urls.map(async (url) => (await (await fetch(`${url}/readyz`)).json()) as Ready))
    expect(states.map(({ parts }) => parts.limits)).toEqual(Array(3).fill({ ok: true, detail: 'shared' }))
    const began = performance.now()
    const statuses: number[] = []
    while (statuses.length < CALLS) {
      const ten = Array.from({ length: 10 }, (_, n) => caller(urls[n % 3] ?? '', ehr)('/cds-services', { token: ehr.sign(AUDIENCE) }))
      statuses.push(...(await Promise.all(ten)).map(({ status }) => status))
    }
    const cameBack = ((performance.now() - began) / 60_000) * LIMIT
    const of = (wanted: number): number => statuses.filter((status) => status === wanted).length
    expect([of(200) + of(429), of(200) >= LIMIT, of(200) <= LIMIT + cameBack + 1]).toEqual([CALLS, true, true])
    expect(of(429)).toBeGreaterThan(0)
  }, 120_000)
})
