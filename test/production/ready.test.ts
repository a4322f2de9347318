import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { buildServer } from './process.ts'

type Package = Readonly<Record<string, unknown>>
type Lock = { readonly packages: Readonly<Record<string, Package>> }
type Ready = {
  readonly isInstalled: (manifest: Package, lock: Lock, installed: Lock) => boolean
  readonly isInstalledIn: (folder: string) => boolean
}

const { isInstalled, isInstalledIn } = (await import(join(projectRoot, 'bin/ready.mjs'))) as Ready
const folder = mkdtempSync(join(tmpdir(), 'attune-ready-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('A build', () => {
  it('keeps what it has checked again where that has gone, though nothing else is to be done', async () => {
    await buildServer()
    for (const name of readdirSync(projectRoot))
      if (!['node_modules', '.git', 'data'].includes(name)) cpSync(join(projectRoot, name), join(folder, name), { recursive: true })
    symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'))
    const kept = ['kept-rules.json', 'kept-models.json'].map((name) => join(folder, 'dist/server', name))
    const before = kept.map((path) => readFileSync(path, 'utf8'))
    for (const path of kept) {
      rmSync(path)
      execFileSync(process.execPath, ['bin/build.mjs'], { cwd: folder, stdio: 'pipe' })
      expect(existsSync(path)).toBe(true)
    }
    expect(kept.map((path) => readFileSync(path, 'utf8')) as readonly string[]).toEqual(before)
  }, 600_000)
})

describe('Packages', () => {
  const manifest = { dependencies: { a: '1.0.0' }, devDependencies: { b: '2.0.0' } }
  const a = { version: '1.0.0', integrity: 'sha512-a' }
  const b = { version: '2.0.0', integrity: 'sha512-b', dev: true }
  const foreign = { version: '1.0.0', optional: true, os: ['aix'] }
  const pinned = { 'node_modules/a': a, 'node_modules/b': b, 'node_modules/foreign': foreign }
  const installed = { 'node_modules/a': a, 'node_modules/b': b }

  it.each<[string, boolean, Package, Package]>([
    ['as they are pinned', true, manifest, installed],
    [
      'with an optional one, whose hash is not pinned',
      true,
      manifest,
      { ...installed, 'node_modules/foreign': { ...foreign, integrity: 'x' } },
    ],
    ['without the development packages', false, manifest, { 'node_modules/a': a }],
    ['in another version', false, manifest, { ...installed, 'node_modules/a': { ...a, version: '1.0.1' } }],
    ['with another content', false, manifest, { ...installed, 'node_modules/a': { ...a, integrity: 'sha512-c' } }],
    ['with one that is pinned no more', false, manifest, { ...installed, 'node_modules/c': a }],
    ['of a package.json that asks for another than the lockfile pins', false, { ...manifest, dependencies: { a: '1.1.0' } }, installed],
  ])('%s: installed %s', (_, says, asked, found) => {
    expect(isInstalled(asked, { packages: { '': manifest, ...pinned } }, { packages: found as Lock['packages'] })).toBe(says)
  })

  it('of this clone are installed by what npm has written, and are not by a list that npm was stopped in writing, or by none', () => {
    const lists = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json']
    const place = join(folder, 'lists')
    for (const list of lists) cpSync(join(projectRoot, list), join(place, list))
    expect(isInstalledIn(place)).toBe(true)
    const [, , written = ''] = lists.map((list) => join(place, list))
    writeFileSync(written, readFileSync(written).subarray(0, 1000))
    expect(isInstalledIn(place)).toBe(false)
    rmSync(written)
    expect(isInstalledIn(place)).toBe(false)
  })
})
