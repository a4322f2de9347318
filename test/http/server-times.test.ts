import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { makeDrain, makeServer, SERVER_TIMES } from '../../src/http/server.ts'
import { keepingAgent } from '../../tools/soak/agent.ts'

/** Opens a socket, writes one text and waits for the end; ends with milliseconds and what came back. */
const trickle = (port: number, text: string): Promise<{ ms: number; received: string }> =>
  new Promise((resolve) => {
    const started = performance.now()
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve({ ms: performance.now() - started, received }))
  })

test('headers and bodies that never end are closed at their deadlines', async () => {
  const server = makeServer((req, res) => void req.on('end', () => res.end('ok')).resume(), {
    headers: 200,
    request: 400,
    idle: 200,
    check: 50,
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const [headers, body] = await Promise.all([
    trickle(port, 'POST / HTTP/1.1\r\nHost: x\r\n'),
    trickle(port, 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{'),
  ])
  expect(headers.received).toMatch(/^HTTP\/1\.1 408/)
  expect(headers.ms).toBeLessThan(30_000) // Node's own is a minute
  expect(body.received).not.toContain('200')
  expect(body.ms).toBeLessThan(60_000) // Node's own is five minutes
  await new Promise((resolve) => server.close(resolve))
})

test('the deadlines in use are within 10 seconds for headers and 15 for bodies', () => {
  expect([SERVER_TIMES.headers <= 10_000, SERVER_TIMES.request <= 15_000, SERVER_TIMES.check <= 1000]).toEqual([true, true, true])
})

/** Sends requests on one kept connection; each answer's status and `connection` header. */
const onOneConnection = async (port: number) => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  const ask = () =>
    new Promise<string>((resolve, reject) => {
      http
        .get({ port, agent, host: '127.0.0.1' }, (response) => {
          response.resume().on('end', () => resolve(`${response.statusCode} ${response.headers.connection}`))
        })
        .on('error', reject)
    })
  return { ask, close: () => agent.destroy() }
}

test('F31: a server that ends answers a call that comes on a kept connection, as its last, and takes no new connection', {
  retry: 4,
}, async () => {
  const server = makeServer((_req, res) => void res.end('ok'))
  const drain = makeDrain(server, { quiet: 500, all: 3000 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const kept = await onOneConnection(port)
  expect(await kept.ask()).toBe('200 keep-alive')
  const ended = drain()
  expect(await kept.ask()).toBe('200 close')
  await expect(kept.ask()).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  await ended
  kept.close()
})

test('F31: kept connections on which nothing comes do not hold up the end', { timeout: 60_000 }, async () => {
  const server = makeServer((_req, res) => void res.end('ok'))
  const drain = makeDrain(server, { quiet: 100, all: 3_600_000 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const kept = await onOneConnection((server.address() as AddressInfo).port)
  await kept.ask()
  await drain() // within the test's time, which is shorter than the cut
  kept.close()
})

test('F31: while calls still come, quiet kept connections stay open for theirs', { retry: 4 }, async () => {
  const server = makeServer((_req, res) => void res.end('ok'))
  const drain = makeDrain(server, { quiet: 1000, all: 30_000 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const kept = await Promise.all(Array.from({ length: 8 }, () => onOneConnection(port)))
  for (const one of kept) await one.ask()
  const ended = drain()
  const answers: string[] = []
  for (const one of kept) {
    await wait(250)
    answers.push(await one.ask())
  }
  expect(answers).toEqual(kept.map(() => '200 close'))
  await ended
  for (const one of kept) one.close()
})

/** Calls once, and once more in the moment in which the server has closed the quiet connection and the caller cannot know it yet. */
const callAtTheClosing = async (agent: http.Agent): Promise<string> => {
  const server = makeServer((_req, res) => void res.end('ok'), { headers: 10_000, request: 10_000, idle: 2500, check: 1000 })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const ask = () =>
    new Promise<string>((resolve) => {
      http
        .get({ port, agent, host: '127.0.0.1' }, (response) => void response.resume().on('end', () => resolve(`${response.statusCode}`)))
        .on('error', (error: NodeJS.ErrnoException) => resolve(`${error.code}`))
    })
  let again: Promise<string> | null = null
  const second = new Promise<string>((resolve) => {
    const askAgain = (): void => {
      again ??= ask()
      resolve(again)
    }
    server.once('connection', (socket) => socket.once('timeout', askAgain).once('close', askAgain)) // heard after the server's own listener
  })
  await ask()
  const answer = await second
  agent.destroy()
  await new Promise((resolve) => server.close(resolve))
  return answer
}

test('who keeps a quiet connection as long as the server does may lose a call; who lets go of it earlier does not', async () => {
  expect(await callAtTheClosing(new http.Agent({ keepAlive: true }))).toBe('ECONNRESET')
  expect(await callAtTheClosing(keepingAgent(500))).toBe('200')
})

test('a quiet connection is kept longer than the 60 seconds of usual balancers', async () => {
  const server = makeServer((_req, res) => void res.end('ok'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  expect(Number(/^timeout=(\d+)/.exec(response.headers.get('keep-alive') ?? '')?.[1])).toBeGreaterThan(60)
  await response.text()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})
