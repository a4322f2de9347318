import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeClockWatch } from '../../src/http/clock-watch.ts'
import { makeMemoryReplayGuard } from '../../src/http/replay-guard.ts'
import { ecPair, ISSUER, makeToken } from './client-tokens.ts'
import { type Running, start } from './server-under-test.ts'

const own = ecPair('k1')
const stranger = ecPair('k1')
const MINUTE = 60

const warned: object[] = []
const clocks = makeClockWatch((detail) => void warned.push(detail))
let running: Running

beforeAll(async () => {
  running = await start({ config: { auth: 'required' }, clients: [{ id: 'ehr', iss: ISSUER, jwks: { keys: [own.jwk] } }], kit: { clocks } })
})
afterAll(() => running.close())

/** A call by an EHR whose clock is off by so many seconds, with tokens that live for one minute. */
const callAt = async (offS: number, key = own.privateKey): Promise<number> => {
  const url = `${running.url}/cds-services`
  const iat = Math.floor(Date.now() / 1000) + offS
  return (
    await fetch(url, { headers: { authorization: `Bearer ${makeToken(url, { payload: { iat, nbf: iat, exp: iat + MINUTE }, key })}` } })
  ).status
}

describe('The clock of an EHR', () => {
  test.each([0, 1, 2, 4, 4.9, -1, -2, -4, -4.9].map((minutes) => [minutes]))('may be off by %d minutes', async (minutes) => {
    expect(await callAt(Math.round(minutes * MINUTE))).toBe(200)
    expect(clocks.said()).toBeNull()
  })

  test('that a stranger claims says nothing: tokens with a wrong signature leave health as it is', async () => {
    expect([await callAt(-60 * MINUTE, stranger.privateKey), clocks.said()]).toEqual([401, null])
  })

  test.each([7, 60, -7, -60].map((minutes) => [minutes]))(
    'off by %d minutes is refused, and health says so without naming it',
    async (minutes) => {
      expect(await callAt(minutes * MINUTE)).toBe(401)
      expect(clocks.said()).toBe('tokens of one client were signed properly and came out of time: compare the clocks')
      expect(warned).toEqual([{ client: 'ehr', seconds: expect.any(Number) }]) // told once, not at each call
    },
  )
})

test('a used token is remembered for as long as another process would take it whose clock is five minutes behind', async () => {
  const kept: number[] = []
  const guard = makeMemoryReplayGuard()
  const claim: typeof guard.claim = (issuer, jti, until) => {
    kept.push(until)
    return guard.claim(issuer, jti, until)
  }
  const server = await start({
    config: { auth: 'required' },
    clients: [{ id: 'ehr', iss: ISSUER, jwks: { keys: [own.jwk] } }],
    kit: { replay: { ...guard, claim } },
  })
  const url = `${server.url}/cds-services`
  const iat = Math.floor(Date.now() / 1000)
  const token = makeToken(url, { payload: { iat, exp: iat + 10 * MINUTE }, key: own.privateKey })
  expect((await fetch(url, { headers: { authorization: `Bearer ${token}` } })).status).toBe(200)
  expect(kept).toEqual([iat + 16 * MINUTE]) // its end, a minute on its way, and the five
  await server.close()
})

describe('The clock of this machine', () => {
  const watch = () => {
    const time = { wall: 1_800_000_000_000, monotonic: 0 }
    const said = makeClockWatch(() => undefined, { wall: () => time.wall, monotonic: () => time.monotonic }).said
    const pass = (ms: number, jumpMs = 0) => {
      time.wall += ms + jumpMs
      time.monotonic += ms
    }
    return { said, pass }
  }

  test('that goes as it should is not spoken of', () => {
    const { said, pass } = watch()
    pass(86_400_000, 30_000)
    expect(said()).toBeNull()
  })

  test.each([
    ['an hour ahead', 3_600_000, 'the clock of this machine was moved by 3600 s since the start'],
    ['an hour back', -3_600_000, 'the clock of this machine was moved by -3600 s since the start'],
  ])('that jumps by %s while the server runs is reported', (_name, jumpMs, says) => {
    const { said, pass } = watch()
    pass(1000, jumpMs)
    expect(said()).toBe(says)
  })

  test('that was off is forgotten 15 minutes after the last token out of time', () => {
    const time = { now: 0 }
    const one = makeClockWatch(() => undefined, { wall: () => time.now, monotonic: () => time.now })
    one.note('ehr', 400)
    time.now = 14 * 60_000
    expect(one.said()).not.toBeNull()
    time.now = 16 * 60_000
    expect(one.said()).toBeNull()
  })
})
