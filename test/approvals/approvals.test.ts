import { createHash } from 'node:crypto'
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { approvalText, approve, type SignedApproval } from '../../src/approvals/approval.ts'
import { modelsVersion } from '../../src/approvals/models-version.ts'
import { requireApproved } from '../../src/approvals/require-approved.ts'
import { makeSigner, type Signer } from '../../src/ledger/signing.ts'
import { serve } from '../../src/main.ts'
import { projectRoot } from '../../src/project-root.ts'
import { leaveRequest } from '../../src/reload/inbox.ts'
import { runMain } from '../cli/run-main.ts'
import { makeSite } from '../production/attune.ts'
import { copyRules } from '../reload/copy-rules.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const folder = mkdtempSync(join(tmpdir(), 'attune-approvals-'))
const at = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('Whether a version is approved', () => {
  const VERSION = '2026.11+sha256:ab'
  const pharmacist = makeSigner(Buffer.alloc(32, 1), 'approval')
  const physician = makeSigner(Buffer.alloc(32, 2), 'approval')
  const stranger = makeSigner(Buffer.alloc(32, 3), 'approval')
  const ofLedger = makeSigner(Buffer.alloc(32, 1), 'ledger')
  const SAID = { what: 'rules', version: VERSION, by: 'A. Keller', at: '2026-11-20T09:00:00.000Z' } as const
  let good: SignedApproval

  beforeAll(async () => {
    const keys = await Promise.all([pharmacist, physician].map((signer) => signer.publicKeys()))
    writeFileSync(at('signers'), `${keys.map((key) => JSON.stringify(key)).join('\n')}\n`)
    good = await approve(pharmacist, SAID)
  })

  const judge = async (approvals: readonly object[], { needed = 1, what = 'rules' as const, version = VERSION } = {}): Promise<string> => {
    writeFileSync(at('approvals'), approvals.map((one) => `${JSON.stringify(one)}\n`).join(''))
    const settings = { approvals: { signers: [at('signers')], file: at('approvals'), needed } }
    return requireApproved(settings, what, version).then(
      (found) => `by ${found?.map(({ by }) => by).join(' and ')}`,
      (error: Error) => error.message,
    )
  }

  const signedBy = (signer: Signer, by = 'B. Roth') => approve(signer, { ...SAID, by })

  it('one signer has approved it', async () => {
    expect(await judge([good])).toBe('by A. Keller')
  })

  it('nobody has', async () => {
    expect(await judge([])).toBe(`rules-invalid: the rules ${VERSION} are not approved: 0 of 1 approvals that approvals.needed asks for`)
  })

  it('two are needed: the same key twice is one, two keys are two', async () => {
    const again = await signedBy(pharmacist)
    expect(await judge([good, again], { needed: 2 })).toMatch(/not approved: 1 of 2/)
    expect(await judge([good, await signedBy(physician)], { needed: 2 })).toBe('by A. Keller and B. Roth')
  })

  it('more are needed than there are signers: nothing could ever be approved, so that is told as a wrong configuration', async () => {
    expect(await judge([good], { needed: 3 })).toBe('config-invalid: approvals.needed is 3, and approvals.signers has 2 keys')
  })

  it.each([
    ['of another version', async () => ({ ...good, version: '2026.12+sha256:cd' })],
    ['of models', async () => ({ ...good, what: 'models' })],
    ['by a key that is not among the signers', () => signedBy(stranger)],
    ['under the id of a signer, signed by a stranger', async () => ({ ...(await signedBy(stranger)), key: pharmacist.id })],
    ['whose name was changed', async () => ({ ...good, by: 'Somebody else' })],
    ['whose date was changed', async () => ({ ...good, at: '2026-11-21T09:00:00.000Z' })],
    ['with one of its two signatures from another', async () => ({ ...good, mldsa65: (await signedBy(physician)).mldsa65 })],
    ['by the secret of a signer, made for the ledger', async () => ({ ...good, ...(await ofLedger.sign(approvalText(good))) })],
  ])('an approval %s does not count', async (_what, make) => {
    expect(await judge([await make()])).toMatch(/^rules-invalid: .* are not approved: 0 of 1/)
  })

  it('a line that is no approval is told as a wrong configuration, and nothing starts', async () => {
    expect(await judge([good, { what: 'rules' }])).toMatch(/^config-invalid: line 2 of .* is no approval/)
  })

  it('whatever single character of an approval is changed, it does not count', async () => {
    const line = JSON.stringify(good)
    const place = fc.integer({ min: 0, max: line.length - 1 })
    await fc.assert(
      fc.asyncProperty(place, fc.constantFrom(...'0aZ+" {'), async (where, character) => {
        fc.pre(line[where] !== character)
        writeFileSync(at('approvals'), line.slice(0, where) + character + line.slice(where + 1))
        const settings = { approvals: { signers: [at('signers')], file: at('approvals'), needed: 1 } }
        await expect(requireApproved(settings, 'rules', VERSION)).rejects.toThrow(/^(rules|config)-invalid/)
      }),
      { numRuns: 200 },
    )
  })

  it('where no signers are named nothing is asked', async () => {
    expect(await requireApproved({ approvals: { signers: [], needed: 1 } }, 'rules', VERSION)).toBeNull()
  })
})

describe('A site that lets its own people approve', () => {
  const rules = copyRules()
  const models = at('models')
  const approvals = at('site-approvals.ndjson')
  const config = { rulesDir: rules.folder, modelsDir: models, approvals: { signers: [at('site-signers')], file: approvals } }
  const site = makeSite({ auth: 'open', publicUrl: 'http://127.0.0.1:1', canary: { everySeconds: 0 }, operations: { port: 0 }, ...config })
  const attune = (...words: readonly string[]) => runMain('approve', ...words)

  beforeAll(async () => {
    cpSync(join(projectRoot, 'models'), models, { recursive: true })
    for (const [name, value] of Object.entries(site.environment)) vi.stubEnv(name, value)
    const made = await attune('--make-key', at('keller.key'))
    writeFileSync(at('site-signers'), made.out)
    writeFileSync(approvals, '')
  })
  afterEach(() => writeFileSync(approvals, ''))
  afterAll(() => {
    vi.unstubAllEnvs()
    site.clear()
    rules.clear()
  })

  const sign = (...words: readonly string[]) => attune(...words, '--key', at('keller.key'), '--by', 'A. Keller')
  const start = async (): Promise<string> => {
    const running = await serve(site.environment).catch((error: Error) => error.message)
    if (typeof running === 'string') return running
    await running.stop()
    return 'started'
  }

  it('starts with what was approved, and refuses what was not, in words', async () => {
    expect(await start()).toMatch(/^model-invalid: the models sha256:[0-9a-f]{64} are not approved: 0 of 1/)
    await sign('models')
    expect(await start()).toMatch(/^rules-invalid: the rules .*sha256:[0-9a-f]{64} are not approved: 0 of 1/)
    expect(await sign('rules')).toMatchObject({
      status: 0,
      err: '',
      out: expect.stringMatching(/^Approved by A. Keller with key [0-9a-f]{16}: rules /),
    })
    expect(await start()).toBe('started')
  })

  it('tells who approved what, and by the exit status whether all is approved', async () => {
    await sign()
    const whole = await attune('--check')
    expect([whole.status, whole.out.trim().split('\n')]).toEqual([
      0,
      [expect.stringMatching(/^rules .*: approved by A. Keller on \d{4}-\d\d-\d\d \(key /), expect.stringMatching(/^models sha256:/)],
    ])
    appendFileSync(join(models, 'kfre', 'coefficients.json'), ' ')
    const changed = await attune('--check')
    expect([changed.status, changed.out]).toEqual([1, expect.stringMatching(/\nNOT APPROVED: the models sha256:/)])
  })

  it('a reload of rules that nobody approved is refused and the old ones stay; once they are approved it is taken', async () => {
    await sign()
    const running = await serve(site.environment)
    try {
      rules.release('2999.01.0')
      const refused = await running.reload()
      expect(refused.problems).toMatch(/the rules 2999\.01\.0\+sha256:.* are not approved/)
      await sign('rules', '--rules', rules.folder)
      expect((await running.reload()).problems).toBeNull()
    } finally {
      await running.stop()
    }
  })

  it('rules that were ordered and nobody had approved are taken by themselves once they are, within seconds', async () => {
    await sign()
    const running = await serve(site.environment)
    const rulesNow = async (): Promise<string> => {
      const answer = await fetch(`${running.operationsUrl}/readyz`)
      return ((await answer.json()) as { parts: { rules: { detail: string } } }).parts.rules.detail
    }
    const ordered = copyRules()
    try {
      ordered.release('2999.02.0')
      leaveRequest(site.dataDir, { folder: ordered.folder, at: new Date().toISOString(), by: 'A. Keller' })
      await vi.waitFor(async () => expect(await rulesNow()).toMatch(/; the rules of .* were refused .* are not approved/), 120_000)
      await sign('rules', '--rules', ordered.folder)
      await vi.waitFor(async () => expect(await rulesNow()).toMatch(/^2999\.02\.0\+sha256:[0-9a-f]+$/), 120_000)
    } finally {
      await running.stop()
      ordered.clear()
    }
  })

  it('an approval is added behind a last line that has no end', async () => {
    await sign('rules')
    writeFileSync(approvals, readFileSync(approvals, 'utf8').trimEnd())
    await sign('rules')
    expect((await attune('--check')).out).toMatch(/^rules .*: approved by A. Keller/)
  })

  it('the version of models tells folders apart whatever their files are called', async () => {
    const [one, other] = [at('one'), at('other')]
    const whole = (text: string): string => createHash('sha256').update(text).digest('hex')
    for (const to of [one, other]) mkdirSync(to)
    writeFileSync(join(one, 'a'), 'x')
    writeFileSync(join(one, 'b'), 'y')
    writeFileSync(join(other, `a\n${whole('x')}\nb`), 'y')
    expect(await modelsVersion(one)).not.toBe(await modelsVersion(other))
  })

  it('a key is never made over one that is there, and a signature needs a name', async () => {
    const before = readFileSync(at('keller.key'), 'utf8')
    const [again, nameless] = [await attune('--make-key', at('keller.key')), await attune('rules', '--key', at('keller.key'))]
    expect([again.status, nameless.status, readFileSync(at('keller.key'), 'utf8')]).toEqual([2, 2, before])
    expect([again.err, nameless.err]).toEqual([expect.stringContaining('is there already'), expect.stringContaining('--by NAME')])
  })
})
