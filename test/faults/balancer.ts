import http from 'node:http'
import type { AddressInfo } from 'node:net'

export type Balancer = {
  readonly url: string
  /** Calls that each server answered, by the order of `targets`. */
  readonly answered: readonly number[]
  /** Calls that were with a server when its connection broke; their callers get 502. */
  readonly cut: () => number
  readonly close: () => Promise<void>
}

const bodyOf = async (request: http.IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/**
 * Round robin over several servers, as plain as they come: it keeps connections, leaves out a server that takes none, and does not send a
 * call a second time once a server has taken it.
 */
export const startBalancer = async (targets: readonly string[]): Promise<Balancer> => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 256 })
  const answered = targets.map(() => 0)
  const away = new Set<number>()
  let turn = 0
  let cut = 0

  const next = (): number | null => {
    for (let tries = 0; tries < targets.length; tries += 1) {
      turn = (turn + 1) % targets.length
      if (!away.has(turn)) return turn
    }
    return null
  }

  const forward = (request: http.IncomingMessage, response: http.ServerResponse, body: Buffer): void => {
    const at = next()
    if (at === null) return void response.writeHead(503).end()
    const { method, headers } = request
    const onward = http.request(`${targets[at]}${request.url}`, { agent, method, headers }, (answer) => {
      answered[at] = (answered[at] ?? 0) + 1
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.on('error', () => response.destroy()).pipe(response)
    })
    onward.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') {
        away.add(at)
        return forward(request, response, body)
      }
      cut += 1
      if (response.headersSent) response.destroy()
      else response.writeHead(502).end()
    })
    onward.end(body)
  }

  const server = http.createServer((request, response) => void bodyOf(request).then((body) => forward(request, response, body)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = async (): Promise<void> => {
    agent.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, answered, cut: () => cut, close }
}
