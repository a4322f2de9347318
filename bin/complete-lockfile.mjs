// Adds to package-lock.json what a package offers for other systems and the registry in use did not give: node bin/complete-lockfile.mjs
// Without these entries `npm ci` refuses the lockfile everywhere. `npm install` leaves them alone; run this after the lockfile was made anew.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import semver from 'semver'
import { resolveIn } from './production-only.mjs'
import { root } from './ready.mjs'

/** Words of package names for operating system, processor and C library, as npm spells them. */
const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const PROCESSORS = ['arm64', 'arm', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64']
const C_LIBRARIES = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' }

/** What the name of a package with a binary says about where it runs; null when it does not say both system and processor. */
export const systemOf = (name) => {
  const words = name.split('/').at(-1).split('-')
  const os = SYSTEMS.find((word) => words.includes(word))
  const cpu = PROCESSORS.find((word) => words.includes(word))
  const libc = os === 'linux' ? words.map((word) => C_LIBRARIES[word]).find(Boolean) : undefined
  return os && cpu ? { os: [os], cpu: [cpu], libc: libc && [libc] } : null
}

/** The lockfile with an entry for each optional package that it lacks, at the one version that its parent pins; no hash, because none was measured. */
export const completeLockfile = (lock) => {
  const packages = { ...lock.packages }
  for (const [parent, { dev, optionalDependencies }] of Object.entries(lock.packages))
    for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
      const system = systemOf(name)
      if (resolveIn(packages, parent, name) !== undefined || system === null || semver.valid(version) === null) continue
      const { cpu, libc, os } = system
      packages[`node_modules/${name}`] = { version, cpu, ...(dev && { dev }), ...(libc && { libc }), optional: true, os } // the order of npm
    }
  const paths = Object.keys(packages).sort((a, b) => a.localeCompare(b, 'en'))
  return { ...lock, packages: Object.fromEntries(paths.map((path) => [path, packages[path]])) }
}

if (process.argv[1]?.endsWith('complete-lockfile.mjs')) {
  const path = join(root, 'package-lock.json')
  const lock = JSON.parse(readFileSync(path, 'utf8'))
  const whole = completeLockfile(lock)
  writeFileSync(path, `${JSON.stringify(whole, null, 2)}\n`)
  console.log(`${Object.keys(whole.packages).length - Object.keys(lock.packages).length} entries added.`)
}
