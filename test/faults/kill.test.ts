import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { embeddedPlace, type Place, postgresMissing, postgresPlace } from '../ledger/engines.ts'
import { buildServer, spawnServer, urlOf } from '../production/process.ts'
import { copyModels } from '../risk/models-copy.ts'
import { percentile } from './call.ts'
import { NOTHING_LOST, whatWasKept } from './kept.ts'
import { openSite, START_MS, TENANT, WHOLE } from './open-site.ts'
import { emptyNotebook, type Notebook, startPrescribers } from './prescribers.ts'

/** Acknowledged entries of one life before it may be killed. */
const A_LIFE = WHOLE ? 100 : 20
const CALLERS = 24
/** Kills between two looks at the whole ledger. */
const LOOK_EVERY = 25

type Site = ReturnType<typeof openSite>

const entriesIn = ({ decisions, feedback }: Notebook): number => decisions.length + feedback.length

/** Milliseconds until a server was ready, by the clock and of CPU: on a busy machine only the second says what a start costs. */
type Start = { readonly ms: number; readonly cpuMs: number }

/** Of a process and its threads (Linux: in ticks of 10 ms). */
const cpuMsOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return 10 * (Number(fields[11]) + Number(fields[12]))
}

/** One life of the server: it starts, prescribers work, and it is killed in the midst of it. */
const liveAndDie = async (site: Site, notebook: Notebook, afterMs: number): Promise<Start> => {
  const started = performance.now()
  const server = spawnServer(site.environment)
  const url = await urlOf(server, START_MS)
  const start = { ms: performance.now() - started, cpuMs: cpuMsOf(server.child.pid ?? 0) }
  const before = entriesIn(notebook)
  const prescribers = startPrescribers(() => url, CALLERS, notebook)
  while (entriesIn(notebook) - before < A_LIFE) await wait(10)
  await wait(afterMs)
  server.child.kill('SIGKILL')
  await server.ended(10_000)
  await prescribers.stop()
  return start
}

beforeAll(buildServer, 120_000)

/** A number of kills that was asked for. */
const killsOr = (usual: number): number => Number(process.env.ATTUNE_TEST_KILLS ?? usual)

/** On the embedded database fewer: its ledger alone is killed a hundred times in `test/ledger/crash.test.ts`. */
const ENGINES = [
  { engine: 'the embedded database', placeOf: embeddedPlace, missing: null, kills: killsOr(WHOLE ? 20 : 3) },
  { engine: 'PostgreSQL', placeOf: postgresPlace, missing: postgresMissing, kills: killsOr(WHOLE ? 100 : 3) },
] as const

describe.each(ENGINES)('F25, on $engine', ({ engine, placeOf, missing, kills }) => {
  let place: Place
  let site: Site
  /** One model: most of a hundred starts would be the loading of all, and no model writes to the ledger. */
  let models: ReturnType<typeof copyModels>
  beforeAll(async () => {
    if (missing !== null) return
    place = await placeOf()
    models = copyModels('tisdale')
    site = openSite(
      { ATTUNE_DATA_DIR: place.config.dataDir, ...(place.config.databaseUrl ? { DATABASE_URL: place.config.databaseUrl } : {}) },
      { modelsDir: models.dir },
    )
  }, 120_000)
  afterAll(async () => {
    await place?.clear()
    site?.clear()
    models?.remove()
  })

  it.skipIf(missing !== null)(
    `a server killed with -9 under load ${kills} times loses none of at least ${kills * A_LIFE} acknowledged decisions and feedbacks, its chain is intact, and each start needs no hand`,
    async () => {
      const notebook = emptyNotebook()
      const starts: Start[] = []
      for (let kill = 0; kill < kills; kill += 1) {
        starts.push(await liveAndDie(site, notebook, (kill * 37) % 250))
        if ((kill + 1) % LOOK_EVERY > 0) continue
        const kept = await whatWasKept(place.config, TENANT, notebook)
        process.stderr.write(`${kill + 1} kills on ${engine}: ${entriesIn(notebook)} entries acknowledged, ${JSON.stringify(kept)}\n`)
        expect(kept).toEqual(NOTHING_LOST)
      }
      const { decisions, feedback, broken, shed, wrong } = notebook
      const kept = await whatWasKept(place.config, TENANT, notebook)
      const [first, ...again] = starts
      const told = (of: (start: Start) => number) => `${percentile(again.map(of), 0.5)} ms, slowest ${percentile(again.map(of), 1)} ms`
      console.log(
        `F25 on ${engine}: ${kills} kills, ${decisions.length} decisions and ${feedback.length} feedbacks acknowledged, ${broken} calls cut, ${shed} shed, ` +
          `${kept.lostDecisions + kept.lostFeedback} lost, chain ${kept.chain}; first start ${Math.round(first?.ms ?? 0)} ms, ` +
          `restarts median ${told(({ ms }) => ms)}, of CPU median ${told(({ cpuMs }) => cpuMs)}`,
      )
      expect(kept).toEqual(NOTHING_LOST)
      expect(wrong).toEqual([])
      expect(broken).toBeGreaterThan(0) // it was killed in the midst of calls
      expect(entriesIn(notebook)).toBeGreaterThanOrEqual(kills * A_LIFE)
    },
    WHOLE ? 7_200_000 : 300_000,
  )
})
