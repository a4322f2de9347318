import http, { type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { makeFhirClient } from '../../src/fhir/fhir-client.ts'
import { makeOutbound } from '../../src/fhir/outbound.ts'

export type Handler = (req: IncomingMessage, res: ServerResponse) => void

export type FhirServer = {
  readonly base: string
  readonly origin: string
  /** Requests in the order received: path with query. */
  readonly asked: string[]
  readonly headers: IncomingMessage['headers'][]
  readonly openSockets: () => number
  readonly close: () => Promise<void>
}

/** A real HTTP server on a free port that behaves as one test wants; its FHIR base is /fhir. */
export const serveFhir = async (handler: Handler): Promise<FhirServer> => {
  const asked: string[] = []
  const headers: IncomingMessage['headers'][] = []
  const sockets = new Set<Socket>()
  const listener: RequestListener = (req, res) => {
    asked.push(req.url ?? '')
    headers.push(req.headers)
    handler(req, res)
  }
  const server = http.createServer(listener)
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { base: `${origin}/fhir`, origin, asked, headers, openSockets: () => sockets.size, close }
}

export const sendJson = (res: ServerResponse, value: unknown, status = 200): void => {
  res.writeHead(status, { 'content-type': 'application/fhir+json' }).end(JSON.stringify(value))
}

/** Time enough for every read on a machine that stops for seconds: who tests the end of it says how much there is. */
export const LIMITS = { allowHttp: true, allowPrivateAddresses: true, budgetMs: 30_000, connections: 64, maxPages: 5, maxBytes: 20_000_000 }

/** A client and one session on `base`; close both when done. */
export const openSession = (base: string, limits: Partial<typeof LIMITS> = {}, token: string | null = 'token-1') => {
  const network = { ...LIMITS, ...limits }
  const outbound = makeOutbound(network)
  const session = makeFhirClient(outbound, network).open({ base, token: token === null ? null : () => token })
  return {
    session,
    close: () => {
      session.close()
      outbound.close()
    },
  }
}
