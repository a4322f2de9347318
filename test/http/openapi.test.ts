import express from 'express'
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest'
import type { OpenApi } from '../../src/http/openapi.ts'
import { type Running, start } from './server-under-test.ts'

/** Answers that are pages or their style, not API. */
const NO_API = ['get /', 'get /docs/style.css']

type Layer = { readonly method?: string }

/** Every route that the app makes at start, as `method path`, beside what its own description lists. */
const routesAndRows = async (mode: 'sandbox' | 'production') => {
  const spy = vi.spyOn(express.application, 'route')
  const running = await start({ mode })
  const routes = spy.mock.results.flatMap(({ value }) => {
    const { path, stack } = value as unknown as { path: string; stack: readonly Layer[] }
    const methods = new Set(stack.map(({ method }) => method).filter((method) => method === 'get' || method === 'post'))
    return Array.from(methods, (method) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
  })
  spy.mockRestore()
  const { paths } = (await (await fetch(`${running.url}/openapi.json`)).json()) as OpenApi
  await running.close()
  const rows = Object.entries(paths).flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
  return { routes: [...new Set(routes)].filter((route) => !NO_API.includes(route)).sort(), rows: rows.sort() }
}

it.each(['sandbox', 'production'] as const)('openapi.json lists exactly the routes of the app: %s', async (mode) => {
  const { routes, rows } = await routesAndRows(mode)
  expect(routes.length).toBeGreaterThan(20)
  expect(rows).toEqual(routes)
})

type Described = { readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, object>> }>> }

describe('What is answered, the description says', () => {
  let running: Running
  let described: Readonly<Record<string, Readonly<Record<string, Described>>>>
  beforeAll(async () => {
    const health = async () => ({ ledger: { ok: false, detail: 'away' } })
    running = await start({ kit: { health }, config: { limits: { requestsPerMinute: 40 } } })
    described = ((await (await fetch(`${running.url}/openapi.json`)).json()) as { paths: typeof described }).paths
  })
  afterAll(() => running.close())

  /** The answer, and what the description has for its status. */
  const ask = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(running.url + path, { headers })
    const said = described[path.split('?')[0] ?? '']?.get?.responses[answer.status]
    return { status: answer.status, type: answer.headers.get('content-type')?.split(';')[0], said, etag: answer.headers.get('etag') ?? '' }
  }

  test.each(['/api/overrides', '/api/shadow'])('of %s as a table', async (path) => {
    const { status, type, said } = await ask(`${path}?format=csv`)
    expect([status, type]).toEqual([200, 'text/csv'])
    expect(Object.keys(said?.content ?? {})).toEqual(['application/json', 'text/csv'])
  })

  test('of a discovery that the caller has already', async () => {
    const { etag } = await ask('/cds-services')
    const { status, said } = await ask('/cds-services', { 'if-none-match': etag })
    expect([status, said]).toEqual([304, { description: 'Unchanged since the answer with that ETag.' }])
  })

  test('of a server that is not ready: its parts, as when it is', async () => {
    const { status, said } = await ask('/readyz')
    const content = described['/readyz']?.get?.responses[200]?.content
    expect([status, said?.content]).toEqual([503, content])
  })

  test('of a refused call: an empty body to who calls with a JWT, the reason to the app', async () => {
    const answer = await fetch(`${running.url}/api/profile`, { method: 'POST' })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([401, 'application/json; charset=utf-8'])
    const said = ['/api/profile', '/api/outcomes'].map((path) => Object.keys(described[path]?.post?.responses[401]?.content ?? {}))
    expect(said).toEqual([['application/json'], []])
  })

  test('of every path while the server loads or has too much to do', () => {
    const without = Object.entries(described).flatMap(([path, methods]) =>
      Object.values(methods).flatMap(({ responses }) => (responses[503] === undefined ? [path] : [])),
    )
    expect(without).toEqual([])
  })

  test('of every path whose requests are counted, once there were too many', async () => {
    for (let call = 0; call < 50; call += 1) await ask('/api/products')
    const counted: string[] = []
    for (const path of Object.keys(described).filter((one) => described[one]?.get !== undefined)) {
      const { status, said } = await ask(path)
      if (status === 429 && said === undefined) counted.push(path)
    }
    expect(counted).toEqual([])
  })
})
