import { afterAll, expect, it, vi } from 'vitest'
import type { Database } from '../../src/ledger/database.ts'
import type { Entry } from '../../src/ledger/entries.ts'
import { openStore } from '../../src/ledger/store.ts'
import { decision } from './decisions.ts'
import { emptyPlace } from './engines.ts'

/** Databases that hold nothing, in the order of their opening, and what the store asked of them. */
const fake = vi.hoisted(() => ({
  open: [] as { closed: boolean }[],
  settled: [] as { at: number; closed: boolean }[],
  isBroken: false,
  free: Promise.resolve(),
}))

const refuseBroken = vi.hoisted(() => async (): Promise<void> => {
  if (fake.isBroken) throw new Error('the database does not answer')
})

vi.mock('../../src/ledger/database.ts', () => ({
  openDatabase: async (): Promise<Database> => {
    const one = { closed: false }
    fake.open.push(one)
    fake.isBroken = false
    const close = async () => {
      one.closed = true
    }
    return Object.assign(one, { db: {} as Database['db'], unflushed: null, packs: true, close })
  },
}))
vi.mock('../../src/ledger/queries.ts', () => ({ ping: refuseBroken }))
vi.mock('../../src/ledger/replay-spool.ts', () => ({
  LARGEST_BATCH: 256,
  isRefusal: () => false,
  appendOrRefuse: refuseBroken,
  replay: async () => {},
  settle: async (to: Database & { closed: boolean }, _spool: unknown, files: readonly string[]) => {
    if (files.length === 0) return
    fake.settled.push({ at: fake.open.indexOf(to), closed: to.closed })
    await fake.free
  },
}))

const place = await emptyPlace()
afterAll(() => place.clear())

it('spool files whose turn to be settled comes after their database was replaced are settled in the one that is there', async () => {
  let release = (): void => {}
  fake.free = new Promise((resolve) => {
    release = resolve
  })
  const store = await openStore(place.config, { retryMs: 50, settleBytes: 1 })
  const write = () => store.write({ kind: 'decision', record: decision(), predictions: [] } as unknown as Entry)
  await write()
  await vi.waitFor(() => expect(fake.settled).toEqual([{ at: 0, closed: false }]), 120_000)
  await write() // waits for its turn behind the first
  await new Promise((resolve) => setTimeout(resolve, 1000)) // until the first database has what was written
  fake.isBroken = true
  await write()
  await vi.waitFor(() => expect([fake.open.length, store.health().state]).toEqual([2, 'ok']), { timeout: 120_000 })
  release()
  await vi.waitFor(() => expect(fake.settled.some(({ at }) => at === 1)).toBe(true), { timeout: 120_000 })
  await store.close()
  expect(fake.settled.filter(({ closed }) => closed)).toEqual([])
}, 600_000)
