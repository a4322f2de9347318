import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openDatabase } from '../../src/ledger/database.ts'
import { type Ledger, type LedgerConfig, openLedger } from '../../src/ledger/ledger.ts'
import { replay } from '../../src/ledger/replay-spool.ts'
import { openSpool } from '../../src/ledger/spool.ts'
import { card, decision, feedbackOn } from './decisions.ts'
import { AGAIN, embeddedPlace, type Place, postgresMissing, postgresPlace } from './engines.ts'

// Opening an embedded database takes long on a busy machine.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const portOf = (server: Server | null): number => {
  const address = server?.address()
  if (!address || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Stands between ledger and PostgreSQL and can be cut. */
const makeCable = async (target: URL) => {
  const sockets = new Set<Socket>()
  let server: Server | null = null
  const plug = (port: number): Promise<number> =>
    new Promise((done) => {
      server = createServer((inside) => {
        const outside = connect(Number(target.port || 5432), target.hostname)
        for (const [one, other] of [
          [inside, outside],
          [outside, inside],
        ] as const) {
          sockets.add(one)
          one.on('error', () => other.destroy()).on('close', () => other.destroy())
          one.pipe(other)
        }
      }).listen(port, '127.0.0.1', () => done(portOf(server)))
    })
  const cut = (): Promise<void> =>
    new Promise((done) => {
      for (const socket of sockets) socket.destroy()
      sockets.clear()
      server?.close(() => done())
    })
  const port = await plug(0)
  return { port, cut, mend: () => plug(port) }
}

const settled = (ledger: Ledger) => vi.waitFor(() => expect(ledger.health().state).toBe('ok'), { timeout: 120_000, interval: 50 })

describe.skipIf(postgresMissing !== null)(`PostgreSQL goes away${postgresMissing ? ` (${postgresMissing})` : ''}`, AGAIN, () => {
  let place: Place
  let config: LedgerConfig
  let cable: Awaited<ReturnType<typeof makeCable>>
  beforeEach(async () => {
    place = await postgresPlace()
    const url = new URL(place.config.databaseUrl ?? '')
    cable = await makeCable(new URL(url))
    url.host = `127.0.0.1:${cable.port}`
    config = { ...place.config, databaseUrl: url.href }
  })
  afterEach(async () => {
    await cable.cut()
    await place.clear()
  })

  it('records go on to the spool, health says so, and everything is in the database when it is back', async () => {
    const ledger = await openLedger(config, { retryMs: 100 })
    const shown = card()
    const [before, during] = [decision(), decision({ cards: [shown] })]
    await ledger.record(before)
    await vi.waitFor(async () => expect(await ledger.decision(before.id, 'north')).toEqual(before), 120_000) // not in the spool alone
    await cable.cut()
    await ledger.record(during)
    await ledger.feedback([feedbackOn(shown.uuid)])
    expect(ledger.health()).toMatchObject({ ok: true, state: 'degraded', spooled: 2 })
    await expect(ledger.decision(before.id, 'north')).rejects.toMatchObject({ code: 'ledger-failed' })
    await cable.mend()
    await settled(ledger)
    expect(await ledger.decision(during.id, 'north')).toEqual(during)
    expect((await ledger.feedbackOn({ card: shown.uuid }, 'north'))[0]?.decision).toBe(during.id)
    expect(await ledger.verifyChain()).toMatchObject({ state: 'intact', rows: 2 })
    expect(readdirSync(join(config.dataDir, 'spool/0')).filter((name) => name.endsWith('.ndjson'))).toEqual([])
    await ledger.close()
  })

  it('a start without it is not stopped; what was recorded is there after the next start', async () => {
    await cable.cut()
    const ledger = await openLedger(config, { retryMs: 60_000 })
    const one = decision()
    await ledger.record(one)
    expect(ledger.health()).toMatchObject({ ok: true, state: 'degraded', spooled: 1 })
    await ledger.close()
    await cable.mend()
    const again = await openLedger(config)
    expect(await again.decision(one.id, 'north')).toEqual(one)
    await again.close()
  })

  it('what a process that died left in its spool is taken in by another', async () => {
    const left = decision()
    mkdirSync(join(config.dataDir, 'spool/7'), { recursive: true })
    writeFileSync(
      join(config.dataDir, 'spool/7/000000000001.ndjson'),
      `${JSON.stringify({ kind: 'decision', record: left, predictions: [] })}\n`,
    )
    const ledger = await openLedger(config)
    expect(await ledger.decision(left.id, 'north')).toEqual(left)
    await ledger.close()
  })

  it('when the spool cannot be written either, nothing is acknowledged', async () => {
    const ledger = await openLedger(config, { retryMs: 60_000 })
    await cable.cut()
    rmSync(join(config.dataDir, 'spool'), { recursive: true })
    await expect(ledger.record(decision())).rejects.toMatchObject({ code: 'ledger-failed', status: 503 })
    expect(ledger.health()).toMatchObject({ ok: false, state: 'degraded' })
    await ledger.close()
  })

  it('a record that the database refuses is kept aside and does not hold up the others', async () => {
    const ledger = await openLedger(config)
    const [good, bad, other] = [decision(), decision({ at: 'no date at all' }), decision()]
    await Promise.all([good, bad, other].map((one) => ledger.record(one)))
    expect([await ledger.decision(good.id, 'north'), await ledger.decision(other.id, 'north')]).toEqual([good, other])
    expect(ledger.health()).toMatchObject({ ok: true, state: 'degraded', rejected: 1, spooled: 0 })
    expect(await ledger.verifyChain()).toMatchObject({ state: 'intact', rows: 2 })
    await ledger.close()
  })

  it('a line of a spool that the disk has damaged is kept aside, and costs no other entry', async () => {
    const [one, two, three] = [decision(), decision(), decision()]
    const lines = [one, two, three].map((record) => JSON.stringify({ kind: 'decision', record, predictions: [] }))
    const damaged = `${lines[0]}\n${lines[1]?.slice(0, 3)}\u0000${lines[1]?.slice(4)}\n${lines[2]}\n{"kind":"dec`
    mkdirSync(join(config.dataDir, 'spool/7'), { recursive: true })
    writeFileSync(join(config.dataDir, 'spool/7/000000000001.ndjson'), damaged)
    const ledger = await openLedger(config)
    const kept = await Promise.all([one, two, three].map(({ id }) => ledger.decision(id, 'north')))
    expect(kept).toEqual([one, null, three])
    expect(ledger.health()).toMatchObject({ ok: true, state: 'degraded', rejected: 1 })
    await ledger.close()
    const [file = ''] = readdirSync(join(config.dataDir, 'spool/rejected/0')).filter((name) => name.endsWith('.ndjson'))
    expect(readFileSync(join(config.dataDir, 'spool/rejected/0', file), 'utf8')).toContain(two.id)
  })

  it('a damaged line that could not be kept aside is not passed over: it is kept aside at the next try', async () => {
    const line = (record: object): string => JSON.stringify({ kind: 'decision', record, predictions: [] })
    const folder = join(config.dataDir, 'of-another')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, '000000000001.ndjson'), `${line(decision())}\n{"damaged\n${line(decision())}\n`)
    const [database, spool] = [await openDatabase(config), await openSpool(folder)]
    const full = () => Promise.reject(new Error('no space left'))
    await expect(replay(database, spool, full)).rejects.toThrow('no space left')
    const aside: unknown[] = []
    await replay(database, spool, async (entry) => void aside.push(entry))
    await database.close()
    expect(aside).toEqual([{ kind: 'damaged', file: '000000000001.ndjson', at: 1, line: '{"damaged' }])
  })

  it('what is kept aside is kept once, however often the database fails before it has taken the rest', async () => {
    await (await openLedger(config)).close()
    await place.sql?.(
      'create function full_disk() returns trigger language plpgsql as $$begin raise exception using errcode = 53100; end$$',
    )
    await place.sql?.('create trigger full_disk before insert on spool_mark for each row execute function full_disk()')
    const line = (record: object): string => JSON.stringify({ kind: 'decision', record, predictions: [] })
    mkdirSync(join(config.dataDir, 'spool/7'), { recursive: true })
    writeFileSync(
      join(config.dataDir, 'spool/7/000000000001.ndjson'),
      `${line(decision())}\n{"damaged\n{"damaged\n${line(decision({ at: 'no date at all' }))}\n`,
    )
    const failing = await openLedger(config, { retryMs: 20 })
    await vi.waitFor(() => expect(failing.health().rejected).toBeGreaterThanOrEqual(2), { timeout: 10_000 })
    await new Promise((resolve) => setTimeout(resolve, 500)) // some tries more
    await failing.close()
    await place.sql?.('drop trigger full_disk on spool_mark')
    const ledger = await openLedger(config)
    expect(ledger.health()).toMatchObject({ state: 'degraded', rejected: 3, spooled: 0 })
    await ledger.close()
  })

  it('what was kept aside is told after a start, too, until somebody has taken it away', async () => {
    const first = await openLedger(config)
    await first.record(decision({ at: 'no date at all' }))
    await first.close()
    const second = await openLedger(config)
    expect(second.health()).toMatchObject({ ok: true, state: 'degraded', rejected: 1, detail: 'postgres degraded; 1 entries rejected' })
    await second.close()
    rmSync(join(config.dataDir, 'spool/rejected'), { recursive: true })
    const third = await openLedger(config)
    expect(third.health()).toMatchObject({ ok: true, state: 'ok', rejected: 0 })
    await third.close()
  })

  it('what a process kept aside is told by the one that takes its place before it leaves', async () => {
    const old = await openLedger(config)
    await old.record(decision({ at: 'no date at all' }))
    const fresh = await openLedger(config)
    await old.close()
    expect(fresh.health()).toMatchObject({ ok: true, state: 'degraded', rejected: 1 })
    await fresh.close()
  })
})

describe('the embedded ledger in trouble', () => {
  let place: Place
  beforeEach(async () => {
    place = await embeddedPlace()
  })
  afterEach(() => place.clear())

  it.runIf(existsSync('/proc/self/stat'))(
    'is not kept shut by a process that has the number of one that was killed, as after a start of the machine',
    async () => {
      const first = await openLedger(place.config)
      const path = join(place.config.dataDir, 'ledger/lock')
      const [, birth = ''] = readFileSync(path, 'utf8').split(' ')
      await first.close()
      const other = spawn('sleep', ['600'])
      await once(other, 'spawn')
      try {
        writeFileSync(path, `${other.pid} ${birth}`) // of its number, and begun at another time
        const ledger = await openLedger(place.config)
        await ledger.close()
        writeFileSync(path, `${other.pid}`) // as an earlier release wrote it: the number alone says nothing else
        await expect(openLedger(place.config)).rejects.toMatchObject({ code: 'ledger-failed' })
      } finally {
        other.kill()
      }
    },
  )

  it('is not opened twice', async () => {
    const ledger = await openLedger(place.config)
    await expect(openLedger(place.config)).rejects.toMatchObject({ code: 'ledger-failed' })
    await ledger.close()
    await (await openLedger(place.config)).close()
  })

  it('takes in what is only in the spool, and leaves out a line that was never acknowledged', async () => {
    const one = decision()
    mkdirSync(join(place.config.dataDir, 'spool/0'), { recursive: true })
    const file = join(place.config.dataDir, 'spool/0/000000000004.ndjson')
    writeFileSync(file, `${JSON.stringify({ kind: 'decision', record: one, predictions: [] })}\n`)
    appendFileSync(file, '{"kind":"decision","record":{"id":"torn')
    const ledger = await openLedger(place.config)
    expect(await ledger.recent(5, 'north')).toEqual([one])
    await ledger.close()
  })

  it('lets go of spool files once the database holds them on the disk', async () => {
    const ledger = await openLedger(place.config, { settleBytes: 20_000 })
    for (let n = 0; n < 200; n += 1) await ledger.record(decision())
    await vi.waitFor(() => expect(readdirSync(join(place.config.dataDir, 'spool/0')).length).toBeLessThan(4), { timeout: 120_000 })
    expect(await ledger.verifyChain()).toMatchObject({ state: 'intact', rows: 200 })
    await ledger.close()
  })

  it('a database that cannot be opened does not stop the start; records wait in the spool', async () => {
    rmSync(join(place.config.dataDir, 'ledger/pglite'), { recursive: true })
    writeFileSync(join(place.config.dataDir, 'ledger/pglite'), 'not a folder')
    const ledger = await openLedger(place.config, { retryMs: 60_000 })
    const one = decision()
    await ledger.record(one)
    expect(ledger.health()).toMatchObject({ ok: true, state: 'degraded', spooled: 1 })
    await ledger.close()
    rmSync(join(place.config.dataDir, 'ledger'), { recursive: true })
    const again = await openLedger(place.config)
    expect(await again.recent(5, 'north')).toEqual([one])
    await again.close()
  })
})
