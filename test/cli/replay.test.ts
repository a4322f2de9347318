import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { stringify } from 'yaml'
import { serve } from '../../src/main.ts'
import { projectRoot } from '../../src/project-root.ts'
import { embeddedPlace, enginesOfRun, type Place, postgresMissing, postgresPlace } from '../ledger/engines.ts'
import { orderSign, prefetch } from '../production/patient.ts'
import { type Served, serveSandbox } from '../sandbox/serve.ts'
import { draftOf, post } from '../service/running-sandbox.ts'
import { runMain } from './run-main.ts'

// Opening an embedded database takes long on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const ENGINES = enginesOfRun<readonly [string, () => Promise<Place>, string | null]>(
  ['PGlite, embedded', embeddedPlace, null],
  ['PostgreSQL', postgresPlace, postgresMissing],
)

let ehr: Served
beforeAll(async () => {
  ehr = await serveSandbox()
})
afterAll(() => ehr.close())
afterEach(() => {
  vi.unstubAllEnvs()
})

/** A server that keeps inputs, whose EHR is the sandbox's. */
const site = (place: Place, more: object = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-replay-test-'))
  const path = join(folder, 'attune.yaml')
  const config = {
    auth: 'open',
    network: { allowHttp: true, allowPrivateAddresses: true },
    clients: [{ id: 'anonymous', tenant: 'north', fhirServers: [`${ehr.url}/fhir`], features: ['trace'] }],
    retention: { storeInputs: true },
    canary: { everySeconds: 0 }, // its calls are decisions, too
    ...more,
  }
  writeFileSync(path, stringify(config))
  const { dataDir, databaseUrl } = place.config
  const environment = {
    ATTUNE_CONFIG: path,
    ATTUNE_DATA_DIR: dataDir,
    LOG_LEVEL: 'silent',
    PORT: '0',
    ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
  }
  return {
    environment,
    write: (other: object) => writeFileSync(path, stringify({ ...config, ...other })),
    clear: () => rmSync(folder, { recursive: true }),
  }
}

type Site = ReturnType<typeof site>

/** Every story: its order while it is chosen and signed, its chart opened, its stay ended, and the app's look at it. */
const runStories = async ({ environment }: Site, how: { readonly every: number }): Promise<number> => {
  const running = await serve(environment)
  let calls = 0
  try {
    const session = (await (await post(`${ehr.url}/sandbox/session`, {})).json()) as { access_token: string }
    const stories = ehr.sandbox.stories.filter((_, at) => at % how.every === 0)
    for (const story of stories) {
      const { patient, encounter } = story
      const authorization = await (await post(`${ehr.url}/sandbox/hook-token`, { patient })).json()
      const drafts = draftOf(story)
      const ask = async (service: string, hook: string, context: object) => {
        const body = {
          hook,
          hookInstance: crypto.randomUUID(),
          fhirServer: `${ehr.url}/fhir`,
          fhirAuthorization: authorization,
          context: { userId: 'Practitioner/dr-okafor', patientId: patient, ...context },
        }
        const answer = await post(`${running.url}/cds-services/${service}`, body)
        expect(answer.status, `${service} ${patient}`).toBe(200)
        await answer.arrayBuffer()
        calls += 1
      }
      await ask('pgx-order-sign', 'order-sign', { draftOrders: drafts })
      await ask('pgx-order-select', 'order-select', { draftOrders: drafts, selections: ['MedicationRequest/draft-1'] })
      await ask('pgx-patient-view', 'patient-view', {})
      if (encounter) await ask('risk-encounter-discharge', 'encounter-discharge', { encounterId: encounter })
      const profile = await fetch(`${running.url}/api/profile`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${session.access_token}` },
        body: JSON.stringify({ fhirServer: `${ehr.url}/fhir`, patient }),
      })
      expect(profile.status).toBe(200)
      expect(await profile.text()).toContain('"event":"done"')
      calls += 1
    }
  } finally {
    await running.stop()
  }
  return calls
}

const replay = async ({ environment }: Site, ...words: readonly string[]) => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  const { status, out, err } = await runMain('replay', ...words, '--json')
  if (out === '') throw new Error(err)
  return { status, said: JSON.parse(out) }
}

describe.each(ENGINES)('attune replay on %s', (name, makePlace, missing) => {
  if (missing) {
    it.skip(`did not run: ${missing}`, () => {})
    return
  }
  let place: Place
  let own: Site
  let calls = 0
  beforeAll(async () => {
    place = await makePlace()
    own = site(place)
    const slice = name === 'PostgreSQL' ? 4 : 12
    calls = await runStories(own, { every: process.env.ATTUNE_TEST_WHOLE === '1' ? 1 : slice })
  })
  afterAll(async () => {
    own?.clear()
    await place?.clear()
  })

  it('makes every decision of the sandbox patients again (all of them with ATTUNE_TEST_WHOLE), equal to the byte, and nothing would differ today', async () => {
    const { status, said } = await replay(own, '--all')
    expect({ status, said }).toEqual({
      status: 0,
      said: { decisions: calls, equal: calls, differs: 0, refused: 0, otherToday: 0, reasons: {}, told: [] },
    })
    expect(calls).toBeGreaterThan(3)
  })

  it('nothing of the patients lies in the data folder in plain text', () => {
    const files = readdirSync(place.config.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const holding = files.filter(
      (file) => !file.parentPath.includes('archive') && readFileSync(join(file.parentPath, file.name)).includes('birthDate'),
    )
    expect(holding).toEqual([])
  })

  if (name !== 'PostgreSQL') return

  it('says in plain words what would differ with other rules today, and is equal all the same', async () => {
    const rules = mkdtempSync(join(tmpdir(), 'attune-other-rules-'))
    cpSync(join(projectRoot, 'rules'), rules, { recursive: true })
    own.write({ rulesDir: rules, alertPolicy: { testFirst: false, notAssessed: false } })
    const { status, said } = await replay(own, '--all')
    expect({ status, equal: said.equal, differs: said.differs }).toEqual({ status: 0, equal: calls, differs: 0 })
    expect(said.otherToday).toBeGreaterThan(0)
    const lines = said.told.flatMap((one: { today: string[] }) => one.today)
    expect(lines.some((line: string) => line.startsWith('Card no longer there: '))).toBe(true)
    const [first] = said.told
    expect((await replay(own, first.id)).said).toEqual(first)
    own.write({})
    rmSync(rules, { recursive: true })
  })

  it('refuses with the reason: inputs not kept, archive gone, another pseudonym key', async () => {
    await place.sql?.('create table kept as select * from sealed_box; delete from sealed_box')
    const { status, said } = await replay(own, '--all')
    expect({ status, reasons: said.reasons }).toEqual({ status: 1, reasons: { 'its inputs were removed (retention.inputDays)': calls } })
    await place.sql?.('insert into sealed_box select * from kept; drop table kept')

    const archive = join(place.config.dataDir, 'archive')
    cpSync(archive, `${archive}-away`, { recursive: true })
    rmSync(archive, { recursive: true })
    const gone = await replay(own, '--all')
    expect(gone.status).toBe(1)
    expect(Object.keys(gone.said.reasons)).toEqual([expect.stringContaining('the archive has not the folder')])
    const since = ['--since', new Date(Date.now() - 3_600_000).toISOString()]
    const named = await replay(own, ...since, '--rules', join(projectRoot, 'rules'), '--models', join(projectRoot, 'models'))
    expect(named.said).toMatchObject({ decisions: calls, equal: calls })
  })

  it('a decision of which nothing was kept is refused with that reason', async () => {
    const other = await postgresPlace()
    const without = site(other, { retention: { storeInputs: false } })
    const made = await runStories(without, { every: 20 })
    const { status, said } = await replay(without, '--all')
    expect({ status, said }).toMatchObject({
      status: 1,
      said: { decisions: made, refused: made, reasons: { 'its inputs were not kept (retention.storeInputs was off)': made } },
    })
    without.clear()
    await other.clear()
  })

  it('wrong use is told', async () => {
    for (const words of [[], ['a', 'b'], ['a', '--all'], ['--since', 'never']]) expect((await runMain('replay', ...words)).status).toBe(2)
  })
})

/** What is switched, and with what it is ended; `part` of /readyz tells of it. `cards`: how many a critical order has meanwhile. */
const MOMENTS = [
  {
    on: ['rules', 'off', 'clopidogrel', 'CYP2C19', '--tenant', 'north'],
    off: ['rules', 'on', 'clopidogrel', 'CYP2C19', '--tenant', 'north'],
    part: 'switches',
    cards: 1,
  },
  { on: ['rules', 'shadow', 'clopidogrel', 'CYP2C19'], off: ['rules', 'on', 'clopidogrel', 'CYP2C19'], part: 'switches', cards: 0 },
  {
    on: ['shadow', 'on', '--service', 'pgx-order-sign'],
    off: ['shadow', 'off', '--service', 'pgx-order-sign'],
    part: 'switches',
    cards: 0,
  },
  {
    on: ['models', 'shadow', 'tisdale', '--tenant', 'north'],
    off: ['models', 'on', 'tisdale', '--tenant', 'north'],
    part: 'models',
    cards: 1,
  },
] as const

describe.skipIf(postgresMissing !== null)('attune replay of what was decided while something was switched, and after an override', () => {
  it('makes each decision again, equal to the byte, and says of each what would differ today', async () => {
    const place = await postgresPlace()
    const own = site(place)
    const running = await serve(own.environment)
    const wait = { timeout: 120_000, interval: 200 }
    const without = { ...prefetch(), procedures: { resourceType: 'Bundle', type: 'searchset', entry: [] } }
    const sign = async (sent: object = prefetch()): Promise<{ readonly uuid: string }[]> =>
      (
        (await (await post(`${running.url}/cds-services/pgx-order-sign`, orderSign({ prefetch: sent }))).json()) as {
          cards: { uuid: string }[]
        }
      ).cards
    const detailOf = async (part: string): Promise<string> => {
      const { parts } = (await (await fetch(`${running.url}/readyz`)).json()) as { parts: Record<string, { detail: string }> }
      return parts[part]?.detail ?? ''
    }
    for (const [name, value] of Object.entries(own.environment)) vi.stubEnv(name, value)
    try {
      const quiet = { switches: await detailOf('switches'), models: await detailOf('models') }
      for (const { on, off, part, cards } of MOMENTS) {
        expect((await runMain(...on, '--because', 'a test')).status).toBe(0)
        await vi.waitFor(async () => expect(await detailOf(part)).not.toBe(quiet[part]), wait)
        expect(await sign()).toHaveLength(cards)
        expect((await runMain(...off, '--because', 'reviewed')).status).toBe(0)
        await vi.waitFor(async () => expect(await detailOf(part)).toBe(quiet[part]), wait)
      }
      const [card] = await sign(without)
      const overrideReason = { reason: { code: 'patient-choice' } }
      const told = { card: card?.uuid, outcome: 'overridden', overrideReason, outcomeTimestamp: new Date().toISOString() }
      expect((await post(`${running.url}/cds-services/pgx-order-sign/feedback`, { feedback: [told] })).status).toBe(200)
      expect(await sign(without)).toHaveLength(0)
    } finally {
      await running.stop()
    }
    const { status, said } = await replay(own, '--all')
    expect({ status, said }).toMatchObject({ status: 0, said: { decisions: 6, equal: 6, differs: 0, refused: 0, otherToday: 3 } })
    own.clear()
    await place.clear()
  })
})
