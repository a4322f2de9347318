import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import { card, decision, feedbackOn } from './decisions.ts'
import { embeddedPlace, type Place, postgresMissing, postgresPlace } from './engines.ts'

/** The commands of docs/operations.md, as an operator runs them. */
const run = (program: string, ...words: readonly string[]): string =>
  execFileSync(program, words, { stdio: ['ignore', 'pipe', 'pipe'] }).toString()

const hasDump = ((): string | null => {
  try {
    run('pg_dump', '--version')
    run('pg_restore', '--version')
    return postgresMissing
  } catch {
    return 'pg_dump and pg_restore are not on this machine'
  }
})()

const folder = mkdtempSync(join(tmpdir(), 'attune-backup-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const shown = card()
const kept = decision({ cards: [shown] })

/** What must be the same after a restore: records, feedback, chain, and the names under which patients are known. */
const stateOf = async (ledger: Ledger) => ({
  counts: await ledger.counts(),
  chain: await ledger.verifyChain(),
  decision: await ledger.decision(kept.id, kept.tenant),
  feedback: (await ledger.feedbackOn({ card: shown.uuid }, kept.tenant)).length,
  patient: ledger.patientKey('north', 'https://ehr.example/fhir', 'p1'),
})

/** A busy machine may need a while for the first answer of the database; the ledger itself goes on trying. */
const openReady = async (place: Place): Promise<Ledger> => {
  const ledger = await openLedger(place.config)
  for (let tries = 0; tries < 100; tries += 1) {
    const answered = await ledger.counts().then(
      () => true,
      () => false,
    )
    if (answered) return ledger
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  throw new Error('the database did not answer')
}

const fill = async (place: Place) => {
  const ledger = await openReady(place)
  await ledger.record(kept)
  await ledger.feedback([feedbackOn(shown.uuid)])
  for (let n = 0; n < 40; n += 1) await ledger.record(decision())
  const state = await stateOf(ledger)
  await ledger.close()
  return state
}

const reopened = async (place: Place) => {
  const ledger = await openReady(place)
  const state = await stateOf(ledger)
  await ledger.record(decision())
  const after = await ledger.verifyChain()
  await ledger.close()
  return { state, after }
}

describe('A backup that is restored', { timeout: 600_000 }, () => {
  it('of the embedded ledger is a copy of the data folder of a stopped server: the same records, chain and names, and the chain goes on', async () => {
    const place = await embeddedPlace()
    const before = await fill(place)
    const copy = join(folder, 'copy')
    cpSync(place.config.dataDir, copy, { recursive: true })
    rmSync(place.config.dataDir, { recursive: true })
    cpSync(copy, place.config.dataDir, { recursive: true })
    const { state, after } = await reopened(place)
    await place.clear()
    expect(state).toEqual(before)
    expect(before.chain).toMatchObject({ state: 'intact', rows: 41 })
    expect(after).toMatchObject({ state: 'intact', rows: 42 })
  })

  it.skipIf(hasDump)(
    'of PostgreSQL is a dump and the pseudonym key: the same records, chain and names, and the chain goes on',
    async () => {
      const place = await postgresPlace()
      const before = await fill(place)
      const { databaseUrl } = place.config
      if (databaseUrl === null || place.sql === null) throw new Error('this place has no PostgreSQL')
      const schema = /search_path=(\w+)/.exec(decodeURIComponent(databaseUrl))?.[1] ?? ''
      const plain = databaseUrl.replace(/\?.*$/, '')
      const dump = join(folder, 'ledger.dump')
      run('pg_dump', '--format=custom', '--no-owner', `--schema=${schema}`, `--file=${dump}`, plain)
      await place.sql(`drop schema ${schema} cascade`)
      run('pg_restore', '--exit-on-error', '--single-transaction', '--no-owner', `--dbname=${plain}`, dump)
      const { state, after } = await reopened(place)
      await place.clear()
      expect(state).toEqual(before)
      expect(after).toMatchObject({ state: 'intact', rows: 42 })
    },
  )

  it.skipIf(hasDump)('still refuses to be changed: the triggers come back with the dump', async () => {
    const place = await postgresPlace()
    await fill(place)
    const plain = (place.config.databaseUrl ?? '').replace(/\?.*$/, '')
    const schema = /search_path=(\w+)/.exec(decodeURIComponent(place.config.databaseUrl ?? ''))?.[1] ?? ''
    const dump = join(folder, 'triggers.dump')
    run('pg_dump', '--format=custom', '--no-owner', `--schema=${schema}`, `--file=${dump}`, plain)
    await place.sql?.(`drop schema ${schema} cascade`)
    run('pg_restore', '--exit-on-error', '--single-transaction', '--no-owner', `--dbname=${plain}`, dump)
    await expect(place.sql?.('delete from decision')).rejects.toThrow(/append-only/)
    await place.clear()
  })

  it.skipIf(hasDump)(
    'and is older than what was signed is told while it is written to, by verify until the old file of ends is moved away, and never after',
    async () => {
      const place = await postgresPlace()
      const plain = (place.config.databaseUrl ?? '').replace(/\?.*$/, '')
      const schema = /search_path=(\w+)/.exec(decodeURIComponent(place.config.databaseUrl ?? ''))?.[1] ?? ''
      const dump = join(folder, 'older.dump')
      const heads = join(place.config.dataDir, 'ledger-heads.ndjson')
      const config = { ...place.config, ledger: { signEveryEntries: 1_000_000, signEverySeconds: 86_400, walkEverySeconds: 0 } }
      const open = () => openReady({ ...place, config })
      const verified = async (ledger: Ledger) => (await ledger.evidence.verify({ headsFile: heads })).faults.map(({ because }) => because)

      const ledger = await open()
      await ledger.record(decision())
      await ledger.evidence.signHead()
      run('pg_dump', '--format=custom', '--no-owner', `--schema=${schema}`, `--file=${dump}`, plain)
      for (let n = 0; n < 3; n += 1) await ledger.record(decision())
      await ledger.evidence.signHead()
      expect(ledger.health()).toMatchObject({ state: 'ok', detail: 'postgres' })

      // The server that runs: its PostgreSQL is replaced by one that lags behind.
      await place.sql?.(`drop schema ${schema} cascade`)
      run('pg_restore', '--exit-on-error', '--single-transaction', '--no-owner', `--dbname=${plain}`, dump)
      await ledger.record(decision())
      await ledger.evidence.signHead()
      const gone = 'postgres; entries are missing: entry 5 was signed and is not in the database'
      expect(ledger.health()).toMatchObject({ ok: true, state: 'degraded', detail: gone })
      await ledger.evidence.signHead()
      expect(ledger.health().detail).toBe(gone)
      await ledger.close()

      const started = await open()
      expect(await verified(started)).toEqual([expect.stringContaining('the end of the chain was cut off')])
      await started.close()
      renameSync(heads, `${heads}.before-the-restore`)
      const cleared = await open()
      await cleared.record(decision())
      await cleared.evidence.signHead()
      expect([await verified(cleared), cleared.health().detail]).toEqual([[], 'postgres'])
      await cleared.close()
      await place.clear()
    },
  )

  it('without its pseudonym key knows the records, and no longer which patient they are of', async () => {
    const place = await embeddedPlace()
    const before = await fill(place)
    rmSync(join(place.config.dataDir, 'pseudonym.key'))
    const { state } = await reopened(place)
    await place.clear()
    expect(state.counts).toEqual(before.counts)
    expect(state.patient).not.toBe(before.patient)
  })
})
