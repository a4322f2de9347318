import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { makeOutbound } from '../../src/fhir/outbound.ts'
import { alarmBody, type Post, postAlarms } from '../../src/monitoring/webhook.ts'

const ALARM = {
  tenant: 'north',
  model: 'kidney',
  release: '1.0.0+abc',
  figure: 'psi',
  subject: 'age',
  state: 'act',
  before: 'watch',
  value: 0.4,
  says: 'Index 0.4 from 300 values: changed much.',
}

/** A receiver that answers with these statuses, the last one from then on. */
const answering = async (...statuses: readonly number[]) => {
  const bodies: string[] = []
  const server = http.createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    bodies.push(text)
    response.writeHead(statuses[Math.min(bodies.length, statuses.length) - 1] ?? 200).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, bodies, stop }
}

const posting = (network: Parameters<typeof makeOutbound>[0]) => {
  const outbound = makeOutbound(network)
  const post: Post = async (url, body) => {
    const request = { headers: { 'content-type': 'application/json' }, signal: AbortSignal.timeout(2000), budget: { bytes: 1000 } }
    const received = await outbound.post(new URL(url), request, body)
    return received.ok ? received.status : null
  }
  return { post, close: () => outbound.close() }
}

const NEVER = new AbortController().signal
const OPEN = { allowHttp: true, allowPrivateAddresses: true }

describe('alarms to a webhook', () => {
  it.each([
    ['is taken at once', [204], true, 1],
    ['is tried again while the other side is in trouble', [503, 429, 200], true, 3],
    ['is given up after the last try', [500], false, 4],
    ['is not tried again when it is refused', [403], false, 1],
    ['does not follow a redirect', [302], false, 1],
  ] as const)('an alarm %s', async (_what, statuses, taken, tries) => {
    const receiver = await answering(...statuses)
    const { post, close } = posting(OPEN)
    const body = alarmBody([ALARM], '2026-06-30T10:00:00.000Z')
    expect(await postAlarms(post, { url: receiver.url, tries: 4, ending: NEVER, pauseMs: 1 }, body)).toBe(taken)
    expect(receiver.bodies).toEqual(Array.from({ length: tries }, () => body))
    expect(JSON.parse(body)).toEqual({ source: 'attune', at: '2026-06-30T10:00:00.000Z', alarms: [ALARM] })
    close()
    await receiver.stop()
  })

  it.each([
    ['a pause', async () => 503],
    ['a post that does not end', () => new Promise<null>(() => {})],
  ])('do not keep a server from stopping: %s is cut short', async (_what, post) => {
    const ending = new AbortController()
    const posted = postAlarms(
      post,
      { url: 'http://127.0.0.1/', tries: 9, ending: ending.signal, pauseMs: 600_000 },
      alarmBody([ALARM], 'now'),
    )
    setTimeout(() => ending.abort(), 20)
    expect(await posted).toBe(false)
  })

  it.each([
    ['http where only https is allowed', { allowHttp: false, allowPrivateAddresses: true }],
    ['a private address where only public ones are allowed', { allowHttp: true, allowPrivateAddresses: false }],
  ])('never reach %s', async (_what, network) => {
    const receiver = await answering(200)
    const { post, close } = posting(network)
    expect(await postAlarms(post, { url: receiver.url, tries: 2, ending: NEVER, pauseMs: 1 }, alarmBody([ALARM], 'now'))).toBe(false)
    expect(receiver.bodies).toEqual([])
    close()
    await receiver.stop()
  })
})
