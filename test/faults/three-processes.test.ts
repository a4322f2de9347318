import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Place, postgresMissing, postgresPlace } from '../ledger/engines.ts'
import { caller, hospital, makeSite } from '../production/attune.ts'
import { type FakeEhr, startEhr } from '../production/fake-ehr.ts'
import { chart, orderSign, prefetch } from '../production/patient.ts'
import { buildServer, endServers, type ServerProcess, spawnServer, urlOf } from '../production/process.ts'
import { copyModels } from '../risk/models-copy.ts'
import { type Balancer, startBalancer } from './balancer.ts'
import { percentile } from './call.ts'
import { NOTHING_LOST, whatWasKept } from './kept.ts'
import { START_MS, WHOLE } from './open-site.ts'
import { emptyNotebook, type Notebook, SIGN, startPrescribers } from './prescribers.ts'
import { REDIS, redisMissing } from './redis.ts'

const CALLERS = 24
/** Answered calls in which a process is killed, and in which one is told to end. */
const CALLS = WHOLE ? 1_000 : 200

/** Ids of cards, the time at which a suggested order was written, and the address of the process (a site sets `publicUrl`). */
const OF_ITS_OWN = /http:\/\/127\.0\.0\.1:\d+|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|\d{4}-\d\d-\d\dT[\d:.]+Z/g

const missing = [postgresMissing, redisMissing].filter(Boolean).join('; ')
beforeAll(buildServer, 120_000)

describe.skipIf(missing !== '')(`Three processes on one PostgreSQL and one Redis${missing && `: not run, ${missing}`}`, () => {
  const AUDIENCE = 'https://attune.hospital.example'
  let ehr: FakeEhr
  let place: Place
  let site: ReturnType<typeof makeSite>
  let servers: ServerProcess[] = []
  let urls: string[] = []
  let balancer: Balancer
  let models: ReturnType<typeof copyModels>
  const notebook = emptyNotebook()

  beforeAll(async () => {
    ehr = await startEhr(chart)
    place = await postgresPlace()
    models = copyModels('tisdale')
    const file = { modelsDir: models.dir, limits: { requestsPerMinute: 1_000_000 } }
    site = makeSite(hospital(ehr, { audiences: [AUDIENCE] }, file), {
      ATTUNE_DATA_DIR: place.config.dataDir,
      DATABASE_URL: place.config.databaseUrl ?? '',
      REDIS_URL: REDIS,
    })
    servers = Array.from({ length: 3 }, () => spawnServer(site.environment))
    urls = await Promise.all(servers.map((server) => urlOf(server, START_MS)))
    balancer = await startBalancer(urls)
  }, 240_000)
  afterAll(async () => {
    await endServers(...servers)
    await balancer?.close()
    await ehr?.stop()
    await place?.clear()
    site?.clear()
    models?.remove()
  })

  const prescribe = (into: Notebook) =>
    startPrescribers(
      () => balancer.url,
      CALLERS,
      into,
      () => ({ authorization: `Bearer ${ehr.sign(AUDIENCE, 'RS384')}` }),
    )
  const until = async (enough: () => boolean): Promise<void> => {
    while (!enough()) await wait(10)
  }

  it('each gives the same answer to the same request, byte for byte but for ids, the time of writing and its address', async () => {
    const body = JSON.stringify(orderSign({ prefetch: prefetch() }))
    const answers = await Promise.all(urls.map((url) => caller(url, ehr)(SIGN, { body, token: ehr.sign(AUDIENCE) })))
    const [first, ...others] = answers.map(({ status, text }) => `${status} ${text.replaceAll(OF_ITS_OWN, '')}`)
    expect(first).toContain('"summary":"Avoid clopidogrel')
    expect(others[0]).toBe(first)
    expect(others[1]).toBe(first)
  })

  it('of one JWT sent sixty times at once to all three, exactly one gets in', async () => {
    const token = ehr.sign(AUDIENCE)
    const tries = Array.from({ length: 60 }, (_, n) => caller(urls[n % 3] ?? '', ehr)('/cds-services', { token }))
    const statuses = (await Promise.all(tries)).map(({ status }) => status)
    expect([statuses.filter((status) => status === 200).length, statuses.filter((status) => status === 401).length]).toEqual([1, 59])
  })

  it(`one killed with -9 in the midst of ${CALLS} calls: none fails but those it was answering, and the others answer on`, async () => {
    const prescribers = prescribe(notebook)
    await until(() => notebook.times.length > CALLS / 2)
    const before = balancer.cut()
    servers[0]?.child.kill('SIGKILL')
    await until(() => notebook.times.length > CALLS)
    await prescribers.stop()
    const cut = balancer.cut() - before
    console.log(`kill -9 of one of three: ${notebook.times.length} calls, ${cut} cut, by server ${balancer.answered.join(', ')}`)
    expect(notebook.wrong).toEqual(Array.from({ length: cut }, () => expect.stringMatching(/^502 /)))
    expect(cut).toBeLessThanOrEqual(CALLERS) // no more than were under way
    expect(notebook.broken).toBe(0)
    expect(balancer.answered.slice(1).every((count) => count > CALLS / 6)).toBe(true)
  }, 300_000)

  it(`F31: one told to end in the midst of ${CALLS} calls resets none, takes no new connection, and ends within 10 s with status 0`, async () => {
    const calls = emptyNotebook()
    const before = balancer.cut()
    const prescribers = prescribe(calls)
    await until(() => calls.times.length > CALLS / 2)
    const told = performance.now()
    servers[1]?.child.kill('SIGTERM')
    const code = await servers[1]?.ended(20_000)
    const ms = Math.round(performance.now() - told)
    await expect(fetch(`${urls[1]}/healthz`)).rejects.toThrow()
    await until(() => calls.times.length > CALLS)
    await prescribers.stop()
    console.log(`SIGTERM of one of two: ${calls.times.length} calls, ended in ${ms} ms, slowest answer ${percentile(calls.times, 1)} ms`)
    expect({ resets: balancer.cut() - before, wrong: calls.wrong, broken: calls.broken, code }).toEqual({
      resets: 0,
      wrong: [],
      broken: 0,
      code: 0,
    })
    expect(ms).toBeLessThan(10_000)
    notebook.decisions.push(...calls.decisions)
    notebook.feedback.push(...calls.feedback)
  }, 300_000)

  it('after both, every acknowledged decision and feedback is in the one ledger, and its chain is intact', async () => {
    expect(notebook.decisions.length).toBeGreaterThan(CALLS / 2)
    expect(await whatWasKept(place.config, 'hospital', notebook)).toEqual(NOTHING_LOST)
  }, 120_000)
})
