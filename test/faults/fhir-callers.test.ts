import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type FhirServer, type Handler, sendJson, serveFhir } from '../fhir/fault-server.ts'
import { chart, orderSign } from '../production/patient.ts'
import { buildServer, endServers, type ServerProcess, spawnServer, urlOf } from '../production/process.ts'
import { copyModels } from '../risk/models-copy.ts'
import { type Answer, call, makeAgent, percentile } from './call.ts'
import { openSite, START_MS } from './open-site.ts'
import { SIGN } from './prescribers.ts'
import { LATE_MS, SLOW, socketsOf } from './slow-fhir.ts'

/** All at once, and again as soon as the last of them has its answer. */
const CALLERS = 32
const ROUNDS = 8
const BUDGET_MS = 1_000

const models = copyModels('tisdale')
const agent = makeAgent()
let ehr: FhirServer
let misbehave: Handler | null = null
const seen = { slow: 0, whole: 0 }
let site: ReturnType<typeof openSite>
let server: ServerProcess
let url = ''

/** The patient is read well, so that the server is not left alone; what is asked beside that meets the fault. */
const answer = (request: IncomingMessage, response: ServerResponse): void => {
  const [type, id] = (request.url ?? '').slice('/fhir/'.length).split(/[/?]/)
  const found = chart.filter(({ resourceType }) => resourceType === type)
  if (type === 'Patient' && id === found[0]?.id) sendJson(response, found[0])
  else if (misbehave === null)
    sendJson(response, { resourceType: 'Bundle', type: 'searchset', entry: found.map((resource) => ({ resource })) })
  else {
    seen.slow += 1
    response.on('finish', () => {
      seen.whole += 1
    })
    misbehave(request, response)
  }
}

// Connections as they are where a site says nothing: fewer than the reads of the callers, so that calls wait for each other here, too.
beforeAll(async () => {
  await buildServer()
  ehr = await serveFhir(answer)
  const network = { allowHttp: true, allowPrivateAddresses: true, budgetMs: BUDGET_MS }
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

const bursts = async (rounds: number): Promise<Answer[]> => {
  const answers: Answer[] = []
  for (let round = 0; round < rounds; round += 1) answers.push(...(await Promise.all(Array.from({ length: CALLERS }, sign))))
  return answers
}

/** Once the connections that nobody uses are closed, as the server does by itself after 5 s. */
const socketsAtRest = async (): Promise<number> => {
  agent.destroy()
  await expect.poll(() => ehr.openSockets(), { timeout: 60_000, interval: 250 }).toBe(0)
  await wait(500)
  return socketsOf(server)
}

/** The first card says what was not assessed, and which of the two it was: begun in vain, or never begun. */
const WHY = /^200 Not assessed: .*this part of the record (?:did not come in time|could not be read)$/

it.each(SLOW)(
  `%s: ${CALLERS} calls at once each say what was not read, none waits for the server, and no socket stays`,
  async (name, handler) => {
    misbehave = null
    const well = await bursts(2)
    const before = await socketsAtRest()
    Object.assign(seen, { slow: 0, whole: 0 })
    misbehave = handler
    const answers = await bursts(ROUNDS)
    misbehave = null
    const after = await socketsAtRest()
    const timesOf = (all: readonly Answer[]): number[] => all.map(({ ms }) => ms)
    const [wellMs, times] = [timesOf(well), timesOf(answers)]
    const summaries = answers.map(({ status, text }) => `${status} ${JSON.parse(text).cards?.[0]?.summary}`)
    console.log(
      `${name}: ${answers.length} calls, ${CALLERS} at once, at a budget of ${BUDGET_MS} ms: p50 ${percentile(times, 0.5)} ms, slowest ${percentile(times, 1)} ms ` +
        `(of a server that is well p50 ${percentile(wellMs, 0.5)}, slowest ${percentile(wellMs, 1)}); ${seen.slow} slow reads; sockets ${before}, then ${after}; ` +
        [...new Set(summaries)].join(' '),
    )
    expect(summaries.filter((summary) => !WHY.test(summary))).toEqual([])
    // Each read was given up at the budget: none lasted until the server had answered it whole, and no call so long.
    expect(seen.slow).toBeGreaterThan(0)
    expect(seen.whole).toBe(0)
    expect(times.filter((ms) => ms >= LATE_MS)).toEqual([])
    expect(after).toBeLessThanOrEqual(before)
    await expect.poll(async () => (await sign()).text, { timeout: 60_000, interval: 1_000 }).toContain('Avoid clopidogrel')
  },
  300_000,
)
