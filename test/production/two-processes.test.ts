import { connect } from 'node:net'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Card } from '../../src/contract/cards.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { type Place, postgresMissing, postgresPlace } from '../ledger/engines.ts'
import { caller, hospital, makeSite } from './attune.ts'
import { type FakeEhr, startEhr } from './fake-ehr.ts'
import { chart, orderSign, prefetch } from './patient.ts'
import { buildServer, endServers, type ServerProcess, spawnServer, urlOf } from './process.ts'

const REDIS = process.env.TEST_REDIS_URL ?? 'redis://127.0.0.1:6379'
const SIGN = '/cds-services/pgx-order-sign'

/** Null when Redis answers, else why it does not: the tests on it then say that they did not run. */
const redisMissing = await (async (): Promise<string | null> => {
  const redis = new Redis(REDIS, { lazyConnect: true, retryStrategy: () => null, connectTimeout: 15_000 })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    await redis.ping()
    return null
  } catch {
    return 'no Redis for tests (TEST_REDIS_URL)'
  } finally {
    redis.disconnect()
  }
})()

beforeAll(buildServer, 600_000)

const missing = [postgresMissing, redisMissing].filter(Boolean).join('; ')

describe.skipIf(missing !== '')(`Two processes on one PostgreSQL and one Redis${missing && `: not run, ${missing}`}`, () => {
  let ehr: FakeEhr
  let place: Place
  let site: ReturnType<typeof makeSite>
  let servers: ServerProcess[] = []
  let urls: string[] = []
  const AUDIENCE = 'https://attune.hospital.example'

  beforeAll(async () => {
    ehr = await startEhr(chart)
    place = await postgresPlace()
    const config = hospital(ehr, { audiences: [AUDIENCE] })
    site = makeSite(config, { DATABASE_URL: place.config.databaseUrl ?? '', REDIS_URL: REDIS })
    // The pseudonym key is made by whoever starts first; the other must find it.
    servers = [spawnServer(site.environment), spawnServer(site.environment)]
    urls = await Promise.all(servers.map((server) => urlOf(server)))
  }, 600_000)
  afterAll(async () => {
    await endServers(...servers)
    await ehr?.stop()
    await place?.clear()
    site?.clear()
  })

  const call = (at: number) => caller(urls[at] ?? '', ehr)

  it('both are ready, say which engines they use, and share the replay guard', async () => {
    // On a busy machine a database may be a moment late; ready is what they are to become.
    for (const at of [0, 1])
      await expect
        .poll(
          async () => {
            const { parts } = (await call(at)('/readyz', { token: null })).json()
            return [parts.ledger.detail, parts.replay.detail]
          },
          { timeout: 120_000, interval: 500 },
        )
        .toEqual(['postgres', 'shared'])
  })

  it('a JWT that one of them took is refused by the other', async () => {
    const token = ehr.sign(AUDIENCE)
    expect((await call(1)('/cds-services')).status).toBe(200) // from now on it knows the issuer, whose failures are its own
    expect((await call(0)('/cds-services', { token })).status).toBe(200)
    expect((await call(1)('/cds-services', { token })).status).toBe(401)
  })

  it('of one JWT sent to both forty times at once one gets in', async () => {
    const token = ehr.sign(AUDIENCE)
    const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => call(n % 2)('/cds-services', { token })))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  it('feedback told to one is joined to the decision of the other, and both write one unbroken chain', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => call(n % 2)(SIGN, { body: orderSign({ prefetch: prefetch() }) })),
    )
    const cards = answers.map((answer) => (answer.json().cards as Card[])[0]?.uuid ?? '')
    for (const [n, card] of cards.entries()) {
      const feedback = [{ card, outcome: 'accepted', acceptedSuggestions: [{ id: 's' }], outcomeTimestamp: '2026-11-21T10:00:00Z' }]
      expect((await call((n + 1) % 2)(`${SIGN}/feedback`, { body: { feedback } })).status).toBe(200)
    }
    const ledger = await openLedger({ ...place.config, dataDir: site.dataDir })
    const decisions = await Promise.all(cards.map((card) => ledger.byCard(card, 'hospital')))
    const events = await Promise.all(cards.map((card) => ledger.feedbackOn({ card }, 'hospital')))
    const chain = await ledger.verifyChain()
    await ledger.close()
    expect(new Set(decisions.map((decision) => decision?.patientKey)).size).toBe(1)
    expect(events.map(([event]) => event?.decision)).toEqual(decisions.map((decision) => decision?.id))
    expect(chain.state).toBe('intact')
  })
})

/** A connection of its own, which no earlier call has left open. */
const newConnection = (url: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname, () => {
      socket.destroy()
      resolve()
    }).on('error', reject)
  })

describe('A server that is told to end', () => {
  it('answers the calls that it has accepted, takes no new ones, and ends with status 0', async () => {
    const ehr = await startEhr(chart, { delayMs: 3000 })
    const site = makeSite(hospital(ehr))
    const server = spawnServer(site.environment)
    try {
      const url = await urlOf(server)
      const call = caller(url, ehr)
      await call('/cds-services') // the key set is read now
      const access = { fhirServer: ehr.fhir, fhirAuthorization: { access_token: ehr.token } }
      const accepted = Array.from({ length: 3 }, () => call(SIGN, { body: orderSign(access) }))
      const askedFor = () => ehr.seen.filter(({ path }) => path.startsWith('/fhir/Patient')).length
      await expect.poll(askedFor).toBe(accepted.length)
      server.child.kill('SIGTERM')
      const isClosed = () =>
        newConnection(url).then(
          () => false,
          () => true,
        )
      await expect.poll(isClosed).toBe(true)
      const answers = await Promise.all(accepted)
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
      for (const answer of answers) expect(answer.text).toContain('CYP2C19 poor metabolizer')
      expect(await server.ended(120_000)).toBe(0)
      const ledger = await openLedger({ dataDir: site.dataDir, databaseUrl: null, pseudonymKeyFile: undefined })
      expect((await ledger.counts('hospital')).decisions).toBe(3)
      await ledger.close()
    } finally {
      server.child.kill('SIGKILL')
      await ehr.stop()
      site.clear()
    }
  }, 600_000)
})
