import express from 'express'
import { expect, it, vi } from 'vitest'
import type { OpenApi } from '../../src/http/openapi.ts'
import { start } from './server-under-test.ts'

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
