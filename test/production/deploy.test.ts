import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { CONFIG_SCHEMAS } from '../../src/config.ts'
import { projectRoot } from '../../src/project-root.ts'

const textOf = (path: string): string => readFileSync(join(projectRoot, path), 'utf8')
const exampleIn = (markdown: string): string => /```yaml\n([\s\S]*?)```/.exec(markdown)?.[1] ?? ''

it.each([
  ['deploy/attune.example.yaml', textOf('deploy/attune.example.yaml')],
  ['docs/integration.md', exampleIn(textOf('docs/integration.md'))],
])('the config file shown in %s is one that Attune takes', (_path, text) => {
  const file = CONFIG_SCHEMAS.file.parse(parse(text))
  expect(file).toMatchObject({ auth: 'required', clients: [{ id: 'main-ehr', tenant: 'hospital' }] })
})

it('the container runs Node itself, as a user without rights, in production only', () => {
  const image = textOf('Dockerfile')
  expect(image).toMatch(/^USER node$/m)
  expect(image).toMatch(/^CMD \["node", "dist\/src\/cli\/serve-process\.js"\]$/m)
  expect(image).toMatch(/ATTUNE_CONFIG=/)
})
