import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import { expect } from 'vitest'
import { type Handler, sendJson, serveFhir } from '../fhir/fault-server.ts'
import { chart, orderSign } from '../production/patient.ts'
import { buildServer, endServers, spawnServer, urlOf } from '../production/process.ts'
import { copyModels } from '../risk/models-copy.ts'
import { type Answer, call, makeAgent } from './call.ts'
import { openSite, START_MS } from './open-site.ts'
import { SIGN } from './prescribers.ts'
import { socketsOf } from './slow-fhir.ts'

/** For all FHIR reads of one call. */
export const BUDGET_MS = 1_000

/** How long a test waits for the server to be built, started and warm. */
export const OPEN_MS = START_MS + 60_000

export type FaultySite = Awaited<ReturnType<typeof openFaultySite>>

/**
 * A server and the FHIR server that it reads, which can be made to misbehave.
 * @param network beside the addresses and the budget: what the configuration says of the network
 */
export const openFaultySite = async (network: { readonly connections?: number } = {}) => {
  let misbehave: Handler | null = null
  const seen = { bad: 0, whole: 0 }
  /** The patient is read well, so that the server is not left alone; what is asked beside that meets the fault. */
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const [type, id] = (request.url ?? '').slice('/fhir/'.length).split(/[/?]/)
    const found = chart.filter(({ resourceType }) => resourceType === type)
    const bundle = { resourceType: 'Bundle', type: 'searchset', entry: found.map((resource) => ({ resource })) }
    if (type === 'Patient' && id === found[0]?.id) sendJson(response, found[0])
    else if (misbehave === null) sendJson(response, bundle)
    else {
      seen.bad += 1
      response.on('finish', () => {
        seen.whole += 1
      })
      misbehave(request, response)
    }
  }
  await buildServer()
  const models = copyModels('tisdale')
  const agent = makeAgent()
  const ehr = await serveFhir(answer)
  const open = { allowHttp: true, allowPrivateAddresses: true, budgetMs: BUDGET_MS, ...network }
  const site = openSite({}, { modelsDir: models.dir, network: open }, { fhirServers: [ehr.base] })
  const server = spawnServer(site.environment)
  const url = await urlOf(server, START_MS)
  const access = { access_token: 't', token_type: 'Bearer', expires_in: 300, scope: 'patient/*.read', subject: 'attune' }
  const body = JSON.stringify(orderSign({ fhirServer: ehr.base, fhirAuthorization: access }))
  const sign = (): Promise<Answer> => call(url + SIGN, agent, body)
  for (let n = 0; n < 20; n += 1) await sign()
  return {
    server,
    sign,
    /** From now on; null: no fault. What is seen is counted anew. */
    meets: (fault: Handler | null): void => {
      Object.assign(seen, { bad: 0, whole: 0 })
      misbehave = fault
    },
    /** Reads that met the fault, and those of them that were answered whole. */
    seen: (): Readonly<typeof seen> => ({ ...seen }),
    /** Open sockets, once the connections that nobody uses are closed, as the server does by itself after 5 s. */
    atRest: async (): Promise<{ readonly atFhirServer: number; readonly atServer: number }> => {
      agent.destroy() // the callers' own connections
      await expect.poll(() => ehr.openSockets(), { timeout: 60_000, interval: 250 }).toBe(0)
      await wait(500)
      return { atFhirServer: ehr.openSockets(), atServer: socketsOf(server) }
    },
    end: async (): Promise<void> => {
      agent.destroy()
      await endServers(server)
      await ehr.close()
      site.clear()
      models.remove()
    },
  }
}
