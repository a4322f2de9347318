import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { orderSign, prefetch } from '../production/patient.ts'
import { buildServer, endServers, type ServerProcess, spawnServer, urlOf } from '../production/process.ts'
import { copyModels } from '../risk/models-copy.ts'
import { type Answer, call, makeAgent, percentile } from './call.ts'
import { openSite, START_MS, WHOLE } from './open-site.ts'
import { SIGN } from './prescribers.ts'

const HEAP_MB = 256
const HERD = 1_000
const LARGE_CALLS = 1_000
const models = copyModels('tisdale')
const agent = makeAgent()
let site: ReturnType<typeof openSite>
let server: ServerProcess
let url = ''

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })

beforeAll(async () => {
  if (!WHOLE) return
  await buildServer()
  const port = await freePort()
  url = `http://127.0.0.1:${port}`
  site = openSite({ PORT: String(port), NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` }, { modelsDir: models.dir })
  server = spawnServer(site.environment)
}, START_MS)
afterAll(async () => {
  agent.destroy()
  await endServers(server)
  site?.clear()
  models.remove()
})

const sign = (body = JSON.stringify(orderSign({ prefetch: prefetch() }))): Promise<Answer> => call(url + SIGN, agent, body)

/** Signs again after each 503, as it is told to. */
const signUntilAnswered = async (seen: number[]): Promise<void> => {
  for (;;) {
    const { status, headers } = await sign()
    seen.push(status)
    if (status !== 503) return
    await wait(1000 * Number(headers['retry-after']))
  }
}

it(
  `L-5: of ${HERD} calls in the moment in which the port opens none fails: each is answered, or told when to come again, and then answered`,
  async () => {
    const listening = () =>
      call(`${url}/healthz`, agent).then(
        () => true,
        () => false,
      )
    await expect.poll(listening, { timeout: START_MS, interval: 20 }).toBe(true)
    const seen: number[] = []
    await Promise.all(Array.from({ length: HERD }, () => signUntilAnswered(seen)))
    await urlOf(server, START_MS)
    const told = seen.filter((status) => status === 503).length
    console.log(`L-5: ${HERD} calls at the start, ${told} told to come again, ${seen.length - told} answered`)
    expect(seen.filter((status) => status !== 503)).toEqual(Array.from({ length: HERD }, () => 200))
  },
  START_MS + 120_000,
)

/** How the server is: a connection that broke off is a server that ended, or one that closed it. */
const ended = (): string =>
  server.child.exitCode === null && server.child.signalCode === null
    ? 'the server lives'
    : `the server ended (${server.child.exitCode ?? server.child.signalCode}): ${server.output().slice(-500)}`

/** Some 260 KB: a result said many times over, as a long record does. */
const largeBody = (): string => {
  const given = prefetch()
  const [one] = given.genotypes.entry
  const entry = Array.from({ length: 400 }, (_, n) => ({ resource: { ...one?.resource, id: `again-${n}` } }))
  return JSON.stringify(orderSign({ prefetch: { ...given, labs: { ...given.labs, entry } } }))
}

/** Peak of the server's memory since it started, in MB. */
const peakMemory = (): number =>
  Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))?.[1]) / 1000)

it.runIf(WHOLE).each([8, 32])(
  `F29: with a heap of ${HEAP_MB} MB, ${LARGE_CALLS} calls of 260 KB from %i callers at once end in 200 or 503, and the server lives`,
  async (callers) => {
    const body = largeBody()
    const answers: (Answer | { readonly status: string })[] = []
    const work = async () => {
      while (answers.length < LARGE_CALLS)
        answers.push(await sign(body).catch((error: Error) => ({ status: `${error.message}; ${ended()}`, headers: {}, text: '', ms: 0 })))
    }
    await Promise.all(Array.from({ length: callers }, work))
    const statuses = new Set(answers.map(({ status }) => status))
    const shed = answers.filter(({ status }) => status === 503).length
    const times = answers.flatMap((answer) => ('ms' in answer && answer.status === 200 ? [answer.ms] : []))
    console.log(
      `F29: heap ${HEAP_MB} MB, ${callers} callers, ${answers.length} calls of ${Math.round(body.length / 1000)} KB, ${shed} shed, ` +
        `the others p50 ${percentile(times, 0.5)} ms and p99 ${percentile(times, 0.99)} ms; peak of all memory ${peakMemory()} MB`,
    )
    expect([...statuses].filter((status) => status !== 200 && status !== 503)).toEqual([])
    expect(statuses.has(200)).toBe(true)
    expect(server.child.exitCode).toBe(null)
    expect((await call(`${url}/readyz`, agent)).status).toBe(200)
  },
  600_000,
)

/** Just under the limit on bodies. */
const hugeBody = (): string => {
  const given = prefetch()
  const [one] = given.genotypes.entry
  const size = JSON.stringify({ resource: one?.resource }).length + 20
  const entry = Array.from({ length: Math.floor(9_800_000 / size) }, (_, n) => ({ resource: { ...one?.resource, id: `again-${n}` } }))
  return JSON.stringify(orderSign({ prefetch: { ...given, labs: { ...given.labs, entry } } }))
}

it.runIf(WHOLE)(
  'F30: while one record of nearly 10 MB is read, calls about other patients are answered with their card, or turned away',
  async () => {
    const body = hugeBody()
    expect(body.length).toBeLessThan(10_000_000)
    const quiet = await Promise.all([sign(), sign(), sign()])
    const huge = sign(body)
    const others: Answer[] = []
    let done = false
    const work = async () => {
      while (!done) others.push(await sign())
    }
    const working = [work(), work()]
    const { status, ms } = await huge
    done = true
    await Promise.all(working)
    const slowest = percentile(
      others.map((answer) => answer.ms),
      1,
    )
    console.log(
      `F30: ${(body.length / 1e6).toFixed(1)} MB answered ${status} in ${Math.round(ms)} ms; of ${others.length} others the slowest waited ${slowest} ms (quiet: ${percentile(
        quiet.map((answer) => answer.ms),
        1,
      )} ms)`,
    )
    // Late or turned away, never answered without the card.
    const said = others.map(({ status, text }) => (status === 503 ? 'turned away' : `${status} ${text.includes('Avoid clopidogrel')}`))
    expect(new Set([...said, '200 true', 'turned away'])).toEqual(new Set(['200 true', 'turned away']))
    expect([200, 503]).toContain(status) // the heap is small here
  },
  300_000,
)
