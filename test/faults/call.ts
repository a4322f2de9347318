import http from 'node:http'

export type Answer = {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
  /** Milliseconds from the first byte sent to the last one read. */
  readonly ms: number
}

/** One request on a connection that is kept; cheaper than `fetch`, so that the caller is not what is measured. Rejects when it breaks off. */
export const call = (url: string, agent: http.Agent, body?: string | Buffer, headers: http.OutgoingHttpHeaders = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const started = performance.now()
    const sent = body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
    const request = http.request(
      url,
      { agent, method: body === undefined ? 'GET' : 'POST', headers: { ...sent, ...headers } },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8')
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text, ms: performance.now() - started })
        })
      },
    )
    request.on('error', reject)
    request.end(body)
  })

export const makeAgent = (): http.Agent => new http.Agent({ keepAlive: true, maxSockets: 1024 })

/** Of times in milliseconds: the value below which this share of them lies. */
export const percentile = (times: readonly number[], share: number): number => {
  const sorted = [...times].sort((a, b) => a - b)
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN)
}
