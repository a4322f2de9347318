import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { PROFILE_QUESTIONS } from '../../cds-services/profile/questions.ts'
import { SERVICES } from '../../cds-services/registry.ts'
import { projectRoot } from '../../src/project-root.ts'

const page = (name: string): string => readFileSync(join(projectRoot, 'docs', name), 'utf8')

const asked = [...new Set([...SERVICES.flatMap(({ prefetch }) => Object.keys(prefetch)), ...Object.keys(PROFILE_QUESTIONS)])]

it.each(asked)('docs/privacy.md says why %s is asked', (key) => {
  expect(page('privacy.md')).toMatch(new RegExp(`^\\| [^|]*\\b${key}\\b[^|]*\\|`, 'm'))
})

it('docs/privacy.md names every resource type that is read', () => {
  const types = [...SERVICES.flatMap(({ prefetch }) => Object.values(prefetch)), ...Object.values(PROFILE_QUESTIONS)].map(
    (query) => query.split(/[/?]/)[0] ?? '',
  )
  for (const type of new Set(types)) expect(page('privacy.md')).toContain(type)
})

it('docs/integration.md names every service', () => {
  for (const { id } of SERVICES) expect(page('integration.md')).toContain(`\`${id}\``)
})
