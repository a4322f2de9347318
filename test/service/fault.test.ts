import { expect, it } from 'vitest'
import { SERVICES } from '../../cds-services/registry.ts'
import { readConfig } from '../../src/config.ts'
import type { DecisionRecord } from '../../src/contract/decision.ts'
import { loadThinking, makeLine } from '../../src/engine.ts'
import { makeOutbound } from '../../src/fhir/outbound.ts'
import { readHookRequest } from '../../src/hooks/request.ts'
import { projectRoot } from '../../src/project-root.ts'
import { runService } from '../../src/run-service.ts'

const config = readConfig({}, projectRoot)
const thinking = loadThinking(config)

const CONTEXTS: Readonly<Record<string, object>> = {
  'patient-view': {},
  'order-select': { selections: ['MedicationRequest/1'], draftOrders: { resourceType: 'Bundle' } },
  'order-sign': { draftOrders: { resourceType: 'Bundle' } },
  'encounter-discharge': { encounterId: 'e' },
}

it.each(SERVICES.map((service) => [service.hook, service] as const))(
  'a fault of ours at %s is said on a card and recorded, never silence',
  async (hook, service) => {
    const [client] = config.clients
    if (!client) throw new Error('the sandbox has a client')
    const records: DecisionRecord[] = []
    const faults: unknown[] = []
    const line = makeLine(config, await thinking, {
      outbound: makeOutbound(config.network),
      terminology: null,
      ledger: {
        record: async (decision) => void records.push(decision),
        patientKey: () => 'key',
        userKey: () => 'user',
        seal: (text) => text,
        overrides: async () => [],
        lastSeen: async () => null,
      },
      reportFault: (fault) => void faults.push(fault),
      afterwards: () => {},
    })
    const broken = { ...service, think: () => Promise.reject(new Error('broken on purpose')) }
    const prefetch = { patient: { resourceType: 'Patient', id: 'p' }, labs: null }
    const request = readHookRequest(
      { hook, hookInstance: 'h', context: { userId: 'Practitioner/1', patientId: 'p', ...CONTEXTS[hook] }, prefetch },
      broken,
    )
    const { cards } = await runService(broken, request, client, line)
    expect(cards.map(({ summary }) => summary)).toEqual([
      'Not assessed: Attune failed on this call. No warning here does not mean that it is safe.',
    ])
    expect(records.map(({ outcome }) => outcome)).toEqual(['not-assessed'])
    expect(faults).toHaveLength(1)
  },
)
