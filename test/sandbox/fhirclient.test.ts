import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import smart from 'fhirclient'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeSandbox } from '../../src/sandbox/sandbox.ts'
import { makeBrowser, postJson, type Served } from './serve.ts'

/** State of fhirclient for one browser, kept in memory. */
const makeStorage = () => {
  const values = new Map<string, unknown>()
  return {
    get: async (key: string) => values.get(key),
    set: async (key: string, value: unknown) => {
      values.set(key, value)
      return value
    },
    unset: async (key: string) => values.delete(key),
  }
}

/** The sandbox with a tiny app beside it that uses fhirclient 2.6.3 as it is published: launch, redirect, read, refresh. */
const serveWithApp = async (): Promise<Served> => {
  let url = ''
  const sandbox = await makeSandbox({ mode: 'sandbox', publicUrl: () => url })
  const storage = makeStorage()
  const app = express().use(sandbox.router)
  app.get('/app/launch.html', async (request, response) => {
    const options = { clientId: 'attune-app', redirectUri: `${url}/app/`, pkceMode: 'required' as const, iss: `${url}/fhir` }
    const scope = request.query.launch
      ? 'openid fhirUser launch patient/*.rs offline_access'
      : 'openid fhirUser launch/patient patient/*.rs offline_access'
    await smart(request, response, storage).authorize({ ...options, scope })
  })
  app.get('/app/', async (request, response) => {
    const client = await smart(request, response, storage).ready()
    const patient = (await client.patient.read()) as { id: string }
    const labs = await client.request<{ id: string }[]>(`Observation?patient=${client.patient.id}&category=laboratory&_count=150`, {
      pageLimit: 0,
      flat: true,
    })
    response.json({
      patient: patient.id,
      encounter: client.encounter.id,
      user: client.user.fhirUser,
      scope: client.state.tokenResponse?.scope,
      labs: labs.length,
    })
  })
  const server = createServer(app)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url,
    sandbox,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

let served: Served
beforeAll(async () => {
  served = await serveWithApp()
})
afterAll(() => served.close())

/** Follows a flow to its end, app pages included. */
const follow = async (browser: ReturnType<typeof makeBrowser>, response: Response): Promise<Response> => {
  const location = response.headers.get('location')
  return location ? follow(browser, await browser.go(location)) : response
}

describe('fhirclient 2.6.3 against the sandbox', () => {
  test('an EHR launch ends with the chart of the patient, all pages of it', async () => {
    const { url } = (await (await postJson(served, '/sandbox/launch', { patient: 'p01' })).json()) as { url: string }
    const browser = makeBrowser()
    const end = await follow(browser, await browser.go(url))
    const story = served.sandbox.stories.find(({ patient }) => patient === 'p01')
    expect(await end.json()).toEqual({
      patient: 'p01',
      encounter: story?.encounter,
      user: 'Practitioner/dr-okafor',
      scope: 'openid fhirUser launch patient/*.rs offline_access',
      labs: 183,
    })
  })

  test('a standalone launch ends with the patient picked from the page', async () => {
    const browser = makeBrowser()
    const page = await follow(browser, await browser.go(`${served.url}/app/launch.html`))
    const action = /action="([^"]+)"/.exec(await page.text())?.[1] ?? ''
    const end = await follow(
      browser,
      await browser.go(`${served.url}${action}`, { method: 'POST', body: new URLSearchParams({ patient: 'p16' }) }),
    )
    expect(await end.json()).toMatchObject({ patient: 'p16' })
  })
})
