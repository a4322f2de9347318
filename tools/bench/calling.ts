/**
 * `node dist/tools/bench/calling.js`: star-allele calling over synthetic multi-sample VCFs of our own making, 1 to 1,000 samples.
 * Each sample carries two alleles per gene, drawn from the definitions: `mixed` draws all alike, so that nearly no two samples share
 * a call and nothing is remembered (the hardest case); `cohort` draws the reference allele nine times of ten.
 * How it can mislead: no cohort looks like `mixed`; real files have many lines that concern nobody here, which cost their unpacking;
 * other work on the machine moves wall-clock times, so CPU time of the process is given beside them.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGzip } from 'node:zlib'
import { runCall } from '../../src/cli/call.ts'
import { loadCallingRules } from '../../src/guidance/load-calling-rules.ts'
import { projectRoot } from '../../src/project-root.ts'

type Profile = 'mixed' | 'cohort'
type Definitions = {
  readonly chrom: string
  readonly positions: readonly {
    readonly pos: number
    readonly ref: string
    readonly alts: readonly string[]
    readonly flags?: readonly string[]
  }[]
  readonly alleles: Readonly<Record<string, { readonly at: Readonly<Record<string, string>> }>>
}

/** A small generator with a seed, so that every run calls the same samples (mulberry32). */
const randomFrom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const allDefinitions = (): Definitions[] =>
  readdirSync(join(projectRoot, 'rules/genes'))
    .filter((name) => name.endsWith('.variants.json'))
    .map((name) => JSON.parse(readFileSync(join(projectRoot, 'rules/genes', name), 'utf8')))

const HEADER = ['##fileformat=VCFv4.2', '##reference=GRCh38']
const COLUMNS = ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT']

/** One column as a caller of variants writes it, with depths and likelihoods that nobody reads here. */
const column = (one: number, other: number): string => `${one}/${other}:20,20:40:99:300,0,300`

const writeVcf = async (path: string, samples: number, profile: Profile): Promise<void> => {
  const random = randomFrom(samples)
  const file = createWriteStream(path)
  const gzip = createGzip({ level: 1 })
  gzip.pipe(file)
  const names = Array.from({ length: samples }, (_, at) => `sample${at + 1}`)
  gzip.write(`${[...HEADER, [...COLUMNS, ...names].join('\t')].join('\n')}\n`)
  for (const { chrom, positions, alleles } of allDefinitions()) {
    const cells = Object.values(alleles).map(({ at }) => at)
    const draw = () => (profile === 'cohort' && random() < 0.9 ? {} : (cells[Math.floor(random() * cells.length)] ?? {}))
    const pairs = names.map(() => [draw(), draw()] as const)
    for (const { pos, ref, alts, flags } of positions) {
      if (flags?.includes('ignored')) continue
      const number = (cell: string | undefined): number => (cell === undefined ? 0 : alts.indexOf(cell) + 1)
      const columns = pairs.map(([one, other]) => column(number(one[pos]), number(other[pos])))
      if (!gzip.write(`${[chrom, pos, '.', ref, alts.join(), '.', 'PASS', '.', 'GT:AD:DP:GQ:PL', ...columns].join('\t')}\n`))
        await once(gzip, 'drain')
    }
  }
  gzip.end()
  await once(file, 'close')
}

type Measured = {
  readonly fixedMs: number
  readonly runMs: number
  readonly cpuMs: number
  readonly peakMiB: number
  readonly outMiB: number
}

/** In a process of its own: loading the rules, then reading, calling and writing. */
const measure = async (file: string, out: string): Promise<Measured> => {
  const begun = performance.now()
  const knowledge = loadCallingRules(join(projectRoot, 'rules'))
  const loaded = performance.now()
  const before = process.cpuUsage()
  await runCall(
    {
      file,
      outside: null,
      samples: [],
      genes: [],
      format: 'json',
      out,
      options: {},
      ignoreFilter: false,
      patient: null,
      issued: '2026-01-01T00:00:00Z',
      collected: null,
    },
    knowledge,
  )
  const { user, system } = process.cpuUsage(before)
  return {
    fixedMs: loaded - begun,
    runMs: performance.now() - loaded,
    cpuMs: (user + system) / 1000,
    peakMiB: process.resourceUsage().maxRSS / 1024,
    outMiB: statSync(out).size / 2 ** 20,
  }
}

const inChild = (file: string, out: string): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const child = fork(process.argv[1] ?? '', ['--measure', file, out])
    child.once('message', (measured) => resolve(measured as Measured))
    child.once('exit', (code) => reject(new Error(`the measured process ended with ${code}`)))
  })

const main = async (): Promise<void> => {
  const sizes = (process.env.BENCH_SAMPLES ?? '1,10,100,1000').split(',').map(Number)
  const folder = mkdtempSync(join(tmpdir(), 'attune-calling-'))
  console.log('profile  samples   fixed ms   run ms   ms/sample   CPU ms/sample   peak MiB   output MiB')
  try {
    for (const profile of ['mixed', 'cohort'] as const)
      for (const samples of sizes) {
        const path = join(folder, `${profile}-${samples}.vcf.gz`)
        await writeVcf(path, samples, profile)
        const { fixedMs, runMs, cpuMs, peakMiB, outMiB } = await inChild(path, join(folder, 'out.jsonl'))
        const cells = [
          fixedMs.toFixed(0),
          runMs.toFixed(0),
          (runMs / samples).toFixed(3),
          (cpuMs / samples).toFixed(3),
          peakMiB.toFixed(0),
          outMiB.toFixed(1),
        ]
        console.log(
          `${profile.padEnd(8)} ${String(samples).padStart(7)} ${cells.map((cell, at) => cell.padStart([10, 8, 11, 15, 10, 12][at] ?? 0)).join(' ')}`,
        )
      }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const [, , flag, file, out] = process.argv
if (flag === '--measure' && file && out) process.send?.(await measure(file, out), () => process.exit(0))
else await main()
