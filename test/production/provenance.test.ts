import { appendFileSync, cpSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeSigner, type PublicKeys, type Signer, signatureFault } from '../../src/ledger/signing.ts'
import { projectRoot } from '../../src/project-root.ts'

type Subject = { readonly name: string; readonly digest: { readonly sha256: string } }
type Statement = { readonly subject: readonly Subject[] }
type Envelope = { readonly payloadType: string; readonly payload: string; readonly signatures: readonly { keyid: string; sig: string }[] }
type Provenance = {
  readonly subjectsIn: (folder: string) => Subject[]
  readonly statementOf: (facts: object) => Statement
  readonly preAuthentication: (type: string, body: string) => string
  readonly seal: (signer: Signer, statement: Statement) => Promise<Envelope>
  readonly open: (envelope: Envelope, keys: readonly PublicKeys[], fault: typeof signatureFault) => Promise<Statement>
  readonly differences: (statement: Statement, folder: string) => string[]
}

const provenance = (await import(join(projectRoot, 'bin/provenance.mjs'))) as Provenance
const maker = makeSigner(Buffer.alloc(32, 5), 'release')
const stranger = makeSigner(Buffer.alloc(32, 6), 'release')
const FACTS = {
  commit: 'c'.repeat(40),
  lockfile: 'd'.repeat(64),
  builder: 'https://build.example/1',
  node: 'v20.19.0',
  finishedOn: '2026-11-22T10:00:00.000Z',
}

const folder = mkdtempSync(join(tmpdir(), 'attune-provenance-'))
const release = join(folder, 'release')
let statement: Statement
let envelope: Envelope
let keys: readonly PublicKeys[]

beforeAll(async () => {
  for (const path of ['rules', 'models', 'package.json', 'LICENSE'])
    cpSync(join(projectRoot, path), join(release, path), { recursive: true })
  statement = provenance.statementOf({ subject: provenance.subjectsIn(release), ...FACTS })
  envelope = await provenance.seal(maker, statement)
  keys = [await maker.publicKeys()]
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const opened = (changed: Partial<Envelope>): Promise<Statement | string> =>
  provenance.open({ ...envelope, ...changed }, keys, signatureFault).catch((error: Error) => error.message)

describe('The statement of where a release comes from', () => {
  it('names commit, lockfile and builder, and every file that ships, as SLSA and in-toto have it', async () => {
    expect(await opened({})).toEqual(statement)
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: 'https://slsa.dev/provenance/v1',
      predicate: {
        buildDefinition: { resolvedDependencies: [{ digest: { gitCommit: FACTS.commit } }, { digest: { sha256: FACTS.lockfile } }] },
        runDetails: { builder: { id: FACTS.builder } },
      },
    })
    expect(statement.subject.map(({ name }) => name)).toEqual(expect.arrayContaining(['LICENSE', 'package.json', 'models/kfre/model.onnx']))
  })

  it('is signed over type and length too, as the specification of DSSE shows it', () => {
    expect(provenance.preAuthentication('http://example.com/HelloWorld', 'hello world')).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    )
  })

  it.each<[string, () => Promise<Partial<Envelope>>]>([
    [
      'another commit in it',
      async () => ({ payload: Buffer.from(JSON.stringify(statement).replace(FACTS.commit, 'e'.repeat(40))).toString('base64') }),
    ],
    ['the signatures of a stranger', async () => ({ signatures: (await provenance.seal(stranger, statement)).signatures })],
    ['one signature only', async () => ({ signatures: envelope.signatures.slice(0, 1) })],
    ['a type of its own', async () => ({ payloadType: 'application/json' })],
  ])('does not hold with %s', async (_what, change) => {
    expect(await opened(await change())).toMatch(/^(no key that is trusted made both|the envelope holds)/)
  })

  it('finds in a folder what was changed, added or taken away, and nothing in one that is whole', () => {
    expect(provenance.differences(statement, release)).toEqual([])
    appendFileSync(join(release, 'rules/wording.json'), ' ')
    writeFileSync(join(release, 'models/kfre/more.json'), '{}')
    renameSync(join(release, 'LICENSE'), join(folder, 'LICENSE'))
    writeFileSync(join(release, 'package-lock.json'), '{}')
    expect(provenance.differences(statement, release)).toEqual([
      'LICENSE is not there',
      'models/kfre/more.json was added',
      'rules/wording.json was changed',
      'package-lock.json was changed',
    ])
  })
})
