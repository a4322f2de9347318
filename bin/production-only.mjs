// Copies what the server needs at run time, and nothing else, to a folder: node bin/production-only.mjs FOLDER. Used by the Dockerfile.
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { root } from './ready.mjs'

const read = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'))

/** Where Node would find `name` from the package at `from` (a path of the lockfile); undefined when it is not installed. */
export const resolveIn = (packages, from, name) => {
  for (let at = from; ; ) {
    const path = `${at === '' ? '' : `${at}/`}node_modules/${name}`
    if (packages[path]) return path
    if (at === '') return undefined
    const cut = at.lastIndexOf('/node_modules/')
    at = cut < 0 ? '' : at.slice(0, cut)
  }
}

/** Folders of the packages that the server's own dependencies lead to, without the edges of deploy/not-at-run-time.json; by lockfile path. */
export const productionPackages = () => {
  const { packages } = read('package-lock.json')
  const { without } = read('deploy/not-at-run-time.json')
  const found = new Set()
  const walk = (from, names, skipped = {}) => {
    for (const name of names) {
      if (Object.hasOwn(skipped, name)) continue
      const path = resolveIn(packages, from, name)
      if (path === undefined || found.has(path)) continue
      found.add(path)
      const { dependencies, optionalDependencies } = packages[path]
      walk(path, Object.keys({ ...dependencies, ...optionalDependencies }), without[name])
    }
  }
  walk('', Object.keys(packages[''].dependencies))
  return [...found].sort()
}

/** Folders that `npm install --omit=dev` would make. */
export const installedPackages = () =>
  Object.entries(read('package-lock.json').packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path]) => path)
    .sort()

/** Optional packages of other systems are not installed; a needed one that is missing ends the copy with its name. */
const isHere = (path) => existsSync(join(root, path)) || !read('package-lock.json').packages[path].optional

/** ONNX Runtime brings a library for each system: those of others stay behind. */
const isForeignBinary = (path) => {
  const [, platform, arch] = /node_modules\/onnxruntime-node\/bin\/napi-v\d+\/([^/]+)(?:\/([^/]+))?/.exec(path.split(sep).join('/')) ?? []
  return platform !== undefined && (platform !== process.platform || (arch !== undefined && arch !== process.arch))
}

export const OWN = ['package.json', 'dist/server', 'dist/public', 'dist/ledger-template.gz', 'rules', 'models', 'LICENSE', 'dist/sbom.json']

/** Maps and types, which only a debugger and a compiler read. */
export const isLeftOut = (path) => /\.d\.ts$|\.map$/.test(path)

/** @returns number of packages copied */
export const copyProduction = (target) => {
  mkdirSync(target, { recursive: true })
  for (const path of OWN)
    if (existsSync(join(root, path)))
      cpSync(join(root, path), join(target, path), { recursive: true, filter: (source) => !isLeftOut(relative(root, source)) })
  const packages = productionPackages().filter(isHere)
  for (const path of packages) {
    const from = join(root, path)
    const nested = join(from, 'node_modules')
    const filter = (source) => source !== nested && !isForeignBinary(relative(root, source))
    cpSync(from, join(target, path), { recursive: true, filter })
  }
  return packages.length
}

if (process.argv[1] && import.meta.url.endsWith('/bin/production-only.mjs') && process.argv[1].endsWith('production-only.mjs')) {
  const [, , target] = process.argv
  if (!target) {
    process.stderr.write('Usage: node bin/production-only.mjs FOLDER\n')
    process.exit(2)
  }
  const count = copyProduction(target)
  console.log(`${count} packages of ${installedPackages().length} that an installation without development packages has.`)
}
