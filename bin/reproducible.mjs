// Builds the same sources a second time, in another folder and as a test would, and compares every file that ships with dist/. Ends with 1 when one differs.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './ready.mjs'

const SHIPPED = ['dist/server', 'dist/public', 'dist/ledger-template.gz', 'dist/sbom.json']
const NOT_SOURCES = new Set(['node_modules', 'dist', '.git', 'data', 'coverage'])

const hashesIn = (base, path) => {
  const full = join(base, path)
  if (!existsSync(full)) return []
  if (statSync(full).isDirectory())
    return readdirSync(full)
      .sort()
      .flatMap((name) => hashesIn(base, `${path}/${name}`))
  return [[path, createHash('sha256').update(readFileSync(full)).digest('hex')]]
}

const shippedIn = (base) => new Map(SHIPPED.flatMap((path) => hashesIn(base, path)).filter(([path]) => !path.endsWith('.map')))

const folder = mkdtempSync(join(tmpdir(), 'attune-second-build-'))
try {
  for (const name of readdirSync(root)) if (!NOT_SOURCES.has(name)) cpSync(join(root, name), join(folder, name), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  const built = spawnSync(process.execPath, ['bin/build.mjs'], { cwd: folder, encoding: 'utf8', env: { ...process.env, NODE_ENV: 'test' } })
  if (built.status !== 0) throw new Error(`the second build ended with ${built.status}\n${built.stderr}`)
  const [first, second] = [shippedIn(root), shippedIn(folder)]
  const paths = [...new Set([...first.keys(), ...second.keys()])]
  const different = paths.filter((path) => first.get(path) !== second.get(path))
  const whole = createHash('sha256')
    .update(JSON.stringify([...second]))
    .digest('hex')
  console.log(`${second.size} files, ${different.length} differ; SHA-256 of all: ${whole}`)
  for (const path of different.slice(0, 20)) console.error(`✖ ${path}`)
  if (different.length > 0 || second.size < 100) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
