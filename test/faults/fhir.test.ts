import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import zlib from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FhirServer, type Handler, sendJson, serveFhir } from '../fhir/fault-server.ts'
import { chart, orderSign } from '../production/patient.ts'
import { buildServer, endServers, type ServerProcess, spawnServer, urlOf } from '../production/process.ts'
import { copyModels } from '../risk/models-copy.ts'
import { type Answer, call, makeAgent, percentile } from './call.ts'
import { openSite, START_MS } from './open-site.ts'
import { SIGN } from './prescribers.ts'
import { SLOW, socketsOf } from './slow-fhir.ts'

const CALLS = 1_000
const CALLERS = 32
/** For all FHIR reads of one call. */
const BUDGET_MS = 1_000

const models = copyModels('tisdale')
const agent = makeAgent()
let ehr: FhirServer
let misbehave: Handler | null = null
let badReads = 0
let site: ReturnType<typeof openSite>
let server: ServerProcess
let url = ''

/** The patient is read well, so that the server is not left alone; what is asked beside that meets the fault. */
const answer = (request: IncomingMessage, response: ServerResponse): void => {
  const [type, id] = (request.url ?? '').slice('/fhir/'.length).split(/[/?]/)
  const found = chart.filter(({ resourceType }) => resourceType === type)
  if (type === 'Patient' && id === found[0]?.id) sendJson(response, found[0])
  else if (misbehave !== null) {
    badReads += 1
    misbehave(request, response)
  } else sendJson(response, { resourceType: 'Bundle', type: 'searchset', entry: found.map((resource) => ({ resource })) })
}

beforeAll(async () => {
  await buildServer()
  ehr = await serveFhir(answer)
  const network = { allowHttp: true, allowPrivateAddresses: true, connections: 512, budgetMs: BUDGET_MS }
  site = openSite({}, { modelsDir: models.dir, network }, { fhirServers: [ehr.base] })
  server = spawnServer(site.environment)
  url = await urlOf(server, START_MS)
  for (let n = 0; n < 20; n += 1) await sign()
}, START_MS + 60_000)
afterAll(async () => {
  agent.destroy()
  await endServers(server)
  await ehr?.close()
  site?.clear()
  models.remove()
})

const sign = (): Promise<Answer> => {
  const access = { access_token: 't', token_type: 'Bearer', expires_in: 300, scope: 'patient/*.read', subject: 'attune' }
  return call(url + SIGN, agent, JSON.stringify(orderSign({ fhirServer: ehr.base, fhirAuthorization: access })))
}

const signMany = async (count: number): Promise<Answer[]> => {
  const answers: Answer[] = []
  let begun = 0
  const work = async () => {
    while (begun < count) {
      begun += 1
      answers.push(await sign())
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, work))
  return answers
}

const rss = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.child.pid}/status`, 'utf8'))?.[1]) / 1000

/** Once the record's server has closed the connections that nobody uses (after 5 s), as it does by itself. */
const atRest = async (): Promise<{ readonly atFhirServer: number; readonly atServer: number }> => {
  agent.destroy() // the callers' own connections
  await expect.poll(() => ehr.openSockets(), { timeout: 60_000, interval: 250 }).toBe(0)
  await wait(500)
  return { atFhirServer: ehr.openSockets(), atServer: socketsOf(server) }
}

it.each(SLOW)(
  `%s: each of ${CALLS} calls says what was not assessed, and afterwards no socket is open that was not before`,
  async (name, handler) => {
    misbehave = null
    await signMany(CALLERS)
    const before = await atRest()
    badReads = 0
    misbehave = handler
    const answers = await signMany(CALLS)
    misbehave = null
    const after = await atRest()
    const times = answers.map(({ ms }) => ms)
    console.log(
      `${name}: ${answers.length} calls at a budget of ${BUDGET_MS} ms from ${CALLERS} callers: ${badReads} bad reads, p50 ${percentile(times, 0.5)} ms, slowest ${percentile(times, 1)} ms; ` +
        `sockets of the server before ${before.atServer}, after ${after.atServer}; at the FHIR server ${after.atFhirServer}`,
    )
    const summaries = answers.map(({ status, text }) => `${status} ${JSON.parse(text).cards?.[0]?.summary}`)
    expect(summaries.filter((summary) => !summary.startsWith('200 Not assessed: '))).toEqual([])
    expect(after.atFhirServer).toBe(before.atFhirServer)
    expect(after.atServer).toBeLessThanOrEqual(before.atServer)
    expect(badReads).toBeGreaterThan(CALLS)
    await expect.poll(async () => (await sign()).text, { timeout: 60_000, interval: 1_000 }).toContain('Avoid clopidogrel')
  },
  600_000,
)

const MB = 1_000_000
const PIECE = Buffer.alloc(64_000, 0x20)

/** So many bytes of blanks, compressed: a bomb of half a megabyte. */
const bombOf = async (bytes: number): Promise<Buffer> => {
  const gzip = zlib.createGzip()
  const packed: Buffer[] = []
  gzip.on('data', (chunk: Buffer) => packed.push(chunk))
  for (let left = bytes; left > 0; left -= PIECE.length)
    if (!gzip.write(PIECE)) await new Promise<void>((resolve) => gzip.once('drain', () => resolve()))
  await new Promise<void>((resolve) => gzip.end(resolve))
  return Buffer.concat(packed)
}

/** Offers the first results that are asked for as a body of this size, as fast as they are taken. Counts what left. */
const offer = (bytes: number, sent: { bytes: number }): Handler => {
  let offered = false
  return (request, response) => {
    if (offered || !request.url?.startsWith('/fhir/Observation')) return sendJson(response, { resourceType: 'Bundle', type: 'searchset' })
    offered = true
    response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-length': bytes })
    const push = () => {
      while (!response.destroyed && sent.bytes < bytes) {
        sent.bytes += PIECE.length
        if (!response.write(PIECE)) return
      }
    }
    response.on('drain', push)
    push()
  }
}

/** The most that the server's memory grows by in one call, in MB. */
const growthIn = async (): Promise<{ readonly answer: Answer; readonly grown: number }> => {
  const before = rss()
  let most = before
  const watch = setInterval(() => {
    most = Math.max(most, rss())
  }, 10)
  const answered = await sign()
  clearInterval(watch)
  return { answer: answered, grown: Math.max(most, rss()) - before }
}

const NOT_READ = expect.stringContaining('This part of the record could not be read.')

it('F15: of a body of 400 MB at most 20 MB are read, memory grows by at most 60 MB, and the answer says what was not read', async () => {
  misbehave = null
  await signMany(50)
  const sent = { bytes: 0 }
  misbehave = offer(400 * MB, sent)
  const { answer: answered, grown } = await growthIn()
  misbehave = null
  console.log(
    `F15: of 400 MB offered ${(sent.bytes / MB).toFixed(1)} MB left the FHIR server, memory +${grown.toFixed(0)} MB, ${Math.round(answered.ms)} ms`,
  )
  expect([answered.status, answered.text]).toEqual([200, NOT_READ])
  expect(sent.bytes).toBeLessThan(32 * MB) // 20 MB, and what the two sockets hold
  expect(grown).toBeLessThan(60)
}, 120_000)

it('F15: a gzip bomb of 500 MB ends at the same limit, counted after decompression', async () => {
  misbehave = null
  await signMany(50)
  const bomb = await bombOf(500 * MB)
  misbehave = (request, response) => {
    if (!request.url?.startsWith('/fhir/Observation')) return sendJson(response, { resourceType: 'Bundle', type: 'searchset' })
    response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-encoding': 'gzip' }).end(bomb)
  }
  const { answer: answered, grown } = await growthIn()
  misbehave = null
  console.log(
    `F15: a bomb of ${(bomb.length / MB).toFixed(1)} MB for 500 MB: memory +${grown.toFixed(0)} MB, ${Math.round(answered.ms)} ms`,
  )
  expect([answered.status, answered.text]).toEqual([200, NOT_READ])
  expect(grown).toBeLessThan(60)
}, 120_000)
