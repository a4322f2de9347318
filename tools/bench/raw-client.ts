import { connect, type Socket } from 'node:net'

/**
 * An HTTP/1.1 client that costs the machine little, so that it is the server that is measured: kept connections, requests written as one
 * buffer, and of an answer only its status, its length and whether it has Retry-After. Answers must have a Content-Length.
 */
export type RawAnswer = { readonly status: string; readonly retryAfter: boolean }

export type RawClient = {
  /** Resolves when the answer is whole; `errors` where the connection broke. Waits for a connection where all are in use. */
  send(body: string, headers: Readonly<Record<string, string>>): Promise<RawAnswer>
  end(): void
}

type Under = { readonly bytes: Buffer; readonly done: (answer: RawAnswer) => void }

const FAILED: RawAnswer = { status: 'errors', retryAfter: false }

const HEAD_END = '\r\n\r\n'

/** Bytes of the whole answer at the beginning of what was read; null while its head is not whole. */
const lengthOf = (read: Buffer): { readonly whole: number; readonly head: string } | null => {
  const end = read.indexOf(HEAD_END)
  if (end === -1) return null
  const head = read.toString('latin1', 0, end).toLowerCase()
  return { whole: end + HEAD_END.length + Number(/\r\ncontent-length: *(\d+)/.exec(head)?.[1] ?? 0), head }
}

export const makeRawClient = (url: string, most: number): RawClient => {
  const { hostname, port, pathname } = new URL(url)
  const idle: Socket[] = []
  const queue: Under[] = []
  const current = new Map<Socket, Under>()
  let open = 0

  const give = (socket: Socket, next: Under): void => {
    current.set(socket, next)
    socket.write(next.bytes)
  }

  const finish = (socket: Socket, answer: RawAnswer, kept: boolean): void => {
    const under = current.get(socket)
    current.delete(socket)
    under?.done(answer)
    const next = kept ? queue.shift() : undefined
    if (next) give(socket, next)
    else if (kept) idle.push(socket)
    else socket.destroy()
  }

  const begin = (first: Under): void => {
    open += 1
    const socket = connect({ host: hostname, port: Number(port), noDelay: true })
    let read: Buffer = Buffer.alloc(0)
    give(socket, first)
    socket.on('data', (chunk: Buffer) => {
      read = read.length === 0 ? chunk : Buffer.concat([read, chunk])
      const found = lengthOf(read)
      if (found === null || read.length < found.whole) return
      read = Buffer.alloc(0)
      const { head } = found
      finish(socket, { status: head.slice(9, 12), retryAfter: head.includes('\r\nretry-after:') }, !head.includes('connection: close'))
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      open -= 1
      const at = idle.indexOf(socket)
      if (at !== -1) idle.splice(at, 1)
      if (current.has(socket)) finish(socket, FAILED, false)
      const next = queue.shift()
      if (next) begin(next)
    })
  }

  return {
    send: (body, headers) =>
      new Promise((done) => {
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
        const length = Buffer.byteLength(body)
        const head = `POST ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n${lines.join('')}\r\n`
        const next = { bytes: Buffer.from(head + body), done }
        const socket = idle.pop()
        if (socket) give(socket, next)
        else if (open < most) begin(next)
        else queue.push(next)
      }),
    end: () => {
      for (const socket of idle.splice(0)) socket.destroy()
    },
  }
}
