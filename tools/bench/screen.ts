/**
 * `npm run bench -- screen [--sizes 1000,10000] [--workers 1,2] [--models all,none] [--write]`: patients per second of `attune screen` over
 * people who do not exist, and the memory of its processes. From 100,000 people on with the most workers only: fewer say nothing more there.
 * What it is at is told on standard error.
 * How it can mislead: the machine's other work slows everything; CPU per patient changes least. Start-up (loading rules and models in each
 * process) is part of the wall time and weighs most on small sizes. The people are made up: real records are longer or shorter.
 */
import './help.ts'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { projectRoot } from '../../src/project-root.ts'
import { generatePopulation } from '../population/generate.ts'
import { ENDS_WITH_PARENT } from './server.ts'

const START = `import(${JSON.stringify(join(projectRoot, 'dist/server/main.js'))}).then(({ main }) => main(process.argv.slice(1))).then((status) => { process.exitCode = status })`
const LOOK_MS = 500
/** Of what `attune screen` tells, one line in so many milliseconds is passed on. */
const TELL_MS = 30_000
/** People from which on a run takes so long that one number of workers is enough. */
const LARGE = 100_000
/** Clock ticks of /proc are 10 ms on every Linux that Node runs on. */
const TICK_MS = 10

type Use = { readonly rssMiB: number; readonly cpuMs: number }

const readProc = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return '' // it ended
  }
}

const fieldsOf = (pid: number): string[] => readProc(pid, 'stat').split(') ').at(-1)?.split(' ') ?? []

/** The process and its direct children (proc(5), task/children). */
const familyOf = (pid: number): number[] => [
  pid,
  ...readProc(pid, `task/${pid}/children`)
    .split(' ')
    .filter((word) => /^\d+$/.test(word))
    .map(Number),
]

const resourcesOf = (pid: number): Use => {
  const rss = /VmRSS:\s+(\d+)/.exec(readProc(pid, 'status'))?.[1]
  const fields = fieldsOf(pid)
  return { rssMiB: Number(rss ?? 0) / 1024, cpuMs: (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * TICK_MS }
}

type Measured = {
  readonly seconds: number
  readonly screenSeconds: number
  readonly cpuSeconds: number
  readonly peakMiB: number
  readonly parentMiB: number
  readonly load: number
}

const tell = (line: string): void => void process.stderr.write(`${line}\n`)

/** Watches a run until it ends: peak of the largest worker, peak of the parent, CPU of all. */
const watch = async (child: ChildProcess): Promise<Measured> => {
  const started = performance.now()
  const pid = child.pid ?? 0
  const cpu = new Map<number, number>()
  let [peak, parent, begun, load, told] = [0, 0, 0, 0, started]
  child.stderr?.on('data', (text) => {
    const now = performance.now()
    if (begun === 0 && String(text).includes('parts screened')) begun = now
    if (now - told < TELL_MS) return
    told = now
    tell(`  ${String(text).trim().split('\n').at(-1)}`)
  })
  const timer = setInterval(() => {
    for (const one of familyOf(pid)) {
      const use = resourcesOf(one)
      if (one === pid) parent = Math.max(parent, use.rssMiB)
      else peak = Math.max(peak, use.rssMiB)
      cpu.set(one, Math.max(cpu.get(one) ?? 0, use.cpuMs))
    }
    load = Math.max(load, loadavg()[0] ?? 0)
  }, LOOK_MS)
  const status = await new Promise<number | null>((resolve) => child.on('close', resolve))
  clearInterval(timer)
  if (status !== 0) throw new Error(`attune screen ended with ${status}`)
  const ended = performance.now()
  return {
    seconds: (ended - started) / 1000,
    screenSeconds: (ended - begun) / 1000,
    cpuSeconds: [...cpu.values()].reduce((sum, one) => sum + one, 0) / 1000,
    peakMiB: peak,
    parentMiB: parent,
    load,
  }
}

const run = (input: string, out: string, workers: number, models: string): Promise<Measured> =>
  watch(
    spawn(
      process.execPath,
      ['--import', ENDS_WITH_PARENT, '-e', START, '--', 'screen', input, '--out', out, '--workers', String(workers), '--models', models],
      {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      },
    ),
  )

const megabytes = (folder: string): number => readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1e6

const { values } = parseArgs({
  args: process.argv.slice(process.argv.indexOf('screen') + 1),
  options: { sizes: { type: 'string' }, workers: { type: 'string' }, models: { type: 'string' }, write: { type: 'boolean' } },
})
const numbers = (text: string | undefined, standard: string): number[] => (text ?? standard).split(',').map(Number)
const wanted = numbers(values.workers, '1,2')
const workersFor = (patients: number): number[] => (patients < LARGE ? wanted : [Math.max(...wanted)])

const folder = mkdtempSync(join(tmpdir(), 'attune-bench-screen-'))
const rows: string[] = []
try {
  for (const patients of numbers(values.sizes, '1000,10000')) {
    const input = join(folder, String(patients))
    tell(`${patients} people are made up …`)
    await generatePopulation({ patients, seed: 'bench', out: input, gz: false })
    for (const models of (values.models ?? 'all,none').split(','))
      for (const workers of workersFor(patients)) {
        tell(`${patients} people, models: ${models}, workers: ${workers} …`)
        const out = join(folder, `out-${patients}-${workers}-${models}`)
        const one = await run(input, out, workers, models)
        rmSync(out, { recursive: true })
        rows.push(
          `| ${patients} (${megabytes(input).toFixed(0)} MB) | ${models} | ${workers} | ${(patients / one.seconds).toFixed(1)} | ${(patients / one.screenSeconds).toFixed(1)} | ${((one.cpuSeconds / patients) * 1000).toFixed(1)} ms | ${one.peakMiB.toFixed(0)} | ${one.parentMiB.toFixed(0)} | ${one.load.toFixed(0)} |`,
        )
        tell(`${rows.at(-1)}`)
      }
    rmSync(input, { recursive: true })
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

const report = `# Benchmark of screening, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores

\`attune screen\` over people who do not exist (\`npm run population\`), each run from its start to its summary. Made by \`npm run bench -- screen --write\`.

How it can mislead: the machine is shared, and its other work (last column: the highest load average seen during the run; above the number of cores others waited) slows everything, least the CPU per patient. Start-up of each process, a second and more, is in the first rate. From ${LARGE} people on only the most workers are run. A record here has about 27 resources (15 kB); real ones are longer.

| Patients | Models | Workers | Patients a second, all | While parts are screened | CPU a patient, all processes | Peak MiB, largest worker | Peak MiB, parent | Load |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`
process.stdout.write(report)
if (values.write) writeFileSync(join(projectRoot, 'docs/benchmark-screen.md'), report)
