/**
 * `node dist/tools/bench/matcher.js [RULES_FOLDER]`: CPU time of the star-allele matcher alone: per sample over all genes, and per
 * gene as heterozygous positions without phase are added. `calling.js` measures the whole way from a VCF file.
 * How it can mislead: genotypes are drawn position by position, so samples repeat each other less than people do (equal genotypes
 * are remembered); the first rounds hold the compiler's work; CPU time holds the collector's, too.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Site, SiteGenotype } from '../../src/pgx/calling/genotypes.ts'
import { makeCaller } from '../../src/pgx/calling/make-caller.ts'
import type { StarCaller } from '../../src/pgx/calling/star-call.ts'
import type { GeneTable } from '../../src/pgx/gene-tables.ts'

/** Definitions and tables without the checks of the loader: only the matcher is measured. */
const readFolder = (rulesDir: string): { genes: Map<string, GeneTable>; tables: Map<string, unknown> } => {
  const genes = new Map<string, GeneTable>()
  const tables = new Map<string, unknown>()
  for (const file of readdirSync(join(rulesDir, 'genes'))) {
    const content: unknown = JSON.parse(readFileSync(join(rulesDir, 'genes', file), 'utf8'))
    if (file.endsWith('.variants.json')) tables.set(file.replace('.json', ''), content)
    else genes.set(file.replace('.json', ''), content as GeneTable) // checked by the loader, which is not measured
  }
  return { genes, tables }
}

/** The same numbers each time (mulberry32). */
const random = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const KNOWN = new Map<string, SiteGenotype>()

/** One object per genotype, as a reader of a multi-sample file gives them. */
const share = (alleles: readonly string[]): SiteGenotype => {
  const key = alleles.join('/')
  const known = KNOWN.get(key)
  if (known) return known
  const made = { alleles, phased: false, phaseSet: null }
  KNOWN.set(key, made)
  return made
}

/** Like people: some common variants, many rare ones. And like nobody: every variant on one of fifty chromosomes. */
const COHORTS: readonly (readonly [string, (site: Site) => number])[] = [
  ['common and rare variants', (site) => (site.flags.includes('amp1') ? 0.15 : 0.001)],
  ['2 % everywhere', () => 0.02],
]

const cpuMilliseconds = (run: () => void): number => {
  const before = process.cpuUsage()
  run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

const round = (value: number): number => Number(value.toFixed(3))

const drawSample = (caller: StarCaller, next: () => number, frequencyOf: (site: Site) => number): readonly SiteGenotype[] =>
  caller.sites.map((site) => {
    const base = (): string => (next() < frequencyOf(site) ? (site.alts[Math.floor(next() * site.alts.length)] ?? site.ref) : site.ref)
    return share([base(), base()])
  })

/** One gene with its first `het` positions heterozygous and all others reference; a phase set keeps it from being remembered. */
const withHets = (caller: StarCaller, gene: string, het: number, round: number): (SiteGenotype | undefined)[] => {
  const own = caller.sites.filter((site) => site.gene === gene && !site.flags.includes('extra'))
  const different = new Set(own.slice(0, het).map((site) => site.index))
  return caller.sites.map((site) =>
    site.gene === gene
      ? { alleles: [site.ref, different.has(site.index) ? (site.alts[0] ?? site.ref) : site.ref], phased: false, phaseSet: `${round}` }
      : undefined,
  )
}

const { genes, tables } = readFolder(process.argv[2] ?? 'rules')
console.log(`definitions compiled in ${round(cpuMilliseconds(() => makeCaller(genes, tables)))} ms`)

for (const [kind, frequencyOf] of COHORTS)
  for (const count of [10, 100, 1000, 3000]) {
    const caller = makeCaller(genes, tables)
    const next = random(count)
    const samples = Array.from({ length: count }, () => drawSample(caller, next, frequencyOf))
    const time = cpuMilliseconds(() => {
      for (const at of samples) caller.callSample({ sample: 'drawn', at })
    })
    console.log(`${kind}, ${count} samples x ${caller.genes.length} genes: ${round(time / count)} ms a sample`)
  }

const caller = makeCaller(genes, tables)
const research = { withoutCopyNumber: true, combinations: true }
for (const gene of caller.genes) {
  const positions = caller.sites.filter((site) => site.gene === gene && !site.flags.includes('extra')).length
  const times = [0, 12, 20, 40].map((het) => {
    if (het > positions) return '-'
    const rounds = [1, 2, 3, 4, 5].map((at) => withHets(caller, gene, het, at))
    return `${round(Math.max(...rounds.map((at) => cpuMilliseconds(() => caller.callSample({ sample: 'drawn', at }, research)))))}`
  })
  console.log(`${gene}: slowest of 5 with 0, 12, 20, 40 unphased heterozygous positions: ${times.join(', ')} ms`)
}
