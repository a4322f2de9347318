import { readFileSync } from 'node:fs'
import zlib from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Handler, sendJson } from '../fhir/fault-server.ts'
import { type Answer, percentile } from './call.ts'
import { BUDGET_MS, type FaultySite, OPEN_MS, openFaultySite } from './faulty-site.ts'
import { SLOW } from './slow-fhir.ts'

const CALLS = 1_000
const CALLERS = 32

let site: FaultySite
beforeAll(async () => {
  site = await openFaultySite({ connections: 512 })
}, OPEN_MS)
afterAll(() => site?.end())

const signMany = async (count: number): Promise<Answer[]> => {
  const answers: Answer[] = []
  let begun = 0
  const work = async () => {
    while (begun < count) {
      begun += 1
      answers.push(await site.sign())
    }
  }
  await Promise.all(Array.from({ length: CALLERS }, work))
  return answers
}

const rss = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${site.server.child.pid}/status`, 'utf8'))?.[1]) / 1000

it.each(SLOW)(
  `%s: each of ${CALLS} calls says what was not assessed, and afterwards no socket is open that was not before`,
  async (name, handler) => {
    site.meets(null)
    await signMany(CALLERS)
    const before = await site.atRest()
    site.meets(handler)
    const answers = await signMany(CALLS)
    const badReads = site.seen().bad
    site.meets(null)
    const after = await site.atRest()
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
    await expect.poll(async () => (await site.sign()).text, { timeout: 60_000, interval: 1_000 }).toContain('Avoid clopidogrel')
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
  const answered = await site.sign()
  clearInterval(watch)
  return { answer: answered, grown: Math.max(most, rss()) - before }
}

const NOT_READ = expect.stringContaining('This part of the record could not be read.')

it('F15: of a body of 400 MB at most 20 MB are read, memory grows by at most 60 MB, and the answer says what was not read', async () => {
  site.meets(null)
  await signMany(50)
  const sent = { bytes: 0 }
  site.meets(offer(400 * MB, sent))
  const { answer: answered, grown } = await growthIn()
  site.meets(null)
  console.log(
    `F15: of 400 MB offered ${(sent.bytes / MB).toFixed(1)} MB left the FHIR server, memory +${grown.toFixed(0)} MB, ${Math.round(answered.ms)} ms`,
  )
  expect([answered.status, answered.text]).toEqual([200, NOT_READ])
  expect(sent.bytes).toBeLessThan(32 * MB) // 20 MB, and what the two sockets hold
  expect(grown).toBeLessThan(60)
}, 120_000)

it('F15: a gzip bomb of 500 MB ends at the same limit, counted after decompression', async () => {
  site.meets(null)
  await signMany(50)
  const bomb = await bombOf(500 * MB)
  site.meets((request, response) => {
    if (!request.url?.startsWith('/fhir/Observation')) return sendJson(response, { resourceType: 'Bundle', type: 'searchset' })
    response.writeHead(200, { 'content-type': 'application/fhir+json', 'content-encoding': 'gzip' }).end(bomb)
  })
  const { answer: answered, grown } = await growthIn()
  site.meets(null)
  console.log(
    `F15: a bomb of ${(bomb.length / MB).toFixed(1)} MB for 500 MB: memory +${grown.toFixed(0)} MB, ${Math.round(answered.ms)} ms`,
  )
  expect([answered.status, answered.text]).toEqual([200, NOT_READ])
  expect(grown).toBeLessThan(60)
}, 120_000)
