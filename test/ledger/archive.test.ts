import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { archiveKnowledge, restoreKnowledge } from '../../src/ledger/archive.ts'

const folder = mkdtempSync(join(tmpdir(), 'attune-archive-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** As Kubernetes lays out a volume: what is visible are links into a hidden folder. */
const volume = (name: string): string => {
  const path = join(folder, name)
  mkdirSync(join(path, '..data', 'inner'), { recursive: true })
  writeFileSync(join(path, '..data', 'one.json'), `{"of":"${name}"}`)
  writeFileSync(join(path, '..data', 'inner', 'two.json'), '{}')
  for (const visible of ['one.json', 'inner']) symlinkSync(join('..data', visible), join(path, visible))
  return path
}

it('rules and models that lie behind links are kept with all their files', async () => {
  const archive = join(folder, 'archive')
  const refs = await archiveKnowledge({ rulesDir: volume('rules'), modelsDir: volume('models'), drugMap: null }, archive)
  const { rulesDir, modelsDir } = await restoreKnowledge(archive, refs, join(folder, 'restored'))
  const textOf = (dir: string) => ['one.json', 'inner/two.json'].map((path) => readFileSync(join(dir, path), 'utf8'))
  expect([textOf(rulesDir), textOf(modelsDir)]).toEqual([
    ['{"of":"rules"}', '{}'],
    ['{"of":"models"}', '{}'],
  ])
})

it('links that lead nowhere, or back to where they lie, keep no server from starting', async () => {
  const rulesDir = volume('with-links')
  symlinkSync('not-there.json', join(rulesDir, 'latest.json'))
  symlinkSync('itself', join(rulesDir, 'itself'))
  symlinkSync('.', join(rulesDir, 'here'))
  symlinkSync('../with-links', join(rulesDir, 'there'))
  const refs = await archiveKnowledge({ rulesDir, modelsDir: volume('models-beside'), drugMap: null }, join(folder, 'archive'))
  const restored = await restoreKnowledge(join(folder, 'archive'), refs, join(folder, 'restored-links'))
  expect(readdirSync(restored.rulesDir, { recursive: true }).map(String).sort()).toEqual(['inner', 'inner/two.json', 'one.json'])
})
