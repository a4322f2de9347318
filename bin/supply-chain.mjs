// What comes into this project from outside, and what must not leave it: lockfile, licences, advisories, secrets in the tree.
// node bin/supply-chain.mjs [lockfile|licences|advisories|secrets]; without a word all of them.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import semver from 'semver'
import { resolveIn } from './production-only.mjs'
import { root } from './ready.mjs'

const nameOf = (path) => path.replace(/^.*node_modules\//, '')
const packagesOf = (lock) => Object.entries(lock.packages).filter(([path]) => path !== '')

/** Without a hash by name: an optional package of another system, which the registry that the lockfile was made with did not have. */
const isUnmeasured = (path, { optional, os, integrity }, { withoutHash }) =>
  integrity === undefined && optional === true && os !== undefined && withoutHash.packages.includes(nameOf(path))

/** Every package has a hash, comes from a registry, and runs no script at installation but by name. */
export const checkLockfile = (lock, policy) =>
  packagesOf(lock).flatMap(([path, entry]) => {
    const { integrity, resolved, hasInstallScript, link, inBundle } = entry
    const hashed = /^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity ?? '')
    return [
      ...(link ? [`${path} is a link to a folder`] : []),
      ...(link || inBundle || hashed || isUnmeasured(path, entry, policy) ? [] : [`${path} has no SHA-512 integrity hash`]),
      ...(resolved === undefined || /^https:\/\/[^@]+\.tgz$/.test(resolved) ? [] : [`${path} comes from git, http or a file`]),
      ...(hasInstallScript && !Object.hasOwn(policy.installScripts, nameOf(path))
        ? [`${path} has an install script that nobody allowed`]
        : []),
    ]
  })

/** Dependencies that the lockfile names and does not hold, optional ones of other systems too: `npm ci` refuses a lockfile without them. */
export const missingFrom = (lock) => {
  const missing = []
  for (const [path, { dependencies, devDependencies, optionalDependencies }] of Object.entries(lock.packages)) {
    const own = path === '' ? { ...dependencies, ...devDependencies } : { ...dependencies }
    for (const name of Object.keys({ ...own, ...optionalDependencies })) {
      if (resolveIn(lock.packages, path, name) !== undefined) continue
      const said = Object.hasOwn(optionalDependencies ?? {}, name) ? 'offers' : 'needs'
      missing.push(`${path || 'the project'} ${said} ${name}, which is not in the lockfile`)
    }
  }
  return missing
}

/** A range in package.json would let another version in at the next installation. */
export const checkExact = ({ dependencies, devDependencies }) =>
  Object.entries({ ...dependencies, ...devDependencies })
    .filter(([, version]) => semver.valid(version) === null)
    .map(([name, version]) => `package.json: ${name} is not pinned to one version (${version})`)

/** An SPDX expression of names, OR and AND: allowed when one side of each OR, and both of each AND, are. */
const isAllowed = (expression, allowed) => {
  const plain = expression.replace(/^\((.*)\)$/, '$1')
  if (plain.includes(' OR ')) return plain.split(' OR ').some((part) => isAllowed(part, allowed))
  return plain.split(' AND ').every((part) => Object.hasOwn(allowed, part))
}

/** `readLicence` gives the text of a package's licence file. */
export const checkLicences = (lock, policy, readLicence) =>
  packagesOf(lock).flatMap(([path, entry]) => {
    if (isUnmeasured(path, entry, policy)) return []
    const { license, dev, devOptional } = entry
    const name = nameOf(path)
    const own = policy.licenceFiles[name]
    if (own) {
      const text = readLicence(path)
      const hash = text === null ? 'none' : createHash('sha256').update(text).digest('hex')
      return hash === own.sha256 ? [] : [`${path}: its licence file is not the one that was read (${hash})`]
    }
    const allowed = dev || devOptional ? { ...policy.licences, ...policy.licencesOfDevelopment } : policy.licences
    return typeof license === 'string' && isAllowed(license, allowed)
      ? []
      : [`${path}: licence ${license ?? 'not stated'} is not on the list`]
  })

/**
 * Packages of the lockfile that an advisory speaks of. `database` has the form of the registry's bulk answer:
 * { package: [{ id, title, severity, vulnerable_versions }] }. An advisory of a package that production has fails; of others it is told.
 */
export const checkAdvisories = (lock, database) =>
  packagesOf(lock).flatMap(([path, { version, dev, devOptional }]) =>
    (database[nameOf(path)] ?? [])
      .filter(({ vulnerable_versions: range }) => semver.satisfies(version, range, { includePrerelease: true }))
      .map(({ id, title, severity }) => ({
        path,
        production: !dev && !devOptional,
        said: `${path} ${version}: ${severity}, ${title} (${id})`,
      })),
  )

/** What a secret looks like. Short on purpose: a rule that cries at everything is switched off. */
export const SECRET_RULES = {
  'private key': /-----BEGIN (?:RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}/,
  'private half of a JSON Web Key':
    /"kty"\s*:\s*"(?:EC|RSA|OKP)"[^}]*"d"\s*:\s*"[A-Za-z0-9_-]{40,}"|"d"\s*:\s*"[A-Za-z0-9_-]{40,}"[^}]*"kty"/,
  'signed token': /\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{40,}/,
  'cloud access key': /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/,
  'token of a forge or registry':
    /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{50,}|glpat-[\w-]{20}|npm_[A-Za-z0-9]{36}|xox[baprs]-[\w-]{20,})\b/,
  'address with a password':
    /\b[a-z][a-z0-9+]*:\/\/[^\s:/@'"`$<{]+:(?!REPLACE|\$|<)[^\s:/@'"`$<{]{8,}@[a-z0-9][\w.-]+\.(?!example|invalid|test)[a-z]{2,}/i,
}

/** `files`: path and text. Nothing that was found is repeated. */
export const scanSecrets = (files, allowed) =>
  files.flatMap(([path, text]) =>
    Object.entries(SECRET_RULES)
      .filter(([rule, pattern]) => pattern.test(text) && !Object.hasOwn(allowed, `${path}: ${rule}`))
      .map(([rule]) => `${path} holds what looks like a ${rule}`),
  )

const readJson = (path) => JSON.parse(readFileSync(join(root, path), 'utf8'))
const MOST_BYTES = 2_000_000

const trackedFiles = () => {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    maxBuffer: 1e8,
  }).toString()
  const paths = listed.split('\0').filter((path) => path !== '' && existsSync(join(root, path)) && statSync(join(root, path)).isFile())
  if (paths.length < 100) throw new Error(`only ${paths.length} files were found: the scan would look at nothing`)
  return paths
    .filter((path) => statSync(join(root, path)).size <= MOST_BYTES)
    .map((path) => [path, readFileSync(join(root, path), 'latin1')])
}

const licenceTextIn = (path) => {
  const file = ['LICENSE.md', 'LICENSE', 'license'].map((name) => join(root, path, name)).find(existsSync)
  return file === undefined ? null : readFileSync(file)
}

/** From a stored file (ATTUNE_ADVISORIES), else from the registry if it answers within seconds; null when neither. */
const readDatabase = async (lock) => {
  const stored = process.env.ATTUNE_ADVISORIES ?? join(root, 'deploy/advisories.json')
  if (existsSync(stored)) return { from: 'the stored database', database: JSON.parse(readFileSync(stored, 'utf8')) }
  try {
    const registry = execFileSync('npm', ['config', 'get', 'registry'], { cwd: root, timeout: 10_000 }).toString().trim()
    const versions = {}
    for (const [path, { version }] of packagesOf(lock)) versions[nameOf(path)] = [...new Set([...(versions[nameOf(path)] ?? []), version])]
    const answer = await fetch(new URL('-/npm/v1/security/advisories/bulk', registry.replace(/\/*$/, '/')), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(versions),
      signal: AbortSignal.timeout(10_000),
    })
    return answer.ok ? { from: 'the registry', database: await answer.json() } : null
  } catch {
    return null
  }
}

const advisories = async (lock) => {
  const read = await readDatabase(lock)
  if (read === null)
    return {
      problems: [],
      said: 'NOT CHECKED: no stored database (ATTUNE_ADVISORIES or deploy/advisories.json), and the registry gives none',
    }
  const found = checkAdvisories(lock, read.database)
  const told = found.filter(({ production }) => !production).map(({ said }) => `  development only: ${said}`)
  const problems = found.filter(({ production }) => production).map(({ said }) => said)
  return { problems, said: [`${packagesOf(lock).length} packages against ${read.from}`, ...told].join('\n') }
}

const CHECKS = {
  lockfile: (lock, policy) => {
    const unmeasured = packagesOf(lock).filter(([path, entry]) => isUnmeasured(path, entry, policy)).length
    return {
      problems: [...checkLockfile(lock, policy), ...missingFrom(lock), ...checkExact(readJson('package.json'))],
      said: `${packagesOf(lock).length - unmeasured} packages with hashes, ${unmeasured} of other systems by version alone, ${Object.keys(policy.installScripts).length} install scripts known by name`,
    }
  },
  licences: (lock, policy) => ({
    problems: checkLicences(lock, policy, licenceTextIn),
    said: `${packagesOf(lock).length} packages (those of other systems without a hash were not read), ${Object.keys(policy.licences).length} licences allowed`,
  }),
  advisories,
  secrets: (_lock, { secretsAllowed }) => {
    const files = trackedFiles()
    return { problems: scanSecrets(files, secretsAllowed), said: `${files.length} files` }
  },
}

const main = async (names) => {
  const [lock, policy] = [readJson('package-lock.json'), readJson('deploy/supply-chain.json')]
  for (const name of names) {
    const { problems, said } = await CHECKS[name](lock, policy)
    console.log(`${name}: ${said}`)
    for (const problem of problems) console.error(`✖ ${name}: ${problem}`)
    if (problems.length > 0) process.exitCode = 1
  }
}

if (process.argv[1]?.endsWith('supply-chain.mjs')) {
  const asked = process.argv.slice(2)
  const unknown = asked.filter((name) => !Object.hasOwn(CHECKS, name))
  if (unknown.length > 0) {
    console.error(`There is no check ${unknown.join(', ')}. Known: ${Object.keys(CHECKS).join(', ')}`)
    process.exit(2)
  }
  await main(asked.length > 0 ? asked : Object.keys(CHECKS))
}
