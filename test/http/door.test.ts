import { Worker } from 'node:worker_threads'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ecPair, makeToken } from './client-tokens.ts'
import { orderSign, type Running, start } from './server-under-test.ts'

const SIGN = '/cds-services/echo-order-sign'
const pair = ecPair('k1')
const clients = ['north', 'south'].map((id) => ({
  id,
  tenant: id,
  iss: `https://${id}.test`,
  jwks: { keys: [pair.jwk] },
  cors: ['https://ehr.test'],
}))
let running: Running

/** Work that holds the thread, as assessing does. */
const runService = async () => {
  const until = performance.now() + 20
  while (performance.now() < until);
  return { cards: [] }
}

beforeAll(async () => {
  running = await start({ config: { auth: 'required' }, clients, kit: { runService } })
})
afterAll(() => running.close())

const tokenOf = (id: string, path = SIGN, { url: at } = running): string => {
  const url = at + path
  return `Bearer ${makeToken(url, { payload: { iss: `https://${id}.test` }, key: pair.privateKey })}`
}

type Answer = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly text: string }

/** Calls that a thread of its own makes all at once, one for each token: callers do not wait for the server's thread. */
const callFromOutside = (tokens: readonly string[], path = SIGN, { url: at } = running): Promise<Answer[]> => {
  const code = `
    const { parentPort, workerData: { url, body, tokens } } = require('node:worker_threads')
    const { request } = require('node:http')
    const one = (authorization) => new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', origin: 'https://ehr.test', authorization }
      const sent = request(url, { method: 'POST', headers }, (answer) => {
        let text = ''
        answer.on('data', (chunk) => { text += chunk })
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text }))
      })
      sent.on('error', reject).end(body)
    })
    Promise.all(tokens.map(one)).then((all) => parentPort.postMessage(all))`
  const worker = new Worker(code, { eval: true, workerData: { url: at + path, body: JSON.stringify(orderSign()), tokens } })
  return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject))
}

test('while one hospital sends more than can be answered, another is answered, and who is turned away can read why', async () => {
  const tokens = [...Array.from({ length: 150 }, () => tokenOf('north')), ...Array.from({ length: 3 }, () => tokenOf('south'))]
  const answers = await callFromOutside(tokens)
  expect(answers.slice(150).map(({ status }) => status)).toEqual([200, 200, 200])
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]))

  const away = answers.find(({ status }) => status === 503)
  const id = away?.headers['x-request-id']
  expect(away?.headers).toMatchObject({
    'retry-after': '1',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'access-control-allow-origin': 'https://ehr.test',
  })
  expect(JSON.parse(away?.text ?? '')).toEqual({
    resourceType: 'OperationOutcome',
    issue: [{ severity: 'error', code: 'transient', details: { text: expect.any(String) }, diagnostics: `overloaded ${id}` }],
  })
  const said = running.log.map((line) => JSON.parse(line)).filter((line) => line.id === id)
  expect(said).toEqual([
    expect.objectContaining({ msg: 'turned away', route: '/cds-services/:id', service: 'echo-order-sign', status: 503 }),
  ])
}, 60_000)

test.each([`${SIGN}/`, SIGN.replace('cds', 'CDS')])(
  'who writes the address as %s waits in the same line',
  async (path) => {
    const answers = await callFromOutside(
      Array.from({ length: 100 }, () => tokenOf('north', path)),
      path,
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]))
  },
  60_000,
)

test('who names another issuer with each call gets no more turns than who names one', async () => {
  const open = await start({ config: { auth: 'open' }, clients, kit: { runService } })
  const liars = Array.from({ length: 100 }, (_, n) => tokenOf(`liar-${n}`, SIGN, open))
  const honest = Array.from({ length: 3 }, () => tokenOf('south', SIGN, open))
  const answers = await callFromOutside([...liars, ...honest], SIGN, open)
  await open.close()
  expect(answers.slice(liars.length).map(({ status }) => status)).toEqual([200, 200, 200])
}, 60_000)
