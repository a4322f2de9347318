import { z } from 'zod'
import { AttuneError } from '../errors.ts'
import type { Knowledge } from '../guidance/rules.ts'
import type { GeneDefinitions } from '../pgx/calling/definitions.ts'
import type { Site, SiteGenotype } from '../pgx/calling/genotypes.ts'
import type { StarCall } from '../pgx/calling/star-call.ts'
import { type CaseTable, isCaseTable } from './case-files.ts'
import { drawSample, findSite, genotypeFrom } from './sample-sketch.ts'
import { type CallingBench, type CallingResult, makeBench, sameNames, tryCase } from './verify-calling.ts'

type Row = CaseTable['rows'][number]
type Listed = Map<number, SiteGenotype | undefined>

const layoutSchema = z.object({ short: z.record(z.string(), z.string()), undocumented: z.array(z.string()) })

const isTies = (content: unknown): content is CaseTable =>
  isCaseTable(content) && ['missing positions', 'output', 'pick'].every((column) => content.columns.includes(column))

const isTwoWays = (content: unknown): content is CaseTable =>
  isCaseTable(content) &&
  ['phased_call', 'phased_inferred', 'unphased_call', 'unphased_inferred'].every((column) => content.columns.includes(column))

/** Tables of allele-calling cases: unphased ties with their pick, or calls of the same genotypes phased and unphased. */
export const isCallingTable = (content: unknown): boolean => isTies(content) || isTwoWays(content)

/** Columns that are positions, and the one gene they belong to. */
const columnsOf = (table: CaseTable, bench: CallingBench): { sites: readonly (readonly [string, Site])[]; gene: string } => {
  const sites = table.columns.flatMap((column) => {
    const site = /^rs\d+$/.test(column) ? findSite(bench.caller.sites, null, column) : undefined
    if (site === undefined && /^rs\d+$/.test(column)) throw new AttuneError('input-unreadable', `no position ${column} in the definitions`)
    return site === undefined ? [] : [[column, site] as const]
  })
  const genes = [...new Set(sites.map(([, site]) => site.gene))]
  if (genes.length !== 1) throw new AttuneError('input-unreadable', `the columns belong to ${genes.length} genes`)
  return { sites, gene: genes[0] ?? '' }
}

const callOne = (bench: CallingBench, gene: string, listed: Listed, phased: boolean): StarCall => {
  const sample = drawSample(bench.caller.sites, { reference: new Set([gene]), phased, listed })
  const call = bench.caller.callSample(sample).find((one) => one.gene === gene)
  if (call === undefined) throw new AttuneError('input-unreadable', `no definitions for ${gene}`)
  return call
}

const differ = (what: string, expected: readonly string[], actual: readonly string[]): string[] =>
  sameNames(expected, actual) ? [] : [`${what}: expected ${expected.join(', ') || 'no call'}, got ${actual.join(', ') || 'no call'}`]

/** A diplotype by what is left of its alleles' definitions when positions are missing: alleles that then read alike are one. */
const leftOf = (bench: CallingBench, gene: string, missing: ReadonlySet<string>, name: string): string => {
  const { alleles } = bench.knowledge.tables.get(`${gene}.variants`) as GeneDefinitions // checked at load
  return name
    .split('/')
    .map((allele) => {
      const { whole, at } = alleles[allele] ?? { at: { [allele]: '' } }
      return JSON.stringify([
        whole ?? false,
        Object.entries(at)
          .filter(([pos]) => !missing.has(pos))
          .sort(),
      ])
    })
    .sort()
    .join('/')
}

/** All listed diplotypes are found; what is found beyond them only differs by alleles that the missing positions make alike. */
const differTies = (bench: CallingBench, call: StarCall, expected: readonly string[]): string[] => {
  const missing = new Set(call.missing.map(({ pos }) => `${pos}`))
  const alike = (names: readonly string[]): Set<string> => new Set(names.map((name) => leftOf(bench, call.gene, missing, name)))
  const listed = alike(expected)
  const isFound = expected.every((name) => call.names.some((other) => sameNames([name], [other])))
  return isFound && [...alike(call.names)].every((left) => listed.has(left)) ? [] : differ('output', expected, call.names)
}

const runTie = (row: Row, table: CaseTable, bench: CallingBench): string[] => {
  const { sites, gene } = columnsOf(table, bench)
  const listed: Listed = new Map(sites.map(([column, site]) => [site.index, genotypeFrom(row[column] ?? '.')]))
  for (const rsid of row['missing positions']?.match(/rs\d+/g) ?? []) {
    const site = findSite(bench.caller.sites, gene, rsid)
    if (site === undefined) throw new AttuneError('input-unreadable', `no position ${rsid} in the definitions`)
    listed.set(site.index, undefined)
  }
  const call = callOne(bench, gene, listed, false)
  const expected = row.output === 'not called' ? [] : (row.output ?? '').split(' or ')
  return [...differTies(bench, call, expected), ...differ('pick', row.pick ? [row.pick] : [], call.preferred ? [call.preferred.name] : [])]
}

/** `ref/[c.85T>C (*9A)+HapB3]` and `c.61C>T (homozygous), HapB3` with the full names of alleles. */
const inFull = (text: string, short: Readonly<Record<string, string>>): string[] => {
  const full = (name: string): string => {
    const [, allele = name, twice = ''] = /^(.*?)( \(homozygous\))?$/.exec(name.trim()) ?? []
    return `${short[allele] ?? allele}${twice}`
  }
  if (!text.includes('/')) return text.split(', ').map(full)
  const side = (name: string): string =>
    name.startsWith('[')
      ? `[${name
          .slice(1, -1)
          .split(/\+(?=c\.|[A-Z])/)
          .map(full)
          .join(' + ')}]`
      : full(name)
  return [text.split('/').map(side).join('/')]
}

const readDigits = (text: string, site: Site, unknown: boolean, phased: boolean): SiteGenotype | undefined => {
  if (text === 'missing' || text === './.') return undefined
  const other = unknown ? ['A', 'C', 'G', 'T'].find((base) => base !== site.ref && !site.alts.includes(base)) : site.alts[0]
  const alleles = text.split(/[/|]/).map((digit) => (digit === '.' ? null : digit === '0' ? site.ref : (other ?? null)))
  return { alleles, phased, phaseSet: null }
}

const runTwoWays = (row: Row, table: CaseTable, bench: CallingBench): string[] => {
  const layout = layoutSchema.parse(bench.knowledge.tables.get('case-layouts'))
  const { sites, gene } = columnsOf(table, bench)
  const call = (phased: boolean): StarCall =>
    callOne(
      bench,
      gene,
      new Map(
        sites.map(([column, site]) => [site.index, readDigits(row[column] ?? '', site, layout.undocumented.includes(column), phased)]),
      ),
      phased,
    )
  const words = (column: string): string[] | null => (row[column] ? inFull(row[column], layout.short) : null)
  const inferred = (one: StarCall): string[] => (one.inferred ? [one.inferred.name] : [])
  const [phased, unphased] = [call(true), call(false)]
  const phasedCall = words('phased_call') ?? []
  const phasedInferred = words('phased_inferred') ?? phasedCall
  return [
    ...differ('phased call', phasedCall, phased.names),
    ...differ('phased inferred', phasedInferred, inferred(phased)),
    ...differ('unphased call', words('unphased_call') ?? phasedCall, unphased.names),
    ...differ('unphased inferred', words('unphased_inferred') ?? phasedInferred, inferred(unphased)),
  ]
}

/** Runs the rows of a table. */
export const verifyCallingTable = (content: unknown, knowledge: Knowledge): readonly CallingResult[] => {
  if (!isCaseTable(content)) return []
  const bench = makeBench(knowledge)
  const run = isTies(content) ? runTie : runTwoWays
  return content.rows.map((row, at) => tryCase(`row ${at + 1}`, () => run(row, content, bench)))
}
