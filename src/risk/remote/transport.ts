import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import type { Config } from '../../config.ts'
import { withoutEndSlashes } from '../../end-slashes.ts'
import { AttuneError } from '../../errors.ts'

export type Answer = { readonly status: number; readonly headers: http.IncomingHttpHeaders; readonly body: Buffer }

export type Ask = {
  readonly method: 'GET' | 'POST'
  /** Below the base, without a slash before it. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer
  /** More than this is not an answer to what was asked. */
  readonly maxBytes: number
  /** Ends everything: connection, answer, second attempt. */
  readonly signal: AbortSignal
}

/** HTTP to the one server that the site configured: kept connections, TLS, bearer token, one repetition. No redirects. */
export type Transport = {
  /** @throws AttuneError `inference-failed`; its text holds neither what was sent nor what came back */
  send(ask: Ask): Promise<Answer>
  close(): void
}

type Settings = Config['inference'] & { readonly url: string }

const readSecret = (key: string, path: string): Buffer => {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new AttuneError('config-invalid', `inference.${key} cannot be read: ${path}`, { cause })
  }
}

const tlsOf = ({ caFile, certFile, keyFile }: Settings): https.AgentOptions => ({
  ...(caFile === undefined ? {} : { ca: readSecret('caFile', caFile) }),
  ...(certFile === undefined ? {} : { cert: readSecret('certFile', certFile) }),
  ...(keyFile === undefined ? {} : { key: readSecret('keyFile', keyFile) }),
})

const failed = (because: string, cause?: unknown): AttuneError =>
  new AttuneError('inference-failed', because, cause === undefined ? undefined : { cause })

const NO_ANSWER = 'the inference server did not answer in time'

/** `code` of the system or of TLS is enough; messages may quote addresses and certificates. */
const failureOf = (error: NodeJS.ErrnoException, signal: AbortSignal): AttuneError =>
  signal.aborted ? failed(NO_ANSWER) : failed(`the inference server could not be reached (${error.code ?? error.name})`, error)

const readBody = async (response: http.IncomingMessage, maxBytes: number): Promise<Buffer> => {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length
    if (size > maxBytes) {
      response.destroy()
      throw failed('the inference server sent more than was asked for')
    }
    parts.push(part)
  }
  if (!response.complete) throw failed('the inference server broke off its answer')
  return Buffer.concat(parts)
}

/** A run changes nothing on the server, so it may be asked for twice. */
const BUSY = new Set([502, 503, 504])

/** @throws AttuneError `config-invalid` when a file of the settings cannot be read */
export const makeTransport = (settings: Settings): Transport => {
  const base = withoutEndSlashes(settings.url)
  const secure = base.startsWith('https:')
  const options = { keepAlive: true, maxSockets: settings.connections }
  const agent = secure ? new https.Agent({ ...options, ...tlsOf(settings) }) : new http.Agent(options)
  const { tokenFile } = settings
  const readToken = (): string | null =>
    tokenFile === undefined ? settings.token : readSecret('tokenFile', tokenFile).toString('utf8').trim()
  let token = readToken()
  /** A token that ran out was perhaps replaced in its file meanwhile; a file that is gone leaves the old one. */
  const renewToken = (): void => {
    try {
      token = readToken()
    } catch (error) {
      if (!(error instanceof AttuneError)) throw error
    }
  }

  const once = ({ method, path, headers = {}, body, maxBytes, signal }: Ask): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const fail = (error: unknown) => reject(error instanceof AttuneError ? error : failureOf(error as Error, signal))
      const all = {
        ...headers,
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-length': String(body.length) }),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      }
      const take = (response: http.IncomingMessage): void => {
        const { statusCode: status = 0, headers: received } = response
        readBody(response, maxBytes).then((read) => resolve({ status, headers: received, body: read }), fail)
      }
      try {
        const request = (secure ? https : http).request(`${base}/${path}`, { method, agent, headers: all, signal }, take)
        request.on('error', fail)
        request.end(body)
      } catch (error) {
        fail(error) // a header that cannot be sent
      }
    })

  return {
    async send(ask) {
      const again = (): boolean => !ask.signal.aborted
      const first = await once(ask).catch((error: unknown) => {
        if (error instanceof AttuneError && error.cause !== undefined && again()) return null
        throw error
      })
      if (first === null) return once(ask)
      if (first.status === 401 && tokenFile !== undefined) renewToken()
      else if (!BUSY.has(first.status)) return first
      return again() ? once(ask) : first
    },
    close: () => agent.destroy(),
  }
}
