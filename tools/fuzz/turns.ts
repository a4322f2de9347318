/**
 * `node dist/tools/fuzz/turns.js` after `npm run build`: how long one turn of the event loop is at the longest while a call of nearly 10 MB is
 * answered (F30), for calls of many kinds, by the CPU time of the thread that answers, in the second of two calls. Started as the image
 * starts it. How it can mislead: it knows the kinds of its table and no others; CPU time leaves out what a turn waits for.
 */
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { LAUNCH, OPEN_TO_ALL } from '../bench/server.ts'
import { LARGE_CALLS } from './large-records.ts'
import { type FuzzedServer, startServer } from './server.ts'
import type { Turns } from './watch-turns.ts'

const { values } = parseArgs({
  options: {
    bytes: { type: 'string', default: '9600000' },
    calls: { type: 'string', default: '2' },
    only: { type: 'string', default: '' },
    without: { type: 'string' },
    profile: { type: 'boolean', default: false },
  },
})
const [bytes, calls] = [Number(values.bytes), Number(values.calls)]

const ask = async ({ child }: FuzzedServer, now: 'begin' | 'end'): Promise<unknown> => {
  child.send({ now, profile: values.profile })
  return (await once(child, 'message'))[0]
}

const callOnce = async (server: FuzzedServer, body: string): Promise<Turns & { readonly said: string }> => {
  await ask(server, 'begin')
  const answer = await fetch(`${server.base}/cds-services/pgx-order-sign`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  const text = await answer.text()
  const turns = (await ask(server, 'end')) as Turns
  return { ...turns, said: `${answer.status}, ${text.length} characters` }
}

const folder = mkdtempSync(join(tmpdir(), 'attune-turns-'))
const server = await startServer(folder, OPEN_TO_ALL, { flags: LAUNCH.flags, watch: 'watch-turns.js' })
try {
  let worst = 0
  for (const [name, make] of Object.entries(LARGE_CALLS)) {
    if (!name.includes(values.only) || (values.without !== undefined && name.includes(values.without))) continue
    const body = make(bytes)
    let last: Awaited<ReturnType<typeof callOnce>> | null = null
    for (let call = 0; call < calls; call += 1) last = await callOnce(server, body)
    if (last === null) continue
    const { longestMs, over50, over200, totalMs, where, said } = last
    worst = Math.max(worst, longestMs)
    console.log(
      `${name.padEnd(38)} ${(body.length / 1e6).toFixed(1)} MB: longest turn ${longestMs.toFixed(0).padStart(6)} ms of ${totalMs.toFixed(0).padStart(6)}; ${over50} over 50 ms, ${over200} over 200; ${said}`,
    )
    if (longestMs > 50) for (const line of where) console.log(`    ${line}`)
  }
  if (worst > 200) process.exitCode = 1
} catch (fault) {
  console.log(server.said().slice(-2000))
  throw fault
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
