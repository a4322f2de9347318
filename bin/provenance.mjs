// Where a release comes from, signed: a statement of in-toto with SLSA's provenance (1.0) in an envelope of DSSE, over every file of ours that ships.
//   node bin/provenance.mjs --make-key FILE                                   prints the public half
//   node bin/provenance.mjs --key FILE --builder URI --out FILE               builds the commit anew in a clone of its own, compares, signs
//   node bin/provenance.mjs --verify FILE --keys FILE [--folder FOLDER]       does FOLDER (default: this clone) hold just what was signed?
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { isLeftOut, OWN } from './production-only.mjs'
import { build, orExit, root } from './ready.mjs'

const PAYLOAD_TYPE = 'application/vnd.in-toto+json'
const PREDICATE_TYPE = 'https://slsa.dev/provenance/v1'
const BUILD_TYPE = 'urn:attune:build:npm:1'
const COMMAND = 'npm ci --ignore-scripts && npm run build'

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex')

const filesUnder = (folder, path) => {
  const full = join(folder, path)
  if (!existsSync(full)) return []
  if (!statSync(full).isDirectory()) return [path]
  return readdirSync(full)
    .sort()
    .flatMap((name) => filesUnder(folder, `${path}/${name}`))
}

/** Every file of ours that ships, with its digest, as in-toto names what a statement is about. */
export const subjectsIn = (folder) =>
  OWN.flatMap((path) => filesUnder(folder, path))
    .filter((path) => !isLeftOut(path))
    .map((name) => ({ name, digest: { sha256: sha256(readFileSync(join(folder, name))) } }))

export const statementOf = ({ subject, commit, lockfile, builder, node, finishedOn }) => ({
  _type: 'https://in-toto.io/Statement/v1',
  subject,
  predicateType: PREDICATE_TYPE,
  predicate: {
    buildDefinition: {
      buildType: BUILD_TYPE,
      externalParameters: { source: { digest: { gitCommit: commit } }, command: COMMAND },
      internalParameters: { node },
      resolvedDependencies: [
        { name: 'source', digest: { gitCommit: commit } },
        { name: 'package-lock.json', digest: { sha256: lockfile } },
      ],
    },
    runDetails: { builder: { id: builder }, metadata: { finishedOn } },
  },
})

/** What is signed: type and length stand in it, so that no signature passes for one over something else (DSSE 1.0.2, PAE). */
export const preAuthentication = (type, body) => `DSSEv1 ${Buffer.byteLength(type)} ${type} ${Buffer.byteLength(body)} ${body}`

const METHODS = ['ed25519', 'mldsa65']

export const seal = async (signer, statement) => {
  const body = JSON.stringify(statement)
  const signatures = await signer.sign(preAuthentication(PAYLOAD_TYPE, body))
  return {
    payloadType: PAYLOAD_TYPE,
    payload: Buffer.from(body).toString('base64'),
    signatures: METHODS.map((method) => ({ keyid: `${signer.id}/${method}`, sig: signatures[method] })),
  }
}

/** @returns the statement. Throws, in words, when no key of `keys` made both signatures. */
export const open = async (envelope, keys, signatureFault) => {
  const { payloadType, payload, signatures } = envelope
  if (payloadType !== PAYLOAD_TYPE) throw new Error(`the envelope holds "${payloadType}", not ${PAYLOAD_TYPE}`)
  const body = Buffer.from(payload, 'base64').toString('utf8')
  for (const key of keys) {
    const [ed25519, mldsa65] = METHODS.map((method) => signatures.find(({ keyid }) => keyid === `${key.key}/${method}`)?.sig ?? '')
    if ((await signatureFault(key, preAuthentication(payloadType, body), { ed25519, mldsa65 })) === null) return JSON.parse(body)
  }
  throw new Error('no key that is trusted made both of its signatures, or what they are over was changed')
}

/** An image holds no lockfile; where there is one, it is the one that the build took its packages by. */
const lockfileDiffers = ({ predicate }, folder) => {
  const path = join(folder, 'package-lock.json')
  const { digest } = predicate.buildDefinition.resolvedDependencies.find(({ name }) => name === 'package-lock.json')
  return existsSync(path) && sha256(readFileSync(path)) !== digest.sha256
}

/** What of a folder is not as it was signed, a line each. */
export const differences = (statement, folder) => {
  const signed = new Map(statement.subject.map(({ name, digest }) => [name, digest.sha256]))
  const here = new Map(subjectsIn(folder).map(({ name, digest }) => [name, digest.sha256]))
  const names = [...new Set([...signed.keys(), ...here.keys()])].sort()
  const because = (name) => (!here.has(name) ? 'is not there' : !signed.has(name) ? 'was added' : 'was changed')
  const files = names.filter((name) => signed.get(name) !== here.get(name)).map((name) => `${name} ${because(name)}`)
  return lockfileDiffers(statement, folder) ? [...files, 'package-lock.json was changed'] : files
}

const git = (...words) => spawnSync('git', words, { cwd: root, encoding: 'utf8' }).stdout.trim()

/** Wrong use, or something that does not hold: said in words, exit status 2. */
class Refusal extends Error {}

const refuse = (text) => {
  throw new Refusal(text)
}

const ours = (path) => import(join(root, 'dist/src', path))

const signerOf = async (path, make) => {
  const [{ readKey }, { makeSigner }] = await Promise.all([ours('ledger/key-file.js'), ours('ledger/signing.js')])
  return makeSigner(readKey(resolve(path), 'key', make), 'release')
}

const makeKey = async (path) => {
  if (existsSync(path)) refuse(`${path} is there already.`)
  const signer = await signerOf(path, true)
  console.log(JSON.stringify(await signer.publicKeys()))
}

const must = (folder, program, ...words) => {
  const { status, stderr } = spawnSync(program, words, { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' })
  if (status !== 0) refuse(`${program} ${words.join(' ')} ended with ${status}\n${stderr}`)
}

/** What the command makes of the commit, and of nothing that lies here: its own clone, its own packages by the hashes of the lockfile. */
const buildClean = (folder, commit) => {
  must(root, 'git', 'clone', '--quiet', '--no-checkout', root, folder)
  must(folder, 'git', 'checkout', '--quiet', commit)
  must(folder, 'npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund')
  must(folder, 'npm', 'run', 'build')
}

/** Signs what a clean build gave; what lies here must be the same, file by file. */
const sign = async ({ key, builder, out }) => {
  if (!builder || !out) refuse('Say who builds, with --builder URI, and where the statement goes, with --out FILE.')
  const commit = git('rev-parse', 'HEAD')
  const folder = mkdtempSync(join(tmpdir(), 'attune-clean-build-'))
  try {
    process.stderr.write(`Building ${commit} in a clone of its own …\n`)
    buildClean(folder, commit)
    const lockfile = sha256(readFileSync(join(folder, 'package-lock.json')))
    const facts = { commit, lockfile, builder, node: process.version, finishedOn: new Date().toISOString() }
    const statement = statementOf({ subject: subjectsIn(folder), ...facts })
    const found = differences(statement, root)
    if (found.length > 0) refuse(`What lies here is not what the commit gives:\n${found.map((line) => `✖ ${line}`).join('\n')}`)
    const signer = await signerOf(key, false)
    writeFileSync(out, `${JSON.stringify(await seal(signer, statement))}\n`)
    console.log(`${statement.subject.length} files of commit ${commit}, signed with key ${signer.id}.`)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const readEnvelope = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    return refuse(`The statement ${path} cannot be read: ${error.message}`)
  }
}

const verify = async ({ verify: file, keys, folder = root }) => {
  if (!keys) refuse('Name the public keys that you trust, with --keys FILE.')
  const [{ readPublicKeysFile }, { signatureFault }] = await Promise.all([ours('ledger/public-keys.js'), ours('ledger/signing.js')])
  const envelope = readEnvelope(file)
  const trusted = await Promise.resolve(keys)
    .then(readPublicKeysFile)
    .catch((error) => refuse(error.message))
  const statement = await open(envelope, trusted, signatureFault).catch((error) => refuse(`The statement does not hold: ${error.message}.`))
  const { buildDefinition, runDetails } = statement.predicate
  const found = differences(statement, resolve(folder))
  for (const line of found) console.error(`✖ ${line}`)
  const from = `commit ${buildDefinition.externalParameters.source.digest.gitCommit}, built by ${runDetails.builder.id}`
  console.log(
    found.length === 0
      ? `${statement.subject.length} files are as they were signed: ${from}.`
      : `${found.length} files are not as they were signed (${from}).`,
  )
  process.exitCode = found.length === 0 ? 0 : 1
}

const main = async () => {
  const text = { type: 'string' }
  const options = { 'make-key': text, key: text, builder: text, out: text, verify: text, keys: text, folder: text }
  const { values } = parseArgs({ options })
  await orExit(build())
  if (values['make-key']) return makeKey(values['make-key'])
  if (values.key) return sign(values)
  if (values.verify) return verify(values)
  return refuse('Say --make-key FILE, --key FILE --builder URI --out FILE, or --verify FILE --keys FILE.')
}

if (process.argv[1]?.endsWith('provenance.mjs'))
  await main().catch((error) => {
    if (!(error instanceof Refusal)) throw error
    console.error(error.message)
    process.exitCode = 2
  })
