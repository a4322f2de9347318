import { setImmediate as turn } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { collectGarbage } from '../../src/cli/collect-garbage.ts'

it('what nobody holds any more is gone after a collection, and programs find no collector that they were not given', async () => {
  const left = Array.from({ length: 100 }, () => new WeakRef({ text: 'left behind' }))
  const held = { text: 'held' }
  const kept = new WeakRef(held)
  await turn()
  expect(left.filter((one) => one.deref() !== undefined)).toHaveLength(100)
  await turn()
  collectGarbage()
  expect(left.filter((one) => one.deref() !== undefined)).toEqual([])
  expect(kept.deref()).toBe(held)
  expect('gc' in globalThis).toBe(process.execArgv.includes('--expose-gc'))
})
