import http, { type RequestListener, type Server, type ServerResponse } from 'node:http'
import net from 'node:net'
import { makePlaces } from '../places.ts'

/**
 * Deadlines in milliseconds: an unfinished request is closed and blocks nobody. A quiet connection is kept longer than balancers and EHRs
 * keep theirs (mostly 60 s): who closes last sends no call into a connection that is just being closed.
 */
export const SERVER_TIMES = { headers: 10_000, request: 15_000, idle: 75_000, check: 1_000 } as const

let taken = 0
/** Connections that this process has taken, of all its servers. */
export const connectionsTaken = (): number => taken

/** HTTP server with deadlines on headers and bodies. */
export const makeServer = (app: RequestListener, times: { readonly [key in keyof typeof SERVER_TIMES]: number } = SERVER_TIMES): Server => {
  const server = http.createServer(
    {
      headersTimeout: times.headers,
      requestTimeout: times.request,
      keepAliveTimeout: times.idle,
      connectionsCheckingInterval: times.check,
    },
    app,
  )
  server.on('connection', () => {
    taken += 1
  })
  closeQueued(server)
  return server
}

/**
 * Calls that a caller sends behind each other without waiting (pipelining) get their answers in order. Where the connection ends, Node tells
 * only the answer that is being written; those behind it would keep what was taken for them (places, room) for ever.
 */
const closeQueued = (server: Server): void => {
  const queued = new WeakMap<net.Socket, Set<ServerResponse>>()
  const queueOf = (socket: net.Socket): Set<ServerResponse> => {
    const known = queued.get(socket)
    if (known) return known
    const made = new Set<ServerResponse>()
    queued.set(socket, made)
    socket.once('close', () => {
      for (const response of made) {
        if (response.socket !== null) continue // its turn had come: Node tells it
        response.destroy()
        response.emit('close')
      }
    })
    return made
  }
  server.prependListener('request', ({ socket }, response: ServerResponse) => {
    if (response.socket !== null) return
    const queue = queueOf(socket)
    queue.add(response)
    response.once('close', () => queue.delete(response))
  })
}

/** Milliseconds of an ending: how long no call may have come before quiet connections are closed, and when everything is cut. */
export const DRAIN_TIMES = { quiet: 1000, all: 9000 } as const
const LOOK_MS = 100

/**
 * Ends a server without losing a call: new connections are refused at once, what was accepted is answered, and what still comes on a kept
 * connection is answered as its last. Node's own `close` cuts kept connections in the moment in which a call may be on its way; here they
 * stay open while calls come on any of them, because who still sends may take the next one.
 */
export const makeDrain = (server: Server, times: { readonly [key in keyof typeof DRAIN_TIMES]: number } = DRAIN_TIMES) => {
  const open = makePlaces<ServerResponse>()
  let ending = false
  let lastCall = 0
  server.prependListener('request', (_request, response: ServerResponse) => {
    lastCall = performance.now()
    if (ending) response.setHeader('Connection', 'close')
    const place = open.take(response)
    response.once('close', () => open.leave(place))
  })
  const closeQuiet = (): void => {
    if (performance.now() - lastCall >= times.quiet) server.closeIdleConnections()
  }
  return async (): Promise<void> => {
    ending = true
    lastCall = performance.now()
    for (const response of open.all()) if (!response.headersSent) response.setHeader('Connection', 'close')
    const closed = new Promise<void>((resolve) => net.Server.prototype.close.call(server, () => resolve()))
    const cut = setTimeout(() => server.closeAllConnections(), times.all)
    // After what has arrived was looked at: on a busy thread a timer comes before it.
    const sweep = setInterval(() => setImmediate(closeQuiet), LOOK_MS)
    await closed
    clearInterval(sweep)
    clearTimeout(cut)
  }
}
