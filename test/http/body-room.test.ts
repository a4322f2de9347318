import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { ClientConfig } from '../../src/config.ts'
import type { HookService } from '../../src/hooks/discovery.ts'
import type { HookRequest } from '../../src/hooks/request.ts'
import { ecPair, makeToken } from './client-tokens.ts'
import { orderSign, post, type Running, start } from './server-under-test.ts'

const SIGN = '/cds-services/echo-order-sign'
/** Who waits for room waits for less than a second: a machine that stops for longer ends the wait, but not in each try. */
const AGAIN = { retry: 4 }
/** Room for one body of this size, or two of less than half. */
const ROOM = 1_000_000
const pair = ecPair('k1')
const clients = ['north', 'south', 'east', 'west'].map((id) => ({ id, tenant: id, iss: `https://${id}.test`, jwks: { keys: [pair.jwk] } }))

let running: Running
/** Names of calls whose work began, in order. */
let begun: string[]
let ends: Map<string, () => void>

const open = async (setting: Parameters<typeof start>[0] = {}) => {
  begun = []
  ends = new Map()
  /** Works until the test ends it. */
  const runService = (_service: HookService, asked: HookRequest, _client: ClientConfig) => {
    const name = asked.userId.replace('Practitioner/', '')
    begun.push(name)
    return new Promise<{ cards: never[] }>((resolve) => ends.set(name, () => resolve({ cards: [] })))
  }
  const config = { limits: { bodyBytes: ROOM, bodyBytesAtOnce: ROOM }, ...setting.config }
  running = await start({ ...setting, config, kit: { runService } })
}

afterEach(async () => {
  for (const end of ends.values()) end()
  await running.close()
})

const bodyOf = (name: string, bytes: number): string => {
  const call = { ...orderSign(), context: { ...(orderSign().context as object), userId: `Practitioner/${name}` } }
  return JSON.stringify({ ...call, extension: { pad: 'x'.repeat(Math.max(0, bytes - JSON.stringify(call).length)) } })
}

const send = (name: string, bytes: number, headers: Record<string, string> = {}): Promise<Response> =>
  post(running.url + SIGN, bodyOf(name, bytes), headers)

/** Sent by one who does not look at the answer. */
const leave = (...call: Parameters<typeof send>): void => void send(...call).catch(() => undefined)

const as = (tenant: string): Record<string, string> => {
  const url = running.url + SIGN
  return { authorization: `Bearer ${makeToken(url, { payload: { iss: `https://${tenant}.test` }, key: pair.privateKey })}` }
}

const untilBegun = (...names: string[]) => expect.poll(() => begun, { timeout: 120_000, interval: 5 }).toEqual(names)

describe('A large body that finds no room', () => {
  beforeEach(() => open())

  test('waits until there is some, and small ones pass it', AGAIN, async () => {
    const first = send('first', 600_000)
    await untilBegun('first')
    const second = send('second', 600_000)
    const small = send('small', 20_000)
    await untilBegun('first', 'small')
    ends.get('first')?.()
    await untilBegun('first', 'small', 'second')
    for (const end of ends.values()) end()
    expect((await Promise.all([first, second, small])).map(({ status }) => status)).toEqual([200, 200, 200])
  })

  test('is told with 503 to come again when it has waited for most of a second', AGAIN, async () => {
    leave('first', 600_000)
    await untilBegun('first')
    const answer = await send('second', 600_000)
    expect([answer.status, answer.headers.get('retry-after'), begun]).toEqual([503, '1', ['first']])
    expect(running.log.some((line) => line.includes('no room for a body of 6'))).toBe(true)
  })

  test('gives its room back when its caller goes away before the end of the body', AGAIN, async () => {
    const headers = { 'content-type': 'application/json', 'content-length': 600_000 }
    const slow = request(running.url + SIGN, { method: 'POST', headers }).on('error', () => undefined)
    slow.write(bodyOf('slow', 1_000))
    await new Promise((resolve) => setTimeout(resolve, 50))
    const second = send('second', 600_000)
    await new Promise((resolve) => setTimeout(resolve, 50))
    const before = [...begun]
    slow.destroy()
    await untilBegun('second')
    ends.get('second')?.()
    expect([before, (await second).status]).toEqual([[], 200])
  })
})

test('A body that comes slowly counts for what has come: a tenant with one such does not keep others from sending', AGAIN, async () => {
  await open({ config: { auth: 'required', limits: { bodyBytes: ROOM, bodyBytesAtOnce: ROOM } }, clients })
  const headers = { 'content-type': 'application/json', 'content-length': ROOM, ...as('north') }
  const slow = request(running.url + SIGN, { method: 'POST', headers }).on('error', () => undefined)
  slow.write(bodyOf('slow', 1_000))
  await new Promise((resolve) => setTimeout(resolve, 50))
  const other = send('south', 400_000, as('south'))
  await untilBegun('south')
  ends.get('south')?.()
  expect((await other).status).toBe(200)
  slow.destroy()
})

test('A body behind another call of its connection gives its room back when the connection ends', AGAIN, async () => {
  await open()
  const head = (bytes: number) => `POST ${SIGN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${bytes}\r\n\r\n`
  const first = bodyOf('first', 0)
  const socket = connect(Number(new URL(running.url).port)).on('error', () => undefined)
  socket.write(head(Buffer.byteLength(first)) + first + head(900_000) + bodyOf('behind', 1_000))
  await untilBegun('first')
  await new Promise((resolve) => setTimeout(resolve, 50))
  socket.destroy()
  const next = send('next', 900_000)
  await untilBegun('first', 'next')
  ends.get('next')?.()
  expect((await next).status).toBe(200)
})

test('A body of unknown length counts for what it is once it was read', AGAIN, async () => {
  await open({ config: { limits: { bodyBytes: 400_000, bodyBytesAtOnce: 1_000_000 } } })
  for (const name of ['a', 'b', 'c']) {
    const sent = request(running.url + SIGN, { method: 'POST', headers: { 'content-type': 'application/json' } }, (answer) =>
      answer.resume(),
    )
    sent.on('error', () => undefined)
    sent.write(bodyOf(name, 1_000)) // in chunks
    sent.end()
  }
  await expect.poll(() => [...begun].sort(), { timeout: 700, interval: 5 }).toEqual(['a', 'b', 'c'])
})

test('Tenants get room in turn: who sends many large bodies waits behind its own', AGAIN, async () => {
  await open({ config: { auth: 'required', limits: { bodyBytes: 300_000, bodyBytesAtOnce: 600_000 } }, clients })
  leave('north-1', 250_000, as('north'))
  await untilBegun('north-1')
  leave('north-2', 250_000, as('north'))
  leave('north-3', 250_000, as('north'))
  leave('south-1', 250_000, as('south'))
  await expect.poll(() => begun.slice(0, 2), { timeout: 120_000 }).toEqual(['north-1', 'south-1']) // half of the room is not north's
})

test('Two tenants whose records lie there while their EHRs are slow keep no third one out', AGAIN, async () => {
  await open({ config: { auth: 'required', limits: { bodyBytes: ROOM, bodyBytesAtOnce: ROOM } }, clients })
  for (const n of [1, 2, 3, 4]) for (const id of ['north', 'south']) leave(`${id}-${n}`, 120_000, as(id))
  await expect.poll(() => begun.length, { timeout: 120_000, interval: 5 }).toBeGreaterThanOrEqual(6)
  const third = send('east', 120_000, as('east'))
  await expect.poll(() => begun, { timeout: 120_000, interval: 5 }).toContain('east')
  ends.get('east')?.()
  expect((await third).status).toBe(200)
})

test('A body of more than half of the room keeps nobody out while it waits for a quiet moment', AGAIN, async () => {
  await open({ config: { auth: 'required', limits: { bodyBytes: ROOM, bodyBytesAtOnce: ROOM } }, clients })
  for (const name of ['south-1', 'south-2', 'south-3', 'south-4', 'south-5']) leave(name, 90_000, as('south'))
  leave('west', 80_000, as('west'))
  await expect.poll(() => begun.length, { timeout: 120_000, interval: 5 }).toBe(6)
  const told: number[] = []
  const large = send('north', 950_000, as('north')).then(({ status }) => told.push(status))
  await new Promise((resolve) => setTimeout(resolve, 50))
  leave('east', 90_000, as('east'))
  await expect.poll(() => begun[6], { timeout: 120_000, interval: 5 }).toBe('east')
  expect(told).toEqual([])
  await large
  expect(told).toEqual([503])
})

test('A body of more than half of the room needs half of it free', AGAIN, async () => {
  await open({ config: { auth: 'required', limits: { bodyBytes: ROOM, bodyBytesAtOnce: ROOM } }, clients })
  leave('south', 400_000, as('south'))
  await untilBegun('south')
  leave('north', 950_000, as('north'))
  await untilBegun('south', 'north')
})

test('A body that is larger than any may be is refused at once, whatever room there is', AGAIN, async () => {
  await open()
  leave('first', 900_000)
  await untilBegun('first')
  expect((await send('huge', 1_200_000)).status).toBe(413)
})
