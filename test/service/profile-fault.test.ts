import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import type { ProfileEvent } from '../../src/contract/profile.ts'
import { loadThinking, makeLine } from '../../src/engine.ts'
import { makeOutbound } from '../../src/fhir/outbound.ts'
import { projectRoot } from '../../src/project-root.ts'
import { runProfile } from '../../src/run-profile.ts'

/** An EHR that knows one patient and nothing else about him. */
const emptyEhr = async () => {
  const server = createServer((request, response) => {
    const isPatient = request.url?.startsWith('/fhir/Patient/') ?? false
    response.setHeader('content-type', 'application/fhir+json')
    response.end(
      JSON.stringify(isPatient ? { resourceType: 'Patient', id: 'p' } : { resourceType: 'Bundle', type: 'searchset', entry: [] }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`, stop: () => server.close() }
}

const config = readConfig({}, projectRoot)
const thinking = loadThinking(config)

const broken = (): never => {
  throw new Error('broken on purpose')
}

it.each([
  ['summariseDevices', 'devices', { event: 'devices', summaries: null }],
  ['trends', 'trends', null],
] as const)('a fault of ours in %s costs only that part of the profile, which the app is told of', async (part, what, instead) => {
  const ehr = await emptyEhr()
  const [first] = config.clients
  if (!first) throw new Error('the sandbox has a client')
  const faults: string[] = []
  const line = makeLine(config, await thinking, {
    outbound: makeOutbound(config.network),
    terminology: null,
    ledger: {
      record: async () => undefined,
      patientKey: () => 'key',
      userKey: () => 'user',
      seal: (text) => text,
      overrides: async () => [],
      lastSeen: async () => null,
    },
    reportFault: (_fault, where) => void faults.push(where),
    afterwards: () => {},
  })
  const events: ProfileEvent[] = []
  const request = { fhirServer: ehr.base, patient: 'p' }
  for await (const event of runProfile(request, () => 'token', { ...first, fhirServers: [ehr.base] }, { ...line, [part]: broken }))
    events.push(event)
  ehr.stop()
  expect(faults).toEqual([what])
  expect(events.find(({ event }) => event === what) ?? null).toEqual(instead)
  expect(events.map(({ event }) => event)).toContain('done')
  expect(events.map(({ event }) => event)).not.toContain('error')
})
