import type { RequestListener, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Config } from './config.ts'
import { AttuneError } from './errors.ts'
import { makeServer } from './http/server.ts'

/**
 * Connections that may wait to be taken; the system may allow fewer (`net.core.somaxconn`). With Node's own 511, some of a thousand callers
 * who come while the thread is busy are taken late, or are reset.
 */
const BACKLOG = 4096

export const listen = (server: Server, port: number, host: string, setting: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE' ? new AttuneError('config-invalid', `port ${port} is in use; set ${setting} to another one`) : error,
      ),
    )
    server.listen({ port, host, backlog: BACKLOG }, () => resolve((server.address() as AddressInfo).port))
  })

/**
 * The watch's own address, where the site wants one; it is answered until the last call is.
 * @param place number of this process among those of one service: each has a port of its own, because each tells its own numbers
 */
export const listenOperations = async ({ operations }: Config, app: RequestListener, place: number) => {
  if (operations === undefined) return { url: null, close: async () => {} }
  const server = makeServer(app)
  const port = await listen(server, operations.port === 0 ? 0 : operations.port + place, operations.host, 'operations.port')
  const host = operations.host.includes(':') ? `[${operations.host}]` : operations.host
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://${host}:${port}`, close }
}
