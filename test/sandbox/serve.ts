import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { makeSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts'

export type Served = { readonly url: string; readonly sandbox: Sandbox; close(): Promise<void> }

/** The sandbox on a real port, as `main.ts` mounts it. */
export const serveSandbox = async (): Promise<Served> => {
  let url = ''
  const sandbox = await makeSandbox({ mode: 'sandbox', publicUrl: () => url })
  const server = createServer(express().use(sandbox.router))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { url, sandbox, close }
}

/** A browser of few words: keeps cookies by path and follows redirects until it leaves `/auth`. */
export const makeBrowser = () => {
  const jar = new Map<string, { value: string; path: string }>()
  const cookieFor = (path: string): string =>
    [...jar]
      .filter(([, cookie]) => path.startsWith(cookie.path))
      .map(([name, { value }]) => `${name.split('@')[0]}=${value}`)
      .join('; ')
  const keep = (response: Response): void => {
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...rest] = line.split(/; */)
      const path = rest.find((part) => /^path=/i.test(part))?.slice(5) ?? '/'
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]
      if (value) jar.set(`${name}@${path}`, { value, path })
      else jar.delete(`${name}@${path}`)
    }
  }
  const go = async (url: string, init: RequestInit = {}): Promise<Response> => {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie: cookieFor(new URL(url).pathname) },
    })
    keep(response)
    const location = response.headers.get('location')
    if (!location) return response
    const next = new URL(location, url)
    return next.pathname.startsWith('/auth/') ? go(next.href) : response
  }
  return { go }
}

export const pkce = () => {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

export const authorizeUrl = (served: Served, challenge: string, extra: Readonly<Record<string, string>>): string =>
  `${served.url}/auth/authorize?${new URLSearchParams({
    response_type: 'code',
    client_id: 'attune-app',
    redirect_uri: `${served.url}/app/`,
    state: 'state-1',
    aud: `${served.url}/fhir`,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...extra,
  })}`

export const form = (served: Served, path: string, body: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(`${served.url}${path}`, { method: 'POST', body: new URLSearchParams(body) })

export const postJson = (served: Served, path: string, body: unknown, token?: string): Promise<Response> =>
  fetch(`${served.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  })

/** Redirect that ended a flow, its parameters as an object, from the query or the fragment. */
export const landed = (response: Response): Record<string, string> => {
  const { searchParams, hash } = new URL(response.headers.get('location') ?? 'http://nowhere')
  return Object.fromEntries([...searchParams, ...new URLSearchParams(hash.slice(1))])
}

export type TokenAnswer = {
  access_token: string
  refresh_token?: string
  id_token?: string
  scope: string
  patient?: string
  [member: string]: unknown
}

/** EHR launch from `POST /sandbox/launch` to the token answer. */
export const launchApp = async (served: Served, launchBody: object, scope: string): Promise<TokenAnswer> => {
  const { launch } = (await (await postJson(served, '/sandbox/launch', launchBody)).json()) as { launch: string }
  const { verifier, challenge } = pkce()
  const end = await makeBrowser().go(authorizeUrl(served, challenge, { scope, launch }))
  const { code = '' } = landed(end)
  const answer = await form(served, '/auth/token', {
    grant_type: 'authorization_code',
    code,
    code_verifier: verifier,
    redirect_uri: `${served.url}/app/`,
    client_id: 'attune-app',
  })
  return (await answer.json()) as TokenAnswer
}
