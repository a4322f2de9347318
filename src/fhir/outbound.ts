import { type LookupAddress, type LookupAllOptions, lookup as lookupName } from 'node:dns'
import http from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { Readable } from 'node:stream'
import zlib from 'node:zlib'
import type { Config } from '../config.ts'
import { makeMayConnect } from './addresses.ts'

/** Why nothing usable came back. `queued`: time ran out before a connection was free; the other side was never asked. */
export type OutboundFailure = 'timeout' | 'queued' | 'too-large' | 'address' | 'scheme' | 'network' | 'encoding'

export type Received =
  | {
      readonly ok: true
      readonly status: number
      readonly retryAfter: string | null
      readonly location?: string | null
      /** Where an answer that is being prepared will be (Bulk Data Access). */
      readonly contentLocation?: string | null
      readonly body: Buffer
    }
  | { readonly ok: false; readonly why: OutboundFailure }

/** Bytes that may still be read, after decompression; several requests may share one budget. */
export type ByteBudget = { bytes: number }

export type OutboundRequest = {
  readonly headers: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly budget: ByteBudget
}

/** The only door through which this server calls others: no redirects, checked addresses, limited bytes. Never throws. */
export type Outbound = {
  get(url: URL, request: OutboundRequest): Promise<Received>
  /** Sent once: whoever calls decides whether it may be sent again. */
  post(url: URL, request: OutboundRequest, body: string): Promise<Received>
  /** A GET whose body is handed on in pieces as it comes, decompressed; the body of what is returned is empty. Not sent again. */
  stream(url: URL, request: OutboundRequest, onBytes: (bytes: Buffer) => void): Promise<Received>
  /** A DELETE, sent once. */
  remove(url: URL, request: OutboundRequest): Promise<Received>
  /** Connections to one origin at the same time, at most. */
  connectionsTo(origin: string): number
  /** A JSON document within a deadline; throws when there is none. */
  json(url: string, limits: { readonly deadlineMs: number; readonly maxBytes: number }): Promise<unknown>
  close(): void
}

type Network = Pick<Config['network'], 'allowHttp' | 'allowPrivateAddresses'> &
  Partial<Pick<Config['network'], 'connections'>> & {
    /** Origins for which a site says another number of connections. */
    readonly connectionsOf?: ReadonlyMap<string, number>
  }

type MayConnect = (address: string) => boolean

/** Made once per configuration: the tables of ranges are not built anew for each call. */
const gates = new WeakMap<object, MayConnect>()
const mayConnectOf = (network: Pick<Config['network'], 'allowPrivateAddresses'>): MayConnect => {
  const known = gates.get(network)
  if (known) return known
  const made = makeMayConnect(network.allowPrivateAddresses)
  gates.set(network, made)
  return made
}

type ResolveName = (
  name: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

const DECODERS: ReadonlyMap<string, () => zlib.Gunzip | zlib.BrotliDecompress | zlib.Inflate> = new Map([
  ['gzip', () => zlib.createGunzip()],
  ['x-gzip', () => zlib.createGunzip()],
  ['deflate', () => zlib.createInflate()],
  ['br', () => zlib.createBrotliDecompress()],
])

/**
 * Name resolution that refuses private addresses at connect time: the socket goes to the very address that was checked, so a name
 * that answers differently the second time (DNS rebinding) gains nothing.
 */
export const guardedLookup =
  (network: Network, resolveName: ResolveName = lookupName): LookupFunction =>
  (hostname, options, callback) => {
    const mayConnect = mayConnectOf(network)
    resolveName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, '', 0)
      const refused = addresses.some(({ address }) => !mayConnect(address))
      const first = addresses[0]
      if (refused || !first) return callback(Object.assign(new Error('address refused'), { code: ADDRESS_REFUSED }), '', 0)
      if (options.all) return callback(null, addresses)
      callback(null, first.address, first.family)
    })
  }

/** To one host, where the site says nothing else. */
const MOST_SOCKETS = 16

const ADDRESS_REFUSED = 'ATTUNE_ADDRESS'

/** Reasons to refuse that need no connection. Node does not look names up for literal addresses, so those are checked here. */
export const refusal = (url: URL, network: Network): OutboundFailure | null => {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && network.allowHttp)) return 'scheme'
  if (url.username !== '' || url.password !== '') return 'scheme'
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(host) !== 0 && !mayConnectOf(network)(host) ? 'address' : null
}

export const failureOf = (error: NodeJS.ErrnoException): OutboundFailure => {
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'timeout'
  return error.code === ADDRESS_REFUSED ? 'address' : 'network'
}

const decoded = (response: http.IncomingMessage): Readable | null => {
  const encoding = response.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === '') return response
  const decoder = DECODERS.get(encoding)
  return decoder ? response.pipe(decoder()) : null
}

const collect = (
  response: http.IncomingMessage,
  { budget, signal }: OutboundRequest,
  onBytes: ((bytes: Buffer) => void) | null,
): Promise<Received> =>
  new Promise((resolve) => {
    const stream = decoded(response)
    const give = (received: Received) => {
      if (!received.ok) {
        response.destroy()
        stream?.destroy()
      }
      resolve(received)
    }
    if (!stream) return give({ ok: false, why: 'encoding' })
    const chunks: Buffer[] = []
    const keep = onBytes !== null && response.statusCode === 200 ? onBytes : (chunk: Buffer) => void chunks.push(chunk)
    stream.on('data', (chunk: Buffer) => {
      budget.bytes -= chunk.length
      if (budget.bytes >= 0) keep(chunk)
      else give({ ok: false, why: 'too-large' })
    })
    stream.on('end', () =>
      give(
        response.complete
          ? {
              ok: true,
              status: response.statusCode ?? 0,
              retryAfter: response.headers['retry-after'] ?? null,
              location: response.headers.location ?? null,
              contentLocation: response.headers['content-location'] ?? null,
              body: Buffer.concat(chunks),
            }
          : { ok: false, why: 'network' },
      ),
    )
    response.on('error', (error) => give({ ok: false, why: signal.aborted ? 'timeout' : failureOf(error) }))
    if (stream !== response) stream.on('error', () => give({ ok: false, why: 'encoding' }))
  })

/** Kept connections. Node's agents have one limit for all hosts, so there is a pair of them for each limit. */
const makeAgents = (connectionsTo: (origin: string) => number) => {
  const made = new Map<string, http.Agent>()
  return {
    to({ protocol, origin }: URL): http.Agent {
      const maxSockets = connectionsTo(origin)
      const key = `${protocol} ${maxSockets}`
      const options = { keepAlive: true, maxSockets, scheduling: 'lifo' } as const
      const agent = made.get(key) ?? (protocol === 'https:' ? new https.Agent(options) : new http.Agent(options))
      made.set(key, agent)
      return agent
    },
    destroy() {
      for (const agent of made.values()) agent.destroy()
    },
  }
}

/** How a request is sent. `again`: it may be sent once more where the connection had ended before it. */
type Sending = {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly body?: string
  readonly again?: boolean
  readonly onBytes?: (bytes: Buffer) => void
}

/** Outbound HTTP for the rules of `config.network`. Keep one for the life of the process. */
export const makeOutbound = (network: Network, resolveName: ResolveName = lookupName): Outbound => {
  const connectionsTo = (origin: string): number => network.connectionsOf?.get(origin) ?? network.connections ?? MOST_SOCKETS
  const agents = makeAgents(connectionsTo)
  const lookup = guardedLookup(network, resolveName)

  const send = (url: URL, asked: OutboundRequest, sending: Sending): Promise<Received> =>
    new Promise((resolve) => {
      const { headers, signal } = asked
      const { method, body = null, again = false, onBytes = null } = sending
      const secure = url.protocol === 'https:'
      const all = { 'accept-encoding': 'gzip', 'user-agent': 'attune', ...headers }
      const options = { method, agent: agents.to(url), headers: all, signal, lookup }
      const request = secure ? https.request(url, options) : http.request(url, options)
      let connected = false
      request.on('socket', () => {
        connected = true
      })
      request.on('response', (response) => resolve(collect(response, asked, onBytes)))
      request.on('error', (error: NodeJS.ErrnoException) => {
        // A kept-alive socket may have been closed by the other side just before it was used again; a GET may then be sent once more.
        if (again && request.reusedSocket && error.code === 'ECONNRESET' && !signal.aborted) {
          return resolve(send(url, asked, { ...sending, again: false }))
        }
        const late = connected ? 'timeout' : 'queued'
        resolve({ ok: false, why: signal.aborted ? late : failureOf(error) })
      })
      // Without an answer and without an error: the other side went over to another protocol.
      request.on('close', () => resolve({ ok: false, why: signal.aborted ? 'timeout' : 'network' }))
      request.end(body ?? undefined)
    })

  const guarded = async (url: URL, request: OutboundRequest, sending: Sending): Promise<Received> => {
    const why = refusal(url, network)
    if (why) return { ok: false, why }
    if (request.signal.aborted) return { ok: false, why: 'timeout' }
    return send(url, request, sending)
  }
  const get: Outbound['get'] = (url, request) => guarded(url, request, { method: 'GET', again: true })

  return {
    get,
    post: (url, request, body) => guarded(url, request, { method: 'POST', body }),
    stream: (url, request, onBytes) => guarded(url, request, { method: 'GET', onBytes }),
    remove: (url, request) => guarded(url, request, { method: 'DELETE' }),
    async json(url, { deadlineMs, maxBytes }) {
      const request = { headers: { accept: 'application/json' }, signal: AbortSignal.timeout(deadlineMs), budget: { bytes: maxBytes } }
      const received = await get(new URL(url), request)
      if (!received.ok) throw new Error(received.why)
      if (received.status !== 200) throw new Error(`status ${received.status}`)
      return JSON.parse(received.body.toString('utf8'))
    },
    connectionsTo,
    close: agents.destroy,
  }
}
