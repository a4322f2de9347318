import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { orderSign, prefetch } from '../production/patient.ts'
import { buildServer, type ServerProcess, spawnServer, urlOf } from '../production/process.ts'
import { copyModels } from '../risk/models-copy.ts'
import { type Answer, call, makeAgent, percentile } from './call.ts'
import { openSite, START_MS, WHOLE } from './open-site.ts'
import { SIGN } from './prescribers.ts'

const CALLERS = 128
const BYTES = 2_000_000
const FOR_MS = 15_000
/** Must of P10 (docs/benchmark.md). */
const PEAK_MIB = 500
const models = copyModels('tisdale')
const site = openSite(launch().environment, { modelsDir: models.dir })
const agent = makeAgent()
let server: ServerProcess
let url = ''

/** How the image starts Node. */
function launch(): { readonly flags: readonly string[]; readonly environment: Readonly<Record<string, string>> } {
  return JSON.parse(readFileSync(join(projectRoot, 'bin/launch.json'), 'utf8'))
}

beforeAll(async () => {
  if (!WHOLE) return
  await buildServer()
  server = spawnServer(site.environment, launch().flags)
  url = await urlOf(server, START_MS)
}, START_MS + 60_000)
afterAll(async () => {
  agent.destroy()
  server?.child.kill('SIGTERM')
  await server?.ended(15_000)
  site.clear()
  models.remove()
})

const smallBody = JSON.stringify(orderSign({ prefetch: prefetch() }))

/** A result said many times over, as a long record does. */
const largeBody = (): string => {
  const given = prefetch()
  const [one] = given.genotypes.entry
  const size = JSON.stringify({ resource: one?.resource }).length + 20
  const entry = Array.from({ length: Math.floor(BYTES / size) }, (_, n) => ({ resource: { ...one?.resource, id: `again-${n}` } }))
  return JSON.stringify(orderSign({ prefetch: { ...given, labs: { ...given.labs, entry } } }))
}

const peakMiB = (): number =>
  Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))?.[1]) / 1024)

it.runIf(WHOLE)(
  `P10: ${CALLERS} callers with records of 2 MB get 200 or 503 while others with short ones are answered, and memory stays within ${PEAK_MIB} MiB`,
  async () => {
    const [large, small]: [Answer[], Answer[]] = [[], []]
    const body = largeBody()
    const until = performance.now() + FOR_MS
    const caller = async (text: string, answers: Answer[]): Promise<void> => {
      while (performance.now() < until) answers.push(await call(url + SIGN, agent, text))
    }
    await Promise.all([...Array.from({ length: CALLERS }, () => caller(body, large)), caller(smallBody, small), caller(smallBody, small)])
    const answered = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200)
    console.log(
      `P10: ${large.length} calls of ${(body.length / 1e6).toFixed(1)} MB, ${answered(large).length} answered; of ${small.length} short ones ${answered(small).length}, ` +
        `p50 ${percentile(
          answered(small).map(({ ms }) => ms),
          0.5,
        )} ms; peak of all memory ${peakMiB()} MiB`,
    )
    const others = [...large, ...small].filter(
      ({ status, headers }) => status !== 200 && !(status === 503 && headers['retry-after'] === '1'),
    )
    expect(others.map(({ status, text }) => `${status} ${text.slice(0, 100)}`)).toEqual([])
    expect([answered(large).length > 0, answered(small).length > 0]).toEqual([true, true])
    expect(peakMiB()).toBeLessThanOrEqual(PEAK_MIB)
  },
  300_000,
)
