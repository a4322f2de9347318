// Makes a clone ready: installs what is missing, builds what is stale. Plain JavaScript, because nothing is installed yet when it runs.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { makeSbom } from './sbom.mjs'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const OLDEST_NODE = [20, 19]

/** Runs a program with its output on stderr, so that stdout stays for results. Throws when it fails. */
export const run = (program, args, options = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 2, 2],
      shell: process.platform === 'win32',
      ...options.spawn,
    })
    let output = ''
    child.stdout?.on('data', (text) => {
      output += text
    })
    child.stderr?.on('data', (text) => {
      output += text
    })
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${program} ${args.join(' ')} ended with ${code}\n${output}`)),
    )
  })

const digestOf = (paths) => {
  const hash = createHash('sha256')
  for (const path of paths)
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)))
      .update('\0')
  return hash.digest('hex')
}

const filesUnder = (folder) => {
  const full = join(root, folder)
  if (!existsSync(full)) return []
  return readdirSync(full)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name)
      return statSync(join(root, path)).isDirectory() ? filesUnder(path) : [path]
    })
}

const isFile = (path) => existsSync(join(root, path))

const stampSays = (stamp, digest) => isFile(stamp) && readFileSync(join(root, stamp), 'utf8') === digest

const writeStamp = (stamp, digest) => {
  mkdirSync(dirname(join(root, stamp)), { recursive: true })
  writeFileSync(join(root, stamp), digest)
}

const say = (text) => process.stderr.write(`${text}\n`)

const checkNode = () => {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  say(`Attune needs Node ${OLDEST_NODE.join('.')} or newer; this is ${process.versions.node}.`)
  process.exit(2)
}

/**
 * Whether npm has installed what is pinned, by whichever of its commands: the last thing that it writes is the list of what it installed.
 * Optional packages may be missing, because those of other systems are.
 */
export const isInstalled = (manifest, { packages: { '': own, ...pinned } }, { packages: installed }) => {
  const isThere = ([path, { version, integrity, optional }]) => {
    const found = installed[path]
    if (found === undefined) return optional === true
    return found.version === version && (integrity === undefined || found.integrity === integrity)
  }
  return (
    ['dependencies', 'devDependencies'].every((kind) => isDeepStrictEqual(manifest[kind], own[kind])) &&
    Object.entries(pinned).every(isThere) &&
    Object.keys(installed).every((path) => path in pinned)
  )
}

const LISTS = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json']

/** Null where there is none that can be read: npm may have been stopped while it wrote it. */
const readList = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return null
  }
}

export const isInstalledIn = (folder) => {
  const lists = LISTS.map((path) => readList(join(folder, path)))
  return !lists.includes(null) && isInstalled(...lists)
}

export const install = async () => {
  checkNode()
  if (isInstalledIn(root)) return
  say('Installing packages (once; about a minute) …')
  await run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { quiet: true })
}

const SOURCES = ['src', 'cds-services', 'smart-app', 'tools']
const BUILD_FILES = [
  'package-lock.json',
  'tsconfig.base.json',
  'tsconfig.server.json',
  'bin/ready.mjs',
  'bin/sbom.mjs',
  'bin/bundle.mjs',
  'bin/ledger-template.mjs',
]

/** A step of the build, for production whoever asks for it: Vite gives other bytes to a test. */
const step = (...words) => run(process.execPath, words, { quiet: true, spawn: { env: { ...process.env, NODE_ENV: 'production' } } })

/** Its bytes follow from PGlite's version and from how it is made, so that it is made again only when one of them changes. */
const makeLedgerTemplate = async () => {
  const digest = digestOf(['node_modules/@electric-sql/pglite/package.json', 'bin/ledger-template.mjs'])
  if (isFile('dist/ledger-template.gz') && stampSays('dist/.ledger-template', digest)) return
  mkdirSync(join(root, 'dist'), { recursive: true })
  await step('bin/ledger-template.mjs', 'dist/ledger-template.gz')
  writeStamp('dist/.ledger-template', digest)
}

/** They are missing where a check has refused what they hold, or where only the bundle was made anew. */
const KEPT = ['dist/server/kept-rules.json', 'dist/server/kept-models.json']

/** What this build has checked is not checked again at each start (src/guidance/kept-rules.ts, src/risk/kept-parts.ts). */
const keepChecked = async () => {
  const digest = digestOf(['dist/.built', ...filesUnder('rules'), ...filesUnder('models')])
  if (KEPT.every(isFile) && stampSays('dist/.kept', digest)) return
  await step('dist/server/keep-checked.js')
  writeStamp('dist/.kept', digest)
}

/** Server and tools with `tsc -b`, pages and what is shipped of the server with Vite. Tests and pages are type-checked by `npm run check`, not here. */
export const build = async () => {
  await install()
  const digest = digestOf([...BUILD_FILES, ...SOURCES.flatMap(filesUnder)])
  if (!stampSays('dist/.built', digest)) await buildAll(digest)
  await keepChecked()
}

const buildAll = async (digest) => {
  say('Building …')
  await Promise.all([
    step('node_modules/typescript/bin/tsc', '-b', 'src/contract', 'tsconfig.server.json', 'tools').then(() => step('bin/bundle.mjs')),
    step('node_modules/vite/bin/vite.js', 'build', '--config', 'smart-app/vite.config.ts', '--logLevel', 'warn'),
    makeLedgerTemplate(),
  ])
  writeFileSync(join(root, 'dist/sbom.json'), makeSbom())
  writeStamp('dist/.built', digest)
}

/** Ends the process with the reason when a step fails. */
export const orExit = (promise) =>
  promise.catch((error) => {
    say(error.message)
    process.exit(1)
  })
