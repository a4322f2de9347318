import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Session } from '../../../src/risk/inference/session.ts'
import { loadModels } from '../../../src/risk/registry.ts'

/**
 * A server that speaks the Open Inference Protocol v2 with the binary tensor extension, over real ONNX sessions. Written from the
 * protocol's text alone and sharing no code with the client, so that both cannot be wrong in the same way.
 */
export type Seen = { readonly method: string; readonly path: string; readonly headers: http.IncomingHttpHeaders; readonly body: Buffer }

export type Output = { name: string; datatype: string; shape: number[]; values: number[] }
export type Metadata = { name: string; inputs: Port[]; outputs: Port[] }
type Port = { name: string; datatype: string; shape: number[] }

/** What the server does otherwise than well. All optional. */
export type Faults = {
  /** Milliseconds before it answers. */
  delay?: number
  /** This status in place of an answer. */
  status?: number | ((seen: Seen) => number | null)
  /** Ends the connection in the middle. */
  drop?: (seen: Seen) => 'before' | 'within' | null
  metadata?: (right: Metadata) => unknown
  outputs?: (right: Output[]) => Output[]
  /** The finished body. */
  bytes?: (right: Buffer) => Buffer
  header?: string
  /** As a server without the binary extension does. */
  json?: boolean
  token?: string
}

export type InferenceUnderTest = {
  readonly url: string
  readonly seen: Seen[]
  readonly sockets: Set<unknown>
  faults: Faults
  /** Ends every connection and listens no more. */
  stop(): Promise<void>
  /** Listens again on the same port, perhaps with other faults. */
  start(faults?: Faults): Promise<void>
  readonly infers: () => Seen[]
}

const readAll = async (request: IncomingMessage): Promise<Buffer> => {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}

type Sessions = ReadonlyMap<string, Session>

const sessionsIn = async (modelsDir: string): Promise<Sessions> => {
  const { all } = await loadModels(modelsDir, { execution: 'cpu' })
  return new Map(
    all.flatMap(({ ref, variants }) =>
      variants.map(({ graph, session }) => [`${ref.id}.${graph.file.replace('.onnx', '')}`, session] as const),
    ),
  )
}

const describe = (name: string, { spec }: Session): Metadata => ({
  name,
  inputs: [{ name: spec.input.name, datatype: 'FP64', shape: [-1, spec.input.columns] }],
  outputs: [
    ...spec.outputs.map((output) => ({ name: output, datatype: 'FP64', shape: [-1, 1] })),
    ...Object.entries(spec.wide ?? {}).map(([output, width]) => ({ name: output, datatype: 'FP64', shape: [-1, width] })),
  ],
})

type Asked = { inputs: { name: string; shape: [number, number]; datatype: string }[]; outputs: { name: string }[] }

const infer = async (session: Session, { body, headers }: Seen): Promise<Output[]> => {
  const end = Number(headers['inference-header-content-length'])
  const { inputs, outputs } = JSON.parse(body.toString('utf8', 0, end)) as Asked
  const [input] = inputs
  if (!input) throw new Error('no input')
  const [count, columns] = input.shape
  const numbers = Array.from({ length: count * columns }, (_, n) => body.readDoubleLE(end + n * 8))
  const rows = Array.from({ length: count }, (_, n) => numbers.slice(n * columns, (n + 1) * columns))
  const names = outputs.map(({ name }) => name)
  // Our session refuses numbers that are not finite; a server hands them on.
  const ran: Readonly<Record<string, Float64Array>> | null = await session.run(rows, names).catch(() => null)
  return names.map((name) => {
    const values = ran === null ? rows.map(() => Number.POSITIVE_INFINITY) : [...(ran[name] ?? [])]
    return { name, datatype: 'FP64', shape: [count, values.length / count], values }
  })
}

const packed = (name: string, outputs: readonly Output[], json: boolean) => {
  const head = Buffer.from(
    JSON.stringify({
      model_name: name,
      model_version: '1',
      outputs: outputs.map(({ values, ...output }) => ({
        ...output,
        ...(json ? { data: values } : { parameters: { binary_data_size: values.length * 8 } }),
      })),
    }),
  )
  if (json) return { body: head, headers: { 'content-type': 'application/json' } }
  const numbers = Buffer.alloc(outputs.reduce((sum, { values }) => sum + values.length * 8, 0))
  outputs
    .flatMap(({ values }) => values)
    .forEach((value, n) => {
      numbers.writeDoubleLE(value, n * 8)
    })
  const headers = { 'content-type': 'application/octet-stream', 'inference-header-content-length': String(head.length) }
  return { body: Buffer.concat([head, numbers]), headers }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const answer = async (sessions: Sessions, seen: Seen, faults: Faults): Promise<{ status: number; body: Buffer; headers: object }> => {
  const text = (status: number, value: unknown) => ({ status, body: Buffer.from(JSON.stringify(value)), headers: {} })
  await pause(faults.delay ?? 0)
  if (faults.token !== undefined && seen.headers.authorization !== `Bearer ${faults.token}`) return text(401, { error: 'unauthorized' })
  const status = typeof faults.status === 'function' ? faults.status(seen) : (faults.status ?? null)
  if (status !== null) return text(status, { error: 'as asked by the test' })
  const [, encoded = '', rest] = /^\/v2\/models\/([^/]+)(?:\/versions\/[^/]+)?(\/infer)?$/.exec(seen.path) ?? []
  const name = decodeURIComponent(encoded)
  const session = sessions.get(name)
  if (!session) return text(404, { error: `unknown model ${name}` })
  if (rest !== '/infer') return text(200, (faults.metadata ?? ((right) => right))(describe(name, session)))
  const outputs = (faults.outputs ?? ((right) => right))(await infer(session, seen))
  const { body, headers } = packed(name, outputs, faults.json === true)
  const changed = faults.header === undefined ? headers : { ...headers, 'inference-header-content-length': faults.header }
  return { status: 200, body: faults.bytes?.(body) ?? body, headers: changed }
}

/** Serves every graph of a folder of models under `{model}.{graph}`. */
export const serveModels = async (
  modelsDir: string,
  first: Faults = {},
  tls: https.ServerOptions | null = null,
): Promise<InferenceUnderTest> => {
  const sessions = await sessionsIn(modelsDir)
  const seen: Seen[] = []
  const sockets = new Set<TLSSocket | import('node:net').Socket>()
  const handle: http.RequestListener = async (request, response) => {
    const one = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: await readAll(request) }
    seen.push(one)
    const drop = under.faults.drop?.(one) ?? null
    if (drop === 'before') return void request.socket.destroy()
    const { status, body, headers } = await answer(sessions, one, under.faults)
    if (response.destroyed) return
    response.writeHead(status, { ...headers, 'content-length': body.length })
    if (drop === null) return void response.end(body)
    response.write(body.subarray(0, body.length - 4))
    setTimeout(() => request.socket.destroy(), 5)
  }
  let port = 0
  let server: http.Server | https.Server
  const under: InferenceUnderTest = {
    get url() {
      return `${tls ? 'https' : 'http'}://127.0.0.1:${port}`
    },
    seen,
    sockets: new Set(),
    faults: first,
    infers: () => seen.filter(({ path }) => path.endsWith('/infer')),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
    start: (faults = {}) =>
      new Promise<void>((resolve) => {
        under.faults = faults
        server = tls ? https.createServer(tls, handle) : http.createServer(handle)
        server.on('connection', (socket) => {
          sockets.add(socket)
          under.sockets.add(socket)
          socket.on('close', () => sockets.delete(socket))
          socket.on('error', () => {})
        })
        server.listen(port, '127.0.0.1', () => {
          port = (server.address() as AddressInfo).port
          resolve()
        })
      }),
  }
  await under.start(first)
  return under
}
