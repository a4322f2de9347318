/**
 * `npm run bench`: hook calls against bare Express with the same bodies in the same run.
 * How it can mislead: client and server share the machine's cores, so absolute times are worth little and p99 of short
 * rounds is noisy; judge by the ratios, and by the CPU that the server process used per call (all its threads; Linux only),
 * which other work on the machine changes least.
 * Every call writes its decision to the embedded ledger, as in production.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { projectRoot } from '../../src/project-root.ts'
import { type HookBody, hookBodies } from './bodies.ts'
import { startAttune, stopServer } from './server.ts'

const SECONDS = Number(process.env.BENCH_SECONDS ?? 5)
const CONNECTIONS = [1, 8, 32]

type Round = {
  readonly p50: number
  readonly p99: number
  readonly perSecond: number
  readonly errors: number
  readonly non2xx: number
  /** CPU of the server process per call, in milliseconds; null where there is no /proc. */
  readonly cpuMs: number | null
}

/** A server under measurement. */
type Target = { readonly url: string; readonly pid: number }

const residentMiB = (pid: number): number | null => {
  try {
    const line = readFileSync(`/proc/${pid}/status`, 'utf8')
      .split('\n')
      .find((text) => text.startsWith('VmRSS'))
    return line ? Math.round(Number(line.replace(/\D/g, '')) / 1024) : null
  } catch {
    return null
  }
}

/** Clock ticks of /proc are 10 ms on every Linux that Node runs on. */
const TICK_MS = 10

/** User and system time that a process has used, in milliseconds (proc(5), fields 14 and 15 of stat); null where there is no /proc. */
const cpuOf = (pid: number): number | null => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS
  } catch {
    return null
  }
}

const fire = ({ url, pid }: Target, body: string, connections: number, seconds = SECONDS): Promise<Round> =>
  new Promise((resolve, reject) => {
    const before = cpuOf(pid)
    autocannon(
      { url, method: 'POST', body, headers: { 'content-type': 'application/json' }, connections, duration: seconds },
      (error, result) => {
        if (error) return reject(error)
        const after = cpuOf(pid)
        resolve({
          p50: result.latency.p50,
          p99: result.latency.p99,
          perSecond: result.requests.average,
          errors: result.errors,
          non2xx: result.non2xx,
          cpuMs: before === null || after === null ? null : (after - before) / result.requests.total,
        })
      },
    )
  })

const startEcho = (): Promise<{ child: ChildProcess; port: number }> =>
  new Promise((resolve) => {
    const child = fork(join(projectRoot, 'dist/tools/bench/echo.js'), ['0'])
    child.once('message', (message) => resolve({ child, port: (message as { port: number }).port }))
  })

const ratio = (ours: number | null, echo: number | null): string => (ours === null || echo === null ? '-' : (ours / echo).toFixed(1))

const cell = ({ p50, p99, perSecond, cpuMs }: Round): string =>
  `${p50} / ${p99} ms, ${Math.round(perSecond)}/s, CPU ${cpuMs === null ? '-' : `${cpuMs.toFixed(2)} ms`}`

const line = (name: string, kilobytes: number, connections: number, ours: Round, echo: Round): string =>
  `| ${name}, ${kilobytes} kB | ${connections} | ${cell(ours)} | ${cell(echo)} | ${ratio(ours.cpuMs, echo.cpuMs)} | ${ratio(echo.perSecond, ours.perSecond)} |`

const measure = async (body: HookBody, attune: Target, express: Target): Promise<string[]> => {
  const text = JSON.stringify(body.request)
  const lines: string[] = []
  const service = { ...attune, url: `${attune.url}/cds-services/${body.service}` }
  await fire(service, text, 8, 4 * SECONDS) // until hot code is compiled
  await fire(express, text, 8)
  for (const connections of CONNECTIONS) {
    const echo = await fire(express, text, connections)
    const ours = await fire(service, text, connections)
    if (ours.errors + ours.non2xx > 0) throw new Error(`${body.name}: ${ours.errors} errors, ${ours.non2xx} answers other than 2xx`)
    lines.push(line(body.name, Math.round(text.length / 1024), connections, ours, echo))
    process.stderr.write(`${lines[lines.length - 1]}\n`)
  }
  return lines
}

const dataDir = mkdtempSync(join(tmpdir(), 'attune-bench-'))
const { child, base, coldStartMs } = await startAttune(dataDir)
const echo = await startEcho()
try {
  const attune = { url: base, pid: child.pid ?? 0 }
  const express = { url: `http://127.0.0.1:${echo.port}/echo`, pid: echo.child.pid ?? 0 }
  const idle = residentMiB(attune.pid)
  const bodies = hookBodies()
  const rows: string[] = []
  for (const body of bodies) rows.push(...(await measure(body, attune, express)))
  const report = [
    `# Benchmark, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${SECONDS} s a round`,
    '',
    '| Call | Connections | Attune p50 / p99, rate, CPU a call | Bare Express | Attune CPU / Express CPU | Express rate / Attune rate |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    `Start to ready, database made first: ${coldStartMs} ms. Memory idle ${idle} MiB, after load ${residentMiB(attune.pid)} MiB (bare Express ${residentMiB(express.pid)} MiB).`,
  ].join('\n')
  process.stdout.write(`${report}\n`)
  if (process.argv.includes('--write')) writeFileSync(join(projectRoot, 'docs/benchmark.md'), `${report}\n`)
} finally {
  echo.child.kill('SIGTERM')
  await stopServer({ child })
  rmSync(dataDir, { recursive: true, force: true })
}
