import http from 'node:http'
import type { AddressInfo } from 'node:net'

/** A webhook's other side: keeps what it is sent, and refuses the first posts when told to. */
export const startReceiver = async ({ refuseFirst = 0 } = {}) => {
  const bodies: unknown[] = []
  const authorizations: (string | undefined)[] = []
  let tries = 0
  const server = http.createServer((request, response) => {
    let text = ''
    request.on('data', (chunk) => {
      text += chunk
    })
    request.on('end', () => {
      tries += 1
      authorizations.push(request.headers.authorization)
      if (tries <= refuseFirst) {
        response.writeHead(503).end()
        return
      }
      bodies.push(JSON.parse(text))
      response.writeHead(204).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/alarms`,
    bodies,
    authorizations,
    tries: () => tries,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
