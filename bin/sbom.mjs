// The bill of materials of what ships, CycloneDX 1.5 as npm writes it (off-line, from package-lock.json), with our rules and models and their hashes.
// The same sources give the same bytes: no clock, no chance. node bin/sbom.mjs prints it; every build writes dist/sbom.json.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { productionPackages } from './production-only.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const filesUnder = (folder) =>
  readdirSync(join(root, folder))
    .sort()
    .flatMap((name) => {
      const path = `${folder}/${name}`
      return statSync(join(root, path)).isDirectory() ? filesUnder(path) : [path]
    })

/** One hash for a folder: of its files' names and bytes, in order. */
const hashOf = (folder) => {
  const hash = createHash('sha256')
  for (const path of filesUnder(folder))
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0')
  return hash.digest('hex')
}

const component = (type, name, version, sha256) => ({
  'bom-ref': `attune/${name}`,
  type,
  name,
  version,
  scope: 'required',
  hashes: [{ alg: 'SHA-256', content: sha256 }],
})

const modelsOf = () =>
  readdirSync(join(root, 'models'))
    .filter((name) => statSync(join(root, 'models', name)).isDirectory())
    .sort()
    .map((name) => {
      const { version } = JSON.parse(readFileSync(join(root, 'models', name, 'manifest.json'), 'utf8'))
      return component('machine-learning-model', `models/${name}`, String(version ?? 'not stated'), hashOf(`models/${name}`))
    })

/** A UUID (RFC 9562, version 8) that follows from the content. */
const serialOf = (content) => {
  const hex = createHash('sha256').update(content).digest('hex')
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** Names of what ships. `npm sbom --omit=dev` is of no use here: it leaves out whatever a development package needs, too (npm 11.19). */
const shippedRefs = () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  return new Set(productionPackages().map((path) => `${path.replace(/^.*node_modules\//, '')}@${packages[path].version}`))
}

export const makeSbom = () => {
  const args = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only', '--loglevel=error']
  const written = execFileSync('npm', args, {
    cwd: root,
    maxBuffer: 1e8,
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  })
  const { serialNumber: _serial, metadata, components, dependencies, ...rest } = JSON.parse(written)
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const { timestamp: _time, tools: _tools, ...about } = metadata
  const refs = shippedRefs()
  const shipped = components.filter((one) => refs.has(one['bom-ref']))
  const own = about.component['bom-ref']
  const edges = dependencies
    .filter(({ ref }) => ref === own || refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }))
  // npm names the project by its folder.
  const project = { ...about.component, type: 'application', name: 'attune' }
  const all = [...shipped, component('data', 'rules', version, hashOf('rules')), ...modelsOf()]
  const bom = { ...rest, metadata: { ...about, component: project }, components: all, dependencies: edges }
  return `${JSON.stringify({ ...bom, serialNumber: serialOf(JSON.stringify(bom)) }, null, 2)}\n`
}

if (process.argv[1]?.endsWith('sbom.mjs')) process.stdout.write(makeSbom())
