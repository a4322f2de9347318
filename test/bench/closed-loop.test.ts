import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { closedLoop } from '../../tools/bench/load.ts'

/** Far above what a server on loopback needs to answer nothing. */
const SIGNING_MS = 400

const signSlowly = () => {
  const until = performance.now() + SIGNING_MS
  while (performance.now() < until);
  return { body: '{}', headers: {} }
}

test('what the caller needs to make a call, its token above all, is no part of the time that the server took', async () => {
  const server = createServer((request, response) => request.resume().on('end', () => response.end('{}')))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const { calls, p50 } = await closedLoop({ url, pid: process.pid }, signSlowly, { connections: 1, seconds: SIGNING_MS / 500 })
  server.close()
  expect(calls).toBeGreaterThan(0)
  expect(p50).toBeLessThan(SIGNING_MS)
})
