import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { SERVICES } from '../../cds-services/registry.ts'
import { askedScopes } from '../../smart-app/app/session/scopes.ts'
import { readConfig } from '../../src/config.ts'
import { projectRoot } from '../../src/project-root.ts'

const folder = join(projectRoot, 'deploy/samples')
const samples = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
const textOf = (path: string): string => readFileSync(join(projectRoot, path), 'utf8')

it('there is a sample for each EHR that the registration page walks through', () => {
  expect(samples.sort()).toEqual(['cds-hooks-sandbox.yaml', 'epic.yaml', 'hapi.yaml', 'medplum.yaml', 'oracle-health.yaml'])
  for (const sample of samples) expect(textOf('docs/registration.md')).toContain(`deploy/samples/${sample}`)
})

describe.each(samples)('the sample %s', (name) => {
  const config = readConfig({ ATTUNE_CONFIG: join(folder, name) }, projectRoot)

  it('is one that Attune takes as it stands: JWT required, one client with keys and a FHIR server', () => {
    expect(config).toMatchObject({ mode: 'production', auth: 'required' })
    expect(config.clients).toHaveLength(1)
    for (const client of config.clients) {
      expect(client.iss && client.jku).toBeTruthy()
      expect(client.fhirServers).toHaveLength(1)
    }
  })

  it('allows plain http and private addresses only where both sides are on one machine', () => {
    const { allowHttp, allowPrivateAddresses } = config.network
    expect([allowHttp, allowPrivateAddresses]).toEqual(name === 'hapi.yaml' ? [true, true] : [false, false])
  })

  it('says what is known and what must be asked', () => {
    expect(textOf(`deploy/samples/${name}`)).toMatch(/^# .*Known/m)
  })
})

it('the registration page holds every prefetch string of every service as it stands in discovery, and the scopes of the app', () => {
  const page = textOf('docs/registration.md')
  const table = textOf('deploy/samples/prefetch.tsv').split('\n')
  for (const { id, hook, prefetch } of SERVICES)
    for (const [key, query] of Object.entries(prefetch)) {
      expect(page).toContain(`\n${key}\n    ${query}\n`)
      expect(table).toContain([id, hook, key, query].join('\t'))
    }
  expect(page).toContain(`\`${askedScopes('ehr')}\``)
})
