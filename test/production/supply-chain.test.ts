import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'

type Package = Readonly<Record<string, unknown>>
type Lock = { readonly packages: Readonly<Record<string, Package>> }
type Policy = {
  readonly licences: Readonly<Record<string, string>>
  readonly licencesOfDevelopment: Readonly<Record<string, string>>
  readonly licenceFiles: Readonly<Record<string, { sha256: string; because: string }>>
  readonly installScripts: Readonly<Record<string, string>>
  readonly withoutHash: { readonly because: string; readonly packages: readonly string[] }
  readonly secretsAllowed: Readonly<Record<string, string>>
}
type SupplyChain = {
  readonly checkLockfile: (lock: Lock, policy: Policy) => string[]
  readonly missingFrom: (lock: Lock) => string[]
  readonly checkExact: (manifest: Package) => string[]
  readonly checkLicences: (lock: Lock, policy: Policy, readLicence: (path: string) => Buffer | null) => string[]
  readonly checkAdvisories: (lock: Lock, database: object) => { path: string; production: boolean; said: string }[]
  readonly scanSecrets: (files: readonly (readonly [string, string])[], allowed: object) => string[]
}

const chain = (await import(join(projectRoot, 'bin/supply-chain.mjs'))) as SupplyChain
const { completeLockfile: complete } = (await import(join(projectRoot, 'bin/complete-lockfile.mjs'))) as {
  completeLockfile: (lock: Lock) => Lock
}
const policy = JSON.parse(readFileSync(join(projectRoot, 'deploy/supply-chain.json'), 'utf8')) as Policy
const HASH = `sha512-${'A'.repeat(86)}==`
const lock = (path: string, changed: Package): Lock => ({
  packages: { '': {}, [path]: { version: '1.0.0', license: 'MIT', integrity: HASH, ...changed } },
})

describe('The lockfile check', () => {
  it.each<[string, Package, RegExp | null]>([
    ['takes a package with its hash', {}, null],
    ['takes one with an address of a registry', { resolved: 'https://registry.example/a/-/a-1.0.0.tgz' }, null],
    ['refuses one without a hash', { integrity: undefined }, /no SHA-512/],
    ['refuses a weak hash', { integrity: 'sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=' }, /no SHA-512/],
    ['refuses one from git', { resolved: 'git+ssh://git@forge.example/a.git#abc' }, /git, http or a file/],
    ['refuses one over plain http', { resolved: 'http://registry.example/a-1.0.0.tgz' }, /git, http or a file/],
    ['refuses one behind a user name', { resolved: 'https://registry.example@evil.example/a-1.0.0.tgz' }, /git, http or a file/],
    ['refuses one from a folder', { link: true, integrity: undefined, resolved: '../a' }, /link to a folder/],
    ['refuses an install script that nobody allowed', { hasInstallScript: true }, /install script that nobody allowed/],
  ])('%s', (_name, changed, said) => {
    const problems = chain.checkLockfile(lock('node_modules/a', changed), policy)
    if (said === null) expect(problems).toEqual([])
    else expect(problems.join('\n')).toMatch(said)
  })

  it('knows an install script by the name of its package, wherever that lies', () => {
    expect(chain.checkLockfile(lock('node_modules/x/node_modules/core-js', { hasInstallScript: true }), policy)).toEqual([])
  })

  it('refuses a lockfile that lacks a package, needed here or offered for another system: npm ci would', () => {
    expect(chain.missingFrom(lock('node_modules/a', { dependencies: { b: '1' }, optionalDependencies: { c: '1' } }))).toEqual([
      'node_modules/a needs b, which is not in the lockfile',
      'node_modules/a offers c, which is not in the lockfile',
    ])
  })

  it('takes a package without a hash only if it is one for another system that the policy names', () => {
    const [name] = policy.withoutHash.packages
    const judge = (path: string, changed: Package) => chain.checkLockfile(lock(path, { integrity: undefined, ...changed }), policy).length
    expect(judge(`node_modules/${name}`, { optional: true, os: ['android'] })).toBe(0)
    expect(judge(`node_modules/${name}`, { os: ['android'] })).toBe(1)
    expect(judge(`node_modules/${name}`, { optional: true })).toBe(1)
    expect(judge('node_modules/a', { optional: true, os: ['android'] })).toBe(1)
  })

  it('holds what every package of ours offers for other systems, so that npm ci takes it anywhere', () => {
    const ours = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as Lock
    expect(chain.missingFrom(ours)).toEqual([])
    const without = Object.fromEntries(
      Object.entries(ours.packages).filter(([path]) => !policy.withoutHash.packages.includes(path.replace('node_modules/', ''))),
    )
    expect(chain.missingFrom({ packages: without })).toHaveLength(policy.withoutHash.packages.length)
    expect(complete({ ...ours, packages: without })).toEqual(ours)
  })

  it('refuses ranges, tags and addresses in place of one version', () => {
    const dependencies = { a: '1.2.3', b: '^1.2.3', c: 'latest', d: 'git+https://forge.example/d.git', e: 'file:../e' }
    expect(chain.checkExact({ dependencies }).map((said) => said.split(' ')[1])).toEqual(['b', 'c', 'd', 'e'])
  })
})

describe('The licence check', () => {
  const judge = (changed: Package, path = 'node_modules/a', text: string | null = null) =>
    chain.checkLicences(lock(path, changed), policy, () => (text === null ? null : Buffer.from(text)))

  it.each<[string, Package, boolean]>([
    ['MIT', {}, true],
    ['a choice of which one is on the list', { license: '(WTFPL OR ISC)' }, true],
    ['two of which both are', { license: '(MIT AND Zlib)' }, true],
    ['two of which one is not', { license: 'MIT AND GPL-3.0-only' }, false],
    ['copyleft by file, to build with', { license: 'MPL-2.0', dev: true }, true],
    ['copyleft by file, that would be shipped', { license: 'MPL-2.0' }, false],
    ['GPL', { license: 'GPL-3.0-or-later' }, false],
    ['none stated', { license: undefined }, false],
    ['a name of the prototype', { license: 'constructor' }, false],
    ['a text of its own that nobody read', { license: 'SEE LICENSE IN LICENSE.md' }, false],
  ])('%s', (_name, changed, allowed) => {
    expect(judge(changed).length === 0).toBe(allowed)
  })

  it('takes a licence text that was read, and no other under the same name', () => {
    const path = 'node_modules/@lhncbc/ucum-lhc'
    const text = readFileSync(join(projectRoot, path, 'LICENSE.md'), 'utf8')
    expect(judge({ license: 'SEE LICENSE IN LICENSE.md' }, path, text)).toEqual([])
    expect(judge({ license: 'SEE LICENSE IN LICENSE.md' }, path, `${text} `)).toHaveLength(1)
  })
})

describe('The advisory check', () => {
  const database = { a: [{ id: 7, title: 'it falls over', severity: 'high', vulnerable_versions: '<1.0.1' }] }
  const found = (changed: Package) => chain.checkAdvisories(lock('node_modules/b/node_modules/a', changed), database)

  it('finds a version that an advisory names, and says whether it is shipped', () => {
    expect(found({})).toEqual([
      { path: 'node_modules/b/node_modules/a', production: true, said: 'node_modules/b/node_modules/a 1.0.0: high, it falls over (7)' },
    ])
    expect(found({ dev: true })[0]?.production).toBe(false)
    expect(found({ version: '1.0.1-beta.1' })).toHaveLength(1)
  })

  it('leaves other versions and other packages alone', () => {
    expect(found({ version: '1.0.1' })).toEqual([])
    expect(chain.checkAdvisories(lock('node_modules/c', {}), database)).toEqual([])
  })
})

describe('The scan for secrets', () => {
  const scan = (text: string, allowed: object = {}) => chain.scanSecrets([['file', text]], allowed)
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const part = Buffer.from(JSON.stringify({ alg: 'ES384', kid: 'abcdefgh' })).toString('base64url')

  it.each([
    ['private key', pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()],
    ['private half of a JSON Web Key', JSON.stringify(pair.privateKey.export({ format: 'jwk' }))],
    ['signed token', `${part}.${part}.${'A'.repeat(64)}`],
    ['cloud access key', `AKIA${'Q'.repeat(16)}`],
    ['token of a forge or registry', `ghp_${'a'.repeat(36)}`],
    ['address with a password', `postgres://attune:${'s3cretpass'}@db.hospital.org:5432/attune`],
  ])('finds a %s, and does not repeat it', (rule, text) => {
    expect(scan(`x = "${text}"`)).toEqual(rule === 'private half of a JSON Web Key' ? scan(text) : [`file holds what looks like a ${rule}`])
    expect(scan(text)).toEqual([`file holds what looks like a ${rule}`])
    expect(scan(text, { [`file: ${rule}`]: 'made for a test' })).toEqual([])
  })

  it('leaves public keys, examples and placeholders alone', () => {
    const text = [
      pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      JSON.stringify(pair.publicKey.export({ format: 'jwk' })),
      'postgres://attune:REPLACE@postgres:5432/attune',
      'redis://127.0.0.1:6379',
      'DATABASE_URL=postgres://attune:$(cat secrets/postgres-password)@postgres:5432/attune',
    ].join('\n')
    expect(scan(text)).toEqual([])
  })
})

describe('This tree', () => {
  it('passes the checks that need no network', () => {
    const said = execFileSync(process.execPath, ['bin/supply-chain.mjs', 'lockfile', 'licences', 'secrets'], {
      cwd: projectRoot,
    }).toString()
    expect(said).toMatch(/^lockfile: \d{3} packages with hashes/m)
    expect(said).toMatch(/^secrets: \d{4,} files$/m)
  })

  it('has a bill of materials that is the same each time, and names packages, rules and models with their hashes', async () => {
    const make = () => execFileSync(process.execPath, ['bin/sbom.mjs'], { cwd: projectRoot, maxBuffer: 1e8 }).toString()
    const text = make()
    const bom = JSON.parse(text) as {
      components: { name: string; version: string; type: string; hashes?: unknown[] }[]
      [member: string]: unknown
    }
    expect(make()).toBe(text)
    expect(bom).toMatchObject({
      bomFormat: 'CycloneDX',
      specVersion: '1.5',
      metadata: { component: { name: 'attune', type: 'application' } },
    })
    const { packages } = JSON.parse(readFileSync(join(projectRoot, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>
    }
    const { productionPackages } = (await import(join(projectRoot, 'bin/production-only.mjs'))) as { productionPackages: () => string[] }
    const shipped = new Set(productionPackages().map((path) => `${path.replace(/^.*node_modules\//, '')}@${packages[path]?.version}`))
    const libraries = bom.components.filter(({ type }) => type === 'library').map(({ name, version }) => `${name}@${version}`)
    expect(libraries.sort()).toEqual([...shipped].sort())
    const others = bom.components.filter(({ type }) => type !== 'library').map(({ name }) => name)
    expect(others).toEqual(expect.arrayContaining(['rules', 'models/kfre']))
    expect(bom.components.filter(({ hashes }) => !hashes || hashes.length === 0)).toEqual([])
  })
})
