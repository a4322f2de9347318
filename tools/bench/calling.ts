/**
 * `node dist/tools/bench/calling.js`: star-allele calling over synthetic multi-sample VCFs of our own making, 1 to 1,000 samples, and
 * one gene as heterozygous positions without phase are added. Each sample carries two alleles per gene, drawn from the definitions:
 * `cohort` draws the reference allele nine times of ten; `mixed` draws all alike, so that nearly no two samples share a call;
 * `gaps` is `mixed` with one position in ten missing and one genotype in a hundred not called. Files have all positions (but those).
 * Judge by CPU time, and by the ratio to a bare loop in the same process that unpacks the same file and counts its lines and columns.
 * How it can mislead: no cohort looks like `mixed`; real files have many lines that concern nobody here, which cost their unpacking;
 * other work on the machine moves wall-clock times most, CPU times and ratios less; CPU time holds the compiler's and collector's.
 */
import './help.ts'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, createWriteStream, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createGunzip, createGzip } from 'node:zlib'
import { runCall } from '../../src/cli/call.ts'
import { loadCallingRules } from '../../src/guidance/load-calling-rules.ts'
import { makeCaller } from '../../src/pgx/calling/make-caller.ts'
import { projectRoot } from '../../src/project-root.ts'

const PROFILES = ['cohort', 'mixed', 'gaps'] as const
type Profile = (typeof PROFILES)[number]
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
      if (flags?.includes('ignored') || (profile === 'gaps' && random() < 0.1)) continue
      const number = (cell: string | undefined): number => (cell === undefined ? 0 : alts.indexOf(cell) + 1)
      const columns = pairs.map(([one, other]) =>
        profile === 'gaps' && random() < 0.01 ? './.' : column(number(one[pos]), number(other[pos])),
      )
      if (!gzip.write(`${[chrom, pos, '.', ref, alts.join(), '.', 'PASS', '.', 'GT:AD:DP:GQ:PL', ...columns].join('\t')}\n`))
        await once(gzip, 'drain')
    }
  }
  gzip.end()
  await once(file, 'close')
}

type Measured = {
  /** From the start of the process until the rules are loaded. */
  readonly fixedMs: number
  readonly fixedCpuMs: number
  /** Reading, calling and writing. */
  readonly runMs: number
  readonly cpuMs: number
  /** The bare loop over the same file. */
  readonly loopCpuMs: number
  readonly peakMiB: number
  readonly outMiB: number
}

const cpuMilliseconds = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** The least that any reader of the file must do: unpack it, find its lines and their columns. */
const bareLoop = async (file: string): Promise<{ lines: number; columns: number }> => {
  let [lines, columns] = [0, 0]
  for await (const chunk of createReadStream(file).pipe(createGunzip({ chunkSize: 1 << 18 })) as AsyncIterable<Buffer>)
    for (let at = 0; at < chunk.length; at += 1) {
      if (chunk[at] === 10) lines += 1
      else if (chunk[at] === 9) columns += 1
    }
  return { lines, columns }
}

/** In a process of its own: loading the rules, then reading, calling and writing. */
const measure = async (file: string, out: string): Promise<Measured> => {
  const rules = loadCallingRules(join(projectRoot, 'rules'))
  const [fixedMs, fixedCpuMs] = [performance.now(), cpuMilliseconds()]
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
    rules,
  )
  const [runMs, cpuMs] = [performance.now() - fixedMs, cpuMilliseconds() - fixedCpuMs]
  const peakMiB = process.resourceUsage().maxRSS / 1024
  const before = cpuMilliseconds()
  await bareLoop(file)
  return { fixedMs, fixedCpuMs, runMs, cpuMs, loopCpuMs: cpuMilliseconds() - before, peakMiB, outMiB: statSync(out).size / 2 ** 20 }
}

const inChild = (file: string, out: string): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ['--measure', file, out])
    child.once('message', (measured) => resolve(measured as Measured))
    child.once('exit', (code) => reject(new Error(`the measured process ended with ${code}`)))
  })

const say = (cells: readonly (string | number)[]): void => console.log(cells.map((cell) => String(cell).padStart(10)).join(' '))

const growthBySamples = async (): Promise<void> => {
  const sizes = (process.env.BENCH_SAMPLES ?? '1,10,100,1000').split(',').map(Number)
  const folder = mkdtempSync(join(tmpdir(), 'attune-calling-'))
  console.log('Fixed: start and rules. CPU: milliseconds per sample of reading, calling and writing. Loop: CPU of the bare loop, in all.')
  say(['profile', 'samples', 'fixed ms', 'fixed CPU', 'ms/sample', 'CPU/sample', 'loop CPU', 'x loop', 'peak MiB', 'out MiB'])
  try {
    for (const profile of PROFILES)
      for (const samples of sizes) {
        const path = join(folder, `${profile}-${samples}.vcf.gz`)
        await writeVcf(path, samples, profile)
        const { fixedMs, fixedCpuMs, runMs, cpuMs, loopCpuMs, peakMiB, outMiB } = await inChild(path, join(folder, 'out.jsonl'))
        const perSample = [runMs / samples, cpuMs / samples].map((value) => value.toFixed(3))
        const rest = [loopCpuMs.toFixed(0), (cpuMs / loopCpuMs).toFixed(1), peakMiB.toFixed(0), outMiB.toFixed(1)]
        say([profile, samples, fixedMs.toFixed(0), fixedCpuMs.toFixed(0), ...perSample, ...rest])
      }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const ROUNDS = 5

/** The slowest gene that has so many positions: CPU milliseconds of one call, the slowest of some rounds. */
const growthByHeterozygousSites = (): void => {
  const { genes, tables } = loadCallingRules(join(projectRoot, 'rules'))
  const caller = makeCaller(genes, tables)
  console.log(`\nUnphased heterozygous positions of one gene: CPU ms of its call, slowest of ${ROUNDS} rounds in the slowest gene`)
  say(['positions', 'genes', 'slowest', 'CPU ms'])
  for (const different of [0, 12, 20, 40]) {
    const times = caller.genes.flatMap((gene) => {
      const own = caller.sites.filter((site) => site.gene === gene)
      if (own.length < different) return []
      const rounds = Array.from({ length: ROUNDS }, () => {
        const at = own.map(({ ref, alts }, place) => ({
          alleles: [ref, place < different ? (alts[0] ?? ref) : ref],
          phased: false,
          phaseSet: null,
        }))
        const before = cpuMilliseconds()
        caller.callGene(gene, { sample: 'drawn', at }, { withoutCopyNumber: true, combinations: true })
        return cpuMilliseconds() - before
      })
      return [{ gene, time: Math.max(...rounds) }]
    })
    const slowest = times.reduce((most, one) => (one.time > most.time ? one : most))
    say([different, times.length, slowest.gene, slowest.time.toFixed(2)])
  }
}

const [, , flag, file, out] = process.argv
if (flag === '--measure' && file && out) {
  await import('../ends-with-parent.ts')
  process.send?.(await measure(file, out), () => process.exit(0))
} else {
  await growthBySamples()
  growthByHeterozygousSites()
}
