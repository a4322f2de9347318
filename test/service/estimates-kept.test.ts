import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SERVICES } from '../../cds-services/registry.ts'
import { type ClientConfig, readConfig } from '../../src/config.ts'
import type { RiskEstimate } from '../../src/contract/risk.ts'
import { loadThinking, makeLine, type Thinking } from '../../src/engine.ts'
import { makeOutbound } from '../../src/fhir/outbound.ts'
import { readHookRequest } from '../../src/hooks/request.ts'
import { projectRoot } from '../../src/project-root.ts'
import { runService } from '../../src/run-service.ts'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'
import { requestOf } from './alert-door.ts'

const config = readConfig({}, projectRoot)
const outbound = makeOutbound(config.network)
let thinking: Thinking
beforeAll(async () => {
  thinking = await loadThinking(config)
})
afterAll(async () => {
  await thinking?.kit.models.close()
  outbound.close()
})

const client: ClientConfig = {
  id: 'c',
  tenant: 't',
  algorithms: ['ES384'],
  audiences: [],
  cors: [],
  frameAncestors: [],
  appClientId: 'attune-app',
  authorizationServers: [],
  links: [],
  features: [],
  fhirServers: [],
}

/** What the ledger is given beside the decision. */
const keptFor = async (patient: PatientBuilder): Promise<readonly RiskEstimate[]> => {
  const kept: RiskEstimate[] = []
  const line = makeLine(config, thinking, {
    outbound,
    terminology: null,
    afterwards: () => {},
    ledger: {
      record: async (_, estimates = []) => void kept.push(...estimates),
      patientKey: () => 'p',
      userKey: () => 'u',
      seal: (text) => createHmac('sha256', 'test').update(text).digest('hex'),
      overrides: async () => [],
      lastSeen: async () => null,
    },
    reportFault: (fault) => {
      throw fault
    },
  })
  const service = SERVICES.find(({ hook }) => hook === 'order-sign')
  if (!service) throw new Error('no service at order-sign')
  await runService(service, readHookRequest(requestOf(patient), service), client, line)
  return kept
}

const told = (estimates: readonly RiskEstimate[]) => estimates.map(({ model, state }) => `${model.id} ${state}`).sort()

it('every number that a moment asked for goes into the ledger once, also where no card tells it', async () => {
  const today = { date: new Date().toISOString().slice(0, 10) }
  const apixaban = aPatient('kept')
    .withCondition('Atrial fibrillation', { snomed: '49436004' })
    .measuring('creatinine', 1, today)
    .ordering('apixaban 5 MG', { dose: '5 mg', times: 2 })
  expect(told(await keptFor(apixaban))).toEqual(['af estimated', 'af refused', 'kidney estimated', 'kidney refused', 'liver refused'])
})

it('an order of no class keeps no number', async () => {
  expect(await keptFor(aPatient('none').ordering('abacavir 300 MG'))).toEqual([])
})
