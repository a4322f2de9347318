import { readdirSync, readlinkSync } from 'node:fs'
import { type Handler, sendJson } from '../fhir/fault-server.ts'
import type { ServerProcess } from '../production/process.ts'

/** So late the server of F2 answers: far beyond any budget of a hook call. */
export const LATE_MS = 10_000

const drip: Handler = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/fhir+json' })
  const timer = setInterval(() => response.write(' '), 20)
  response.on('close', () => clearInterval(timer))
}

export const SLOW: readonly (readonly [string, Handler])[] = [
  [
    'F2, answers after 10 s',
    (_request, response) => void setTimeout(() => sendJson(response, { resourceType: 'Bundle' }), LATE_MS).unref(),
  ],
  ['F3, never answers', () => undefined],
  ['F4, drips a byte at a time', drip],
]

/** Open sockets of a server process, as the kernel counts them. */
export const socketsOf = ({ child }: ServerProcess): number => {
  const linkOf = (fd: string): string => {
    try {
      return readlinkSync(`/proc/${child.pid}/fd/${fd}`)
    } catch {
      return '' // closed meanwhile
    }
  }
  return readdirSync(`/proc/${child.pid}/fd`).filter((fd) => linkOf(fd).startsWith('socket:')).length
}
