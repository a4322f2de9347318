import { expect, test } from 'vitest'
import { makeCallTurns } from '../../src/fhir/call-turns.ts'

const CALL_MS = 1000

/** A server with so many connections, a clock of its own, and the order in which reads were let through. */
const serverOf = (connections: number) => {
  let clock = 0
  const turns = makeCallTurns(connections, CALL_MS, () => clock)
  const gone: string[] = []
  const ended: string[] = []
  return {
    gone,
    ended,
    pass: (ms: number) => (clock += ms),
    /** A call that asks for so many reads at once; what comes back ends it. */
    call: (name: string, reads: number) => {
      const controller = new AbortController()
      const ask = (read: number) =>
        turns.take(controller.signal).then((may) => void (may ? gone : ended).push(reads === 1 ? name : `${name}${read}`))
      for (let read = 1; read <= reads; read += 1) ask(read)
      return { end: () => controller.abort(), ask }
    },
    /** So many reads are answered, one after the other. */
    answer: async (reads: number) => {
      for (let read = 0; read < reads; read += 1) {
        turns.leave()
        await Promise.resolve()
      }
    },
    settle: () => new Promise((resolve) => setImmediate(resolve)),
  }
}

test('reads go at once as long as there are connections, and never more than those', async () => {
  const server = serverOf(2)
  server.call('a', 3)
  await server.settle()
  expect(server.gone).toEqual(['a1', 'a2'])
})

test('calls are served in the order in which they came, each as a whole', async () => {
  const server = serverOf(1)
  for (const name of ['a', 'b', 'c']) server.call(name, 2)
  await server.answer(5)
  await server.settle()
  expect(server.gone).toEqual(['a1', 'a2', 'b1', 'b2', 'c1', 'c2'])
})

test('a call that has begun asks for more and goes on before another begins', async () => {
  const server = serverOf(1)
  const { ask } = server.call('a', 1)
  server.call('b', 1)
  ask(1)
  await server.answer(2)
  await server.settle()
  expect(server.gone).toEqual(['a', 'a', 'b'])
})

test('a call that has had the time of a call has no right of way any more', async () => {
  const server = serverOf(1)
  const { ask } = server.call('long', 1)
  server.pass(CALL_MS)
  server.call('b', 1)
  ask(1)
  await server.answer(2)
  await server.settle()
  expect(server.gone).toEqual(['long', 'b', 'long'])
})

test('when the first has waited three quarters of its time the last goes first, and is served whole', async () => {
  const server = serverOf(1)
  server.call('under way', 1)
  server.call('first', 2)
  server.pass(0.75 * CALL_MS)
  server.call('last', 2)
  await server.answer(4)
  await server.settle()
  expect(server.gone).toEqual(['under way', 'last1', 'last2', 'first1', 'first2'])
})

test('a call whose time ends in the line takes no connection', async () => {
  const server = serverOf(1)
  server.call('a', 1)
  const b = server.call('b', 2)
  server.call('c', 1)
  b.end()
  await server.answer(1)
  await server.settle()
  expect([server.gone, server.ended]).toEqual([
    ['a', 'c'],
    ['b1', 'b2'],
  ])
})

test('a call that has ended is not let through, even where a connection is free', async () => {
  const server = serverOf(1)
  const { end, ask } = server.call('a', 1)
  end()
  ask(1)
  await server.answer(1)
  server.call('b', 1)
  await server.settle()
  expect([server.gone, server.ended]).toEqual([['a', 'b'], ['a']])
})

test('connections that nobody waits for are free for the next', async () => {
  const server = serverOf(2)
  server.call('a', 2)
  await server.answer(2)
  server.call('b', 3)
  await server.settle()
  expect(server.gone).toEqual(['a1', 'a2', 'b1', 'b2'])
})
