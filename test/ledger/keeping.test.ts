import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../src/ledger/database.ts'
import { type LedgerConfig, openLedger } from '../../src/ledger/ledger.ts'
import { runMain } from '../cli/run-main.ts'
import { card, decision, feedbackOn } from './decisions.ts'
import { AGAIN, embeddedPlace, type Place, postgresMissing, postgresPlace } from './engines.ts'
import { writeEveryKind } from './every-kind.ts'

// Opening an embedded database takes long on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const DAY = 86_400_000
const MARKER = 'Zebulon-Quatermain'
const SCHEDULE = { signEverySeconds: 900, signEveryEntries: 1000, walkEverySeconds: 0 }
const subject = { tenant: 'north', patientKey: 'a'.repeat(64) }

let place: Place
beforeEach(async () => {
  place = postgresMissing === null ? await postgresPlace() : await embeddedPlace()
})
afterEach(() => place.clear())

const opened = async <T>(config: LedgerConfig, work: (ledger: Awaited<ReturnType<typeof openLedger>>) => Promise<T>): Promise<T> => {
  const ledger = await openLedger(config)
  try {
    return await work(ledger)
  } finally {
    await ledger.close()
  }
}

/** A key file with these keys, the newest last. */
const keyFile = (name: string, ...keys: readonly number[]): string => {
  const path = join(place.config.dataDir, name)
  writeFileSync(path, `# test\n${keys.map((key) => Buffer.alloc(32, key).toString('hex')).join('\n')}\n`)
  return path
}

const headsFile = () => join(place.config.dataDir, 'ledger-heads.ndjson')
const intact = { state: 'intact', faults: [] }

describe('What is too old', AGAIN, () => {
  it('loses its content and keeps its place in the chain; what is younger stays, and the ledger is intact', async () => {
    const config = {
      ...place.config,
      retention: { decisionDays: 30, reviewDays: 60, inputDays: 10, monitoringDays: 800, storeInputs: true },
    }
    await opened(config, async (ledger) => {
      const [old] = await writeEveryKind(ledger)
      const now = Date.now()
      expect((await ledger.inputsOf(old ?? '', 'north')).state).toBe('kept')
      expect(await ledger.evidence.forget(new Date(now + 5 * DAY))).toEqual({ decisions: 0, reviews: 0, inputs: 0 })
      expect(await ledger.evidence.forget(new Date(now + 11 * DAY))).toEqual({ decisions: 0, reviews: 0, inputs: 1 })
      expect(await ledger.inputsOf(old ?? '', 'north')).toEqual({ state: 'removed' })
      expect(await ledger.decision(old ?? '', 'north')).not.toBeNull()
      expect(await ledger.evidence.verify()).toMatchObject({ ...intact, decisions: 2, removed: 0 })
      expect(await ledger.evidence.forget(new Date(now + 31 * DAY))).toEqual({ decisions: 6, reviews: 0, inputs: 0 })
      expect(await ledger.counts()).toEqual({ decisions: 0, feedback: 0, predictions: 0 })
      expect(await ledger.reviews.of(subject)).toHaveLength(2)
      expect(await ledger.models.switches()).toHaveLength(1)
      const fresh = decision()
      await ledger.record(fresh)
      expect(await ledger.evidence.verify()).toMatchObject({ ...intact, decisions: 1, removed: 6 })
      expect((await ledger.evidence.forget(new Date(now + 61 * DAY))).reviews).toBe(2)
      expect(await ledger.reviews.of(subject)).toEqual([])
      await ledger.evidence.signHead()
      expect(await ledger.evidence.verify({ headsFile: headsFile() })).toMatchObject({ ...intact, unsigned: 0 })
    })
  })

  it('a removal that nobody signed explains nothing', async () => {
    const one = decision()
    await opened(place.config, async (ledger) => {
      await ledger.record(one)
      await vi.waitFor(async () => expect(await ledger.decision(one.id, 'north')).toEqual(one), 120_000) // not in the spool alone
    })
    const database = await openDatabase(place.config)
    const { openChain } = await import('../../src/ledger/chain.ts')
    await database.db.transaction().execute(async (transaction) => {
      await sql`set local attune.removal = 'on'`.execute(transaction)
      await sql`delete from decision`.execute(transaction)
      const chain = await openChain(transaction)
      chain.add({
        kind: 'removal',
        ref: 'x',
        rows: null,
        body: JSON.stringify({ what: 'decisions', upTo: 1, entries: 1, because: 'tidy' }),
      })
      await chain.commit()
    })
    await database.close()
    await opened(place.config, async ({ evidence }) => {
      expect((await evidence.verify()).faults).toEqual([{ entry: 2, what: 'removal x', because: 'it was signed for another ledger' }])
    })
  })
})

describe('Keys that change', AGAIN, () => {
  it('signing keys: each vouches for the next; old heads hold; a key that nobody vouched for signs nothing', async () => {
    const sign = (file: string | undefined) =>
      opened({ ...place.config, ledger: { ...SCHEDULE, ...(file ? { signingKeyFile: file } : {}) } }, async (ledger) => {
        await ledger.record(decision())
        await ledger.evidence.signHead()
        return ledger.health().detail
      })
    expect(await sign(undefined)).toMatch(/^(postgres|pglite)$/)
    expect(await sign(keyFile('keys', 1))).toMatch(/^(postgres|pglite)$/)
    expect(await sign(keyFile('keys', 1, 2))).toMatch(/^(postgres|pglite)$/)
    const newest = { ...place.config, ledger: { ...SCHEDULE, signingKeyFile: keyFile('keys', 2) } }
    await opened(newest, async ({ evidence, health }) => {
      const keys = await evidence.publicKeys()
      // the newest key alone is known: it vouches for those before it
      expect(await evidence.verify({ headsFile: headsFile(), trusted: keys.slice(-1) })).toMatchObject({
        ...intact,
        heads: { inDatabase: 3, inFile: 3 },
      })
      expect(health().state).toBe('ok')
    })
    expect(await sign(keyFile('keys', 9))).toContain('which is not among the keys of this process')
    const { status, out } = await runMain(
      'ledger',
      'verify',
      '--keys',
      publicKeys(await opened(newest, ({ evidence }) => evidence.publicKeys())),
      ...where(),
    )
    expect({ status, out }).toEqual({ status: 0, out: expect.stringContaining('The ledger is intact.') })
  })

  it('of a heads file that lacks lines it is said how many it has: what only the database tells, nothing outside vouches for', async () => {
    const keys = await opened({ ...place.config, ledger: SCHEDULE }, async (ledger) => {
      for (const _ of [1, 2]) {
        await ledger.record(decision())
        await ledger.evidence.signHead()
      }
      return ledger.evidence.publicKeys()
    })
    writeFileSync(headsFile(), `${readFileSync(headsFile(), 'utf8').split('\n')[0]}\n`)
    const { status, out } = await runMain('ledger', 'verify', '--keys', publicKeys(keys), ...where())
    expect({ status, out }).toEqual({ status: 0, out: expect.stringContaining('The heads file holds 1 of 2 signed ends') })
  })

  const publicKeys = (keys: readonly object[]): string => {
    const path = join(place.config.dataDir, 'public.ndjson')
    writeFileSync(path, keys.map((key) => JSON.stringify(key)).join('\n'))
    return path
  }
  const where = (): string[] =>
    place.config.databaseUrl ? ['--database', place.config.databaseUrl, '--heads', headsFile()] : ['--data', place.config.dataDir]

  it('box keys: everything is encrypted anew, opens under the newest key alone, and the chain tells of it', async () => {
    const one = decision()
    await opened(place.config, async (ledger) => {
      await ledger.record(one, [], [], [], Buffer.from(MARKER))
      await ledger.reviews.add(subject, 'mark', {}, { note: MARKER })
    })
    const changed = { ...place.config, ledger: { ...SCHEDULE, boxKeyFile: keyFile('boxes', 1, 2) } }
    await opened(changed, async (ledger) => {
      expect(await ledger.inputsOf(one.id, 'north')).toEqual({ state: 'kept', content: Buffer.from(MARKER) })
      expect(await ledger.evidence.rekey()).toEqual({ changed: 2, kept: 0, unreadable: 0 })
      expect(await ledger.evidence.rekey()).toEqual({ changed: 0, kept: 2, unreadable: 0 })
      expect(await ledger.evidence.verify()).toMatchObject(intact)
    })
    // the key of before the change is thrown away: all is readable, and what was under it is not there any more
    await opened({ ...place.config, ledger: { ...SCHEDULE, boxKeyFile: keyFile('boxes', 2) } }, async (ledger) => {
      expect(await ledger.inputsOf(one.id, 'north')).toEqual({ state: 'kept', content: Buffer.from(MARKER) })
      expect((await ledger.reviews.of(subject))[0]).toMatchObject({ secret: { note: MARKER }, unreadable: false })
    })
    await opened({ ...place.config, ledger: { ...SCHEDULE, boxKeyFile: keyFile('boxes', 3) } }, async (ledger) => {
      expect(await ledger.inputsOf(one.id, 'north')).toEqual({ state: 'key-missing' })
      expect((await ledger.reviews.of(subject))[0]).toMatchObject({ secret: null, unreadable: true })
      expect(await ledger.evidence.rekey()).toEqual({ changed: 0, kept: 0, unreadable: 2 })
    })
  })

  it('two ciphertexts that change places stay shut, and are found', async () => {
    const [one, two] = [decision(), decision()]
    await opened(place.config, async (ledger) => {
      for (const each of [one, two]) await ledger.record(each, [], [], [], Buffer.from(`${MARKER} ${each.id}`))
    })
    const database = await openDatabase(place.config)
    await sql`update sealed_box b set box = o.box from sealed_box o where o.seq <> b.seq`.execute(database.db)
    await database.close()
    await opened(place.config, async (ledger) => {
      expect((await ledger.inputsOf(one.id, 'north')).state).toBe('unreadable')
      const { faults } = await ledger.evidence.verify()
      expect(faults.map(({ entry, because }) => [entry, because])).toEqual([
        [1, 'the ciphertext is not the one that was sealed'],
        [2, 'the ciphertext is not the one that was sealed'],
      ])
    })
  })

  it('a key file that is missing, empty or malformed stops the start', async () => {
    for (const [file, words] of [
      [join(place.config.dataDir, 'none'), 'cannot be read'],
      [keyFile('empty'), 'holds no key'],
    ] as const)
      await expect(openLedger({ ...place.config, ledger: { ...SCHEDULE, boxKeyFile: file } })).rejects.toMatchObject({
        code: 'config-invalid',
        detail: expect.stringContaining(words),
      })
    writeFileSync(join(place.config.dataDir, 'bad'), 'not a key')
    const bad = openLedger({ ...place.config, ledger: { ...SCHEDULE, signingKeyFile: join(place.config.dataDir, 'bad') } })
    await expect(bad).rejects.toMatchObject({ detail: 'line 1 of the file of signing keys is not 64 hexadecimal digits' })
  })
})

describe('Signed ends of the chain', AGAIN, () => {
  it('are made after so many entries, after so many seconds, and at the end; nothing new is not signed again', async () => {
    const heads = () => readFileSync(headsFile(), 'utf8').trim().split('\n').length
    const ledger = await openLedger({ ...place.config, ledger: { signEverySeconds: 1, signEveryEntries: 3, walkEverySeconds: 0 } })
    for (let n = 0; n < 3; n += 1) await ledger.record(decision())
    await vi.waitFor(() => expect(heads()).toBe(1), { timeout: 120_000 })
    await ledger.record(decision())
    await vi.waitFor(() => expect(heads()).toBe(2), { timeout: 120_000 })
    await ledger.close()
    await opened({ ...place.config, ledger: SCHEDULE }, async (again) => {
      await again.evidence.signHead()
      expect(heads()).toBe(2)
      await again.feedback([feedbackOn(card().uuid)])
    })
    expect(heads()).toBe(3)
    await opened(place.config, async ({ evidence }) => {
      expect(await evidence.verify({ headsFile: headsFile() })).toMatchObject({
        ...intact,
        unsigned: 0,
        heads: { inDatabase: 3, inFile: 3 },
      })
    })
  })
})

describe('What lies on the disk', () => {
  it('of an embedded ledger and its spool holds no word of inputs and notes', async () => {
    const own = await embeddedPlace()
    await opened(own.config, async (ledger) => {
      await ledger.record(decision(), [], [], [], Buffer.from(MARKER.repeat(20)))
      await ledger.reviews.add(subject, 'mark', {}, { note: MARKER })
    })
    const files = readdirSync(own.config.dataDir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    expect(files.length).toBeGreaterThan(100)
    const holding = (text: string) => files.filter((file) => readFileSync(join(file.parentPath, file.name)).includes(text))
    expect(holding('pgx-order-sign').length).toBeGreaterThan(0)
    expect(holding(MARKER)).toEqual([])
    await own.clear()
  })
})
