import { z } from 'zod'
import { AttuneError } from '../errors.ts'
import type { Knowledge } from '../guidance/rules.ts'
import type { GeneDefinitions } from '../pgx/calling/definitions.ts'
import type { Site, SiteGenotype } from '../pgx/calling/genotypes.ts'
import { makeCaller } from '../pgx/calling/make-caller.ts'
import type { StarCall, StarCaller } from '../pgx/calling/star-call.ts'
import { isJsonLines } from './case-files.ts'
import { drawSample, findSite, genotypeFrom, type SampleSketch, vcfBases } from './sample-sketch.ts'
import { whyNotCalled } from './why-not-called.ts'

export type CallingResult = { readonly name: string; readonly passed: boolean; readonly differences: readonly string[] }

const names = z.array(z.string())
const common = {
  id: z.string().min(1),
  why: z.string().optional(),
  combinations: z.boolean().optional(),
  withoutCopyNumber: z.boolean().optional(),
  /** Whether `expected` lists the best diplotypes or every one that fits. Either passes when it is left out. */
  candidates: z.enum(['best', 'all']).optional(),
  /** Further members of the calls that are compared where given. */
  also: z
    .record(
      z.string(),
      z.strictObject({
        state: z.enum(['called', 'several', 'variants', 'indeterminate', 'not-called']).optional(),
        preferred: z.string().nullable().optional(),
        inferred: z.string().optional(),
        phenotypes: names.optional(),
        activityScores: names.optional(),
        phasing: z.string().optional(),
        uncallable: names.optional(),
        missing: names.optional(),
        cannotRuleOut: names.optional(),
        undocumented: names.optional(),
        note: z.string().optional(),
      }),
    )
    .optional(),
}

const positionsCase = z.strictObject({
  ...common,
  kind: z.literal('positions'),
  phased: z.boolean(),
  reference_genes: names,
  genotypes: z.record(z.string(), z.array(z.string()).min(1)),
  /** Phase set per position, for `phased` cases. */
  phase_sets: z.record(z.string(), z.string()).optional(),
  /** Positions that stand without phase in a phased case. */
  unphased: names.optional(),
  missing: z.record(z.string(), names),
  expected: z.record(z.string(), names),
})

const vcfCase = z.strictObject({
  ...common,
  kind: z.literal('vcf'),
  vcf: z.string().optional(),
  genotypes: z.record(z.string(), z.string()),
  expected: z.union([names, z.record(z.string(), names)]),
})

const callingCase = z.discriminatedUnion('kind', [positionsCase, vcfCase])
type PositionsCase = z.output<typeof positionsCase>
type VcfCase = z.output<typeof vcfCase>
type CallingCase = PositionsCase | VcfCase

const isCase = (line: unknown): boolean =>
  typeof line === 'object' && line !== null && 'kind' in line && (line.kind === 'positions' || line.kind === 'vcf')

/** Lines of a file of cases; a file of one line is one JSON value. */
const linesOf = (content: unknown): readonly unknown[] => (isJsonLines(content) ? content.jsonLines : isCase(content) ? [content] : [])

/** JSON lines of allele-calling cases. Layout: docs/verify.md. */
export const isCallingFile = (content: unknown): boolean => linesOf(content).some(isCase)

/** Everything that cases are drawn with. */
export type CallingBench = { readonly caller: StarCaller; readonly knowledge: Knowledge }

export const makeBench = (knowledge: Knowledge): CallingBench => ({ caller: makeCaller(knowledge.genes, knowledge.tables), knowledge })

const siteNamed = (bench: CallingBench, key: string): Site => {
  const [gene = '', ...rest] = key.split(':')
  const site = findSite(bench.caller.sites, gene, rest.join(':'))
  if (site === undefined) throw new AttuneError('input-unreadable', `no position ${key} in the definitions`)
  return site
}

const sketchPositions = (one: PositionsCase, bench: CallingBench): SampleSketch => {
  const listed = new Map<number, SiteGenotype | undefined>()
  for (const [key, bases] of Object.entries(one.genotypes)) {
    const site = siteNamed(bench, key)
    const alleles = bases.map((base) => vcfBases(site, base))
    listed.set(site.index, {
      alleles,
      phased: one.phased && !(one.unphased ?? []).includes(key),
      phaseSet: one.phase_sets?.[key] ?? null,
    })
  }
  for (const [gene, missing] of Object.entries(one.missing))
    for (const name of missing) listed.set(siteNamed(bench, `${gene}:${name}`).index, undefined)
  const genes = [...Object.keys(one.genotypes).map((key) => key.split(':')[0] ?? ''), ...one.reference_genes, ...Object.keys(one.missing)]
  return { reference: new Set(genes), phased: one.phased, listed }
}

const sketchVcf = (one: VcfCase, bench: CallingBench): SampleSketch => ({
  reference: new Set(),
  phased: false,
  listed: new Map(
    Object.entries(one.genotypes).flatMap(([place, bases]) => {
      const site = findSite(bench.caller.sites, null, place)
      return site === undefined ? [] : [[site.index, genotypeFrom(bases)] as const]
    }),
  ),
})

const expectedOf = (one: CallingCase, sketch: SampleSketch, bench: CallingBench): Record<string, string[]> => {
  if (!Array.isArray(one.expected)) return one.expected
  const genes = new Set([...sketch.listed.keys()].map((index) => bench.caller.sites[index]?.gene ?? ''))
  return Object.fromEntries([...genes].map((gene) => [gene, one.expected as string[]]))
}

const sidesOf = (name: string): string =>
  name
    .split('/')
    .map((side) => side.trim())
    .sort()
    .join('/')

/** The same names in any order; the two copies of a diplotype have no order either. */
export const sameNames = (expected: readonly string[], actual: readonly string[]): boolean =>
  JSON.stringify(expected.map(sidesOf).sort()) === JSON.stringify(actual.map(sidesOf).sort())

const reasonsAgainst = (bench: CallingBench, expected: readonly string[], call: StarCall): string =>
  expected
    .filter((name) => !call.names.some((other) => sameNames([name], [other])))
    .map((name) => whyNotCalled(bench.knowledge.tables.get(`${call.gene}.variants`) as GeneDefinitions, call, name)) // checked at load
    .filter((reason) => reason !== null)
    .map((reason) => `; ${reason}`)
    .join('')

const compareNames = (bench: CallingBench, one: CallingCase, expected: readonly string[], call: StarCall): string[] => {
  const best = sameNames(expected, call.names)
  const all = sameNames(expected, [...call.names, ...call.alternatives.map(({ name }) => name)])
  const passed = one.candidates === 'best' ? best : one.candidates === 'all' ? all : best || all
  const others = call.alternatives.length > 0 ? `; with a lower score ${call.alternatives.map(({ name }) => name).join(', ')}` : ''
  const got = call.names.length > 0 ? call.names.join(', ') : `${call.state}: ${call.because ?? ''}`
  const reasons = reasonsAgainst(bench, expected, call)
  return passed ? [] : [`${call.gene}: expected ${expected.length > 0 ? expected.join(', ') : 'no call'}, got ${got}${others}${reasons}`]
}

/** Members of a call as a case may expect them, in words. */
const WORDS: Readonly<Record<string, (call: StarCall) => unknown>> = {
  state: (call) => call.state,
  preferred: (call) => call.preferred?.name ?? null,
  inferred: (call) => call.inferred?.name ?? null,
  phenotypes: (call) => call.genotypes.flatMap((genotype) => genotype.phenotype?.code ?? genotype.keys[0] ?? []),
  activityScores: (call) => call.genotypes.flatMap((genotype) => genotype.activityScore?.text ?? []),
  phasing: (call) => call.phasing,
  uncallable: (call) => call.uncallable.map(({ allele }) => allele),
  missing: (call) => call.missing.map(({ rsid, pos }) => rsid ?? `${pos}`),
  cannotRuleOut: (call) => call.cannotRuleOut.map(({ alternative }) => alternative),
  undocumented: (call) => call.undocumented.map(({ rsid, pos }) => rsid ?? `${pos}`),
}

const sorted = (value: unknown): unknown => (Array.isArray(value) ? [...value].sort() : value)

const compareAlso = (gene: string, also: NonNullable<CallingCase['also']>[string], call: StarCall): string[] =>
  Object.entries(also).flatMap(([member, expected]) => {
    if (member === 'note')
      return call.notes.some((note) => note.includes(String(expected))) || call.because?.includes(String(expected))
        ? []
        : [`${gene}: no note says "${String(expected)}"; notes: ${[call.because ?? '', ...call.notes].join(' ')}`]
    const actual = WORDS[member]?.(call)
    return JSON.stringify(sorted(expected)) === JSON.stringify(sorted(actual))
      ? []
      : [`${gene} ${member}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`]
  })

const runCase = (one: CallingCase, bench: CallingBench): string[] => {
  const sketch = one.kind === 'positions' ? sketchPositions(one, bench) : sketchVcf(one, bench)
  const calls = bench.caller.callSample(drawSample(bench.caller.sites, sketch), {
    combinations: one.combinations ?? false,
    withoutCopyNumber: one.withoutCopyNumber ?? false,
  })
  const byGene = new Map(calls.map((call) => [call.gene, call]))
  const callOf = (gene: string): StarCall => {
    const call = byGene.get(gene)
    if (call === undefined) throw new AttuneError('input-unreadable', `no definitions for ${gene}`)
    return call
  }
  return [
    ...Object.entries(expectedOf(one, sketch, bench)).flatMap(([gene, expected]) => compareNames(bench, one, expected, callOf(gene))),
    ...Object.entries(one.also ?? {}).flatMap(([gene, also]) => compareAlso(gene, also, callOf(gene))),
  ]
}

/** Runs one case; what makes it unreadable is a difference, so that the others still run. */
export const tryCase = (name: string, run: () => string[]): CallingResult => {
  try {
    const differences = run()
    return { name, passed: differences.length === 0, differences }
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error
    return { name, passed: false, differences: [error.detail] }
  }
}

/**
 * Runs the cases of a JSON-lines file.
 * @throws AttuneError `input-unreadable` when a line does not have the layout, naming line and member
 */
export const verifyCalling = (content: unknown, knowledge: Knowledge): readonly CallingResult[] => {
  const bench = makeBench(knowledge)
  return linesOf(content).flatMap((line, at) => {
    if (typeof line === 'object' && line !== null && '_meta' in line) return []
    const parsed = callingCase.safeParse(line)
    if (!parsed.success) throw new AttuneError('input-unreadable', `line ${at + 1}: ${z.prettifyError(parsed.error)}`)
    return [tryCase(parsed.data.id, () => runCase(parsed.data as CallingCase, bench))]
  })
}
