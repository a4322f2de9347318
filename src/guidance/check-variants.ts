import { z } from 'zod'
import { basesOf, type GeneDefinitions } from '../pgx/calling/definitions.ts'
import type { ParsedRules } from './parsed-rules.ts'
import type { Problem } from './read-rule-files.ts'

const text = z.string().min(1)
const bases = z.string().regex(/^[ACGT]+$/, 'is not a sequence of A, C, G and T')
const place = z.number().int().positive()
const month = z.string().regex(/^\d{4}(-\d{2}){0,2}$/)

const definitions = z.strictObject({
  symbol: text,
  assembly: z.literal('GRCh38'),
  chrom: z.string().regex(/^chr([1-9]|1\d|2[0-2]|X|Y|M)$/),
  source: z.strictObject({ id: text, version: text, asOf: month }),
  undocumented: z.enum(['not-called', 'reference']),
  proxy: z.strictObject({ marker: place, decider: place, both: text, deciderOnly: text }).optional(),
  notCombined: z.array(text).optional(),
  singleSite: z.strictObject({ pos: place, basis: text }).optional(),
  reportedAs: z.record(text, text).optional(),
  basis: z.array(text).optional(),
  priorities: z.array(z.strictObject({ pick: text, over: z.array(text).min(1) })).optional(),
  cannotRuleOut: z.array(z.strictObject({ called: text, alternative: text, hetAt: z.array(text).optional() })).optional(),
  positions: z
    .array(
      z.strictObject({
        pos: place,
        rsid: z
          .string()
          .regex(/^rs\d+$/)
          .nullable(),
        ref: bases,
        alts: z.array(bases).min(1),
        names: z.array(text).min(1),
        flags: z.array(z.enum(['amp1', 'required', 'extra', 'ignored'])).optional(),
      }),
    )
    .min(1),
  alleles: z.record(text, z.strictObject({ whole: z.literal(true).optional(), at: z.record(z.string().regex(/^\d+$/), text) })),
})

/** What definitions are checked against. */
type CallingFiles = Pick<ParsedRules, 'genes' | 'sources' | 'tables'>

type Found = { readonly row: string; readonly problem: string }

const twice = <T>(values: readonly T[]): T[] => values.filter((value, at) => values.indexOf(value) !== at)

const positionProblems = ({ positions }: GeneDefinitions): Found[] => [
  // an ignored deletion may begin where a substitution is defined
  ...twice(positions.filter((one) => !one.flags?.includes('ignored')).map(({ pos }) => pos)).map((pos) => ({
    row: `${pos}`,
    problem: 'position stands twice',
  })),
  ...twice(positions.flatMap(({ rsid }) => rsid ?? [])).map((rsid) => ({ row: rsid, problem: 'rsid stands twice' })),
  ...positions.flatMap(({ pos, ref, alts, names }) => [
    ...(twice([ref, ...alts]).length > 0 ? [{ row: `${pos}`, problem: `the same base twice in ${[ref, ...alts].join(', ')}` }] : []),
    ...(names.length === alts.length ? [] : [{ row: `${pos}`, problem: `${alts.length} other bases, but ${names.length} names` }]),
  ]),
]

const cellProblem = (gene: GeneDefinitions, pos: string, cell: string): string | null => {
  const there = gene.positions.filter((one) => `${one.pos}` === pos)
  if (there.length === 0) return `unknown position ${pos}`
  const position = there.find((one) => !one.flags?.includes('ignored') && !one.flags?.includes('extra'))
  if (position === undefined) return `position ${pos} defines no allele`
  const unknown = basesOf(cell).filter((base) => base !== position.ref && !position.alts.includes(base))
  if (unknown.length === 0) return null
  return /^[ACGT]+$/.test(cell) || basesOf(cell).length > 1
    ? `${unknown.join(', ')} is not among the bases of position ${pos}`
    : `unknown letter "${cell}" at position ${pos}`
}

const alleleProblems = (gene: GeneDefinitions, known: ReadonlySet<string>): Found[] => {
  const texts = new Map<string, string>()
  return Object.entries(gene.alleles).flatMap(([name, { whole, at }]) => {
    const same = JSON.stringify([whole ?? false, Object.entries(at).sort()])
    const earlier = texts.get(same)
    texts.set(same, name)
    return [
      ...(known.has(name) ? [] : [{ row: name, problem: `allele is not in genes/${gene.symbol}.json` }]),
      ...(earlier === undefined ? [] : [{ row: name, problem: `has the same definition as ${earlier}` }]),
      ...(whole || Object.keys(at).length > 0 ? [] : [{ row: name, problem: 'has an empty definition' }]),
      ...Object.entries(at).flatMap(([pos, cell]) => {
        const problem = cellProblem(gene, pos, cell)
        return problem === null ? [] : [{ row: name, problem }]
      }),
    ]
  })
}

const referenceProblems = (gene: GeneDefinitions, reference: string | null): Found[] =>
  reference !== null && gene.alleles[reference]?.whole
    ? []
    : [{ row: `${reference}`, problem: 'the reference allele must define every position' }]

/** Names of alleles and positions in the rules that are not definitions. */
const ruleProblems = (gene: GeneDefinitions, known: ReadonlySet<string>): Found[] => {
  const diplotypes = [
    ...(gene.priorities ?? []).flatMap(({ pick, over }) => [pick, ...over]),
    ...(gene.cannotRuleOut ?? []).flatMap(({ called, alternative }) => [called, alternative]),
  ]
  const alleles = [
    ...diplotypes.flatMap((diplotype) => diplotype.split('/')),
    ...(gene.notCombined ?? []),
    ...Object.values(gene.reportedAs ?? {}),
    ...(gene.proxy ? [gene.proxy.both, gene.proxy.deciderOnly] : []),
  ]
  const places = [...(gene.proxy ? [gene.proxy.marker, gene.proxy.decider] : []), ...(gene.singleSite ? [gene.singleSite.pos] : [])]
  const rsids = (gene.cannotRuleOut ?? []).flatMap(({ hetAt }) => hetAt ?? [])
  return [
    ...alleles.filter((name) => !known.has(name)).map((name) => ({ row: name, problem: 'unknown allele in a rule of calling' })),
    ...Object.keys(gene.reportedAs ?? {})
      .filter((name) => !(name in gene.alleles))
      .map((name) => ({ row: name, problem: 'unknown sub-allele' })),
    ...places
      .filter((pos) => !gene.positions.some((one) => one.pos === pos))
      .map((pos) => ({ row: `${pos}`, problem: 'unknown position in a rule of calling' })),
    ...rsids
      .filter((rsid) => !gene.positions.some((one) => one.rsid === rsid))
      .map((rsid) => ({ row: rsid, problem: 'unknown rsid in a rule of calling' })),
  ]
}

const problemsOf = (name: string, content: unknown, rules: CallingFiles): Found[] => {
  const parsed = definitions.safeParse(content)
  if (!parsed.success) return parsed.error.issues.map((issue) => ({ row: issue.path.map(String).join('.') || '-', problem: issue.message }))
  const gene = parsed.data as GeneDefinitions // zod's optional members may be undefined, ours are absent; values are the same
  const table = rules.genes.get(`genes/${gene.symbol}.json`)
  if (name !== `${gene.symbol}.variants`) return [{ row: gene.symbol, problem: 'the file is named otherwise than its gene' }]
  if (table === undefined) return [{ row: gene.symbol, problem: `there is no genes/${gene.symbol}.json` }]
  const known = new Set(Object.keys(table.alleles))
  const sources = new Set(rules.sources.rows.map((row) => row.id))
  return [
    ...(sources.has(gene.source.id) ? [] : [{ row: 'source', problem: `unknown source "${gene.source.id}"` }]),
    ...positionProblems(gene),
    ...alleleProblems(gene, known),
    ...referenceProblems(gene, table.referenceAllele),
    ...ruleProblems(gene, known),
  ]
}

/** Allele definitions: each in itself, and against the gene's table. */
export const checkVariants = (rules: CallingFiles): Problem[] =>
  [...rules.tables]
    .filter(([name]) => name.endsWith('.variants'))
    .flatMap(([name, content]) =>
      problemsOf(name, content, rules).map(({ row, problem }) => ({ file: `genes/${name}.json`, row, problem })),
    )
