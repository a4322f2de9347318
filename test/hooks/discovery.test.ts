import { expect, test } from 'vitest'
import { checkService, discovery, type HookService } from '../../src/hooks/discovery.ts'

const service = (members: Partial<HookService> = {}): HookService => ({
  id: 'pgx-order-sign',
  hook: 'order-sign',
  title: 'Title',
  description: 'Description',
  usageRequirements: 'Needs a record.',
  prefetch: { patient: 'Patient/{{context.patientId}}', problems: 'Condition?patient={{context.patientId}}&_count=50' },
  ...members,
})

test('a service is listed with its id, hook, texts, prefetch and the version of CDS Hooks', () => {
  expect(discovery([service()])).toEqual({
    services: [
      {
        id: 'pgx-order-sign',
        hook: 'order-sign',
        title: 'Title',
        description: 'Description',
        usageRequirements: 'Needs a record.',
        prefetch: { patient: 'Patient/{{context.patientId}}', problems: 'Condition?patient={{context.patientId}}&_count=50' },
        version: '2.0.1',
      },
    ],
  })
})

test('members without content are left out', () => {
  const [listed] = discovery([service({ usageRequirements: '', prefetch: {} })]).services
  expect(Object.keys(listed ?? {}).sort()).toEqual(['description', 'hook', 'id', 'title', 'version'])
})

test('a server without services lists an empty array', () => {
  expect(discovery([])).toEqual({ services: [] })
})

test.each(['', 'a/b', 'a b', 'A', '../x', 'a%2f', '__proto__', '-a'])('the id %j is no clean path segment', (id) => {
  expect(() => checkService(service({ id }))).toThrow(TypeError)
})

test.each([
  'Patient/{{context.selections}}',
  'Patient/{{context.draftOrders.entry}}',
  'Patient/{{today()}}',
  'Patient',
  'patient/{{context.patientId}}',
  'https://ehr.example.org/Patient/1',
  'Patient/{{context.patientId}}/_history',
  'Patient/{{context.patientId}',
  '',
])('the prefetch template %j is refused at start', (template) => {
  expect(() => checkService(service({ prefetch: { key: template } }))).toThrow(TypeError)
})
