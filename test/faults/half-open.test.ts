import { connect, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { orderSign, post, type Running, start } from '../http/server-under-test.ts'

let running: Running
beforeAll(async () => {
  running = await start()
})
afterAll(() => running.close())

const BEGINNINGS = [
  'POST /cds-services/echo-order-sign HTTP/1.1\r\nHost: x\r\n',
  'POST /cds-services/echo-order-sign HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5000\r\n\r\n{"hook":',
  '',
]

it('L-4: 400 connections that stop in the midst of headers or bodies, or say nothing, keep no good call from its answer', async () => {
  const { hostname, port } = new URL(running.url)
  const sockets = await Promise.all(
    Array.from(
      { length: 400 },
      (_, n) =>
        new Promise<Socket>((resolve) => {
          const socket = connect(Number(port), hostname, () => {
            socket.write(BEGINNINGS[n % BEGINNINGS.length] ?? '')
            resolve(socket)
          })
          socket.on('error', () => undefined)
        }),
    ),
  )
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => post(`${running.url}/cds-services/echo-order-sign`, JSON.stringify(orderSign()))),
  )
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
  for (const socket of sockets) socket.destroy()
})
