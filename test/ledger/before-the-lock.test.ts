import { expect, it } from 'vitest'
import { appendEntries } from '../../src/ledger/append.ts'
import type { Database } from '../../src/ledger/database.ts'
import { decision } from './decisions.ts'

it('a record is written out before the transaction that locks the chain begins: other processes do not wait for it', async () => {
  const order: string[] = []
  const record = {
    ...decision(),
    get questions() {
      order.push('the record is read')
      return []
    },
  }
  const transaction = () => {
    order.push('the transaction begins')
    throw new Error('enough is known')
  }
  const database = { db: { transaction }, packs: false } as unknown as Database // it comes no further
  await expect(appendEntries(database, [{ kind: 'decision', record, predictions: [] }], null)).rejects.toThrow('enough is known')
  expect([...new Set(order)]).toEqual(['the record is read', 'the transaction begins'])
})
