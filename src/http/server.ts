import http, { type RequestListener, type Server } from 'node:http'

/** Deadlines in milliseconds: an unfinished request is closed and blocks nobody. */
export const SERVER_TIMES = { headers: 10_000, request: 15_000, idle: 30_000, check: 1_000 } as const

/** HTTP server with deadlines on headers and bodies. */
export const makeServer = (app: RequestListener, times: { readonly [key in keyof typeof SERVER_TIMES]: number } = SERVER_TIMES): Server =>
  http.createServer(
    {
      headersTimeout: times.headers,
      requestTimeout: times.request,
      keepAliveTimeout: times.idle,
      connectionsCheckingInterval: times.check,
    },
    app,
  )
