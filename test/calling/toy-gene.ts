import fc from 'fast-check'
import { type CompiledGene, compileGene } from '../../src/pgx/calling/compile-gene.ts'
import { basesOf, type GeneDefinitions } from '../../src/pgx/calling/definitions.ts'
import type { SampleGenotypes, Site, SiteGenotype } from '../../src/pgx/calling/genotypes.ts'
import type { GeneTable } from '../../src/pgx/gene-tables.ts'

/** A small gene made up for a law: reference `*1` and a few alleles over a few positions. */
export type ToyGene = { readonly definitions: GeneDefinitions; readonly table: GeneTable; readonly sites: readonly Site[] }

const LETTERS = ['A', 'C', 'G'] as const

/** Cells of the other alleles: blank, one base, or a letter for two bases. Positions have reference A and others C and G. */
const CELLS = [null, null, 'C', 'G', 'A', 'M', 'R', 'S'] as const

const tableOf = (alleles: readonly string[], special: readonly string[]): GeneTable => ({
  symbol: 'TOY',
  hgnc: 'HGNC:1',
  kind: 'metabolizer',
  lookup: 'phenotype',
  method: 'function-pair',
  pairs: {},
  special,
  referenceAllele: '*1',
  alleles: Object.fromEntries(alleles.map((name) => [name, { function: null, activity: null }])),
  phenotypes: {},
  loinc: { phenotype: null, sure: null },
  callableFrom: 'vcf',
  clinpgx: null,
  source: { id: 'toy', version: '1', asOf: '2026-01' },
  verified: 'no',
})

const makeToy = (rows: readonly (readonly (string | null)[])[], positions: number, special: readonly string[]): ToyGene => {
  const named = rows.map(
    (cells, at) => [`*${at + 2}`, { at: Object.fromEntries(cells.flatMap((cell, pos) => (cell ? [[`${pos + 1}`, cell]] : []))) }] as const,
  )
  const alleles = Object.fromEntries([
    ['*1', { whole: true as const, at: {} }],
    ...named.filter(([, { at }]) => Object.keys(at).length > 0),
  ])
  return {
    definitions: {
      symbol: 'TOY',
      assembly: 'GRCh38',
      chrom: 'chr1',
      source: { id: 'toy', version: '1', asOf: '2026-01' },
      undocumented: 'not-called',
      positions: Array.from({ length: positions }, (_none, at) => ({
        pos: at + 1,
        rsid: null,
        ref: 'A',
        alts: ['C', 'G'],
        names: [`g.${at + 1}A>C`, `g.${at + 1}A>G`],
      })),
      alleles,
    },
    table: tableOf(Object.keys(alleles), special),
    sites: Array.from({ length: positions }, (_none, at) => ({
      index: at,
      gene: 'TOY',
      chrom: 'chr1',
      pos: at + 1,
      rsid: null,
      ref: 'A',
      alts: ['C', 'G'],
      names: [`g.${at + 1}A>C`, `g.${at + 1}A>G`],
      flags: [],
    })),
  }
}

const genotype: fc.Arbitrary<SiteGenotype | undefined> = fc.option(
  fc.record({
    alleles: fc.tuple(fc.constantFrom(...LETTERS), fc.constantFrom(...LETTERS)),
    phased: fc.boolean(),
    phaseSet: fc.constantFrom(null, null, '1', '2'),
  }),
  { nil: undefined, freq: 6 },
)

/** A toy gene and one sample of it. */
export const toyCase = (special: readonly string[] = []): fc.Arbitrary<{ readonly toy: ToyGene; readonly sample: SampleGenotypes }> =>
  fc
    .integer({ min: 1, max: 5 })
    .chain((positions) =>
      fc.tuple(
        fc.array(fc.array(fc.constantFrom(...CELLS), { minLength: positions, maxLength: positions }), { minLength: 1, maxLength: 7 }),
        fc.array(genotype, { minLength: positions, maxLength: positions }),
        fc.constant(positions),
      ),
    )
    .map(([rows, at, positions]) => ({ toy: makeToy(rows, positions, special), sample: { sample: 'toy', at } }))

/** A toy gene and several samples, of which some repeat each other. */
export const toyCohort: fc.Arbitrary<{ readonly toy: ToyGene; readonly samples: readonly SampleGenotypes[] }> = toyCase().chain(
  ({ toy, sample }) => {
    const positions = toy.sites.length
    const another = fc.array(genotype, { minLength: positions, maxLength: positions }).map((at) => ({ sample: 'other', at }))
    return fc
      .array(fc.oneof(fc.constant(sample), another), { minLength: 2, maxLength: 8 })
      .map((samples) => ({ toy, samples: [...samples, ...samples] }))
  },
)

export const compileToy = ({ table, definitions, sites }: ToyGene): CompiledGene => compileGene(table, definitions, sites)

type Copies = readonly [readonly (string | null)[], readonly (string | null)[]]

/** Every way to lay out a sample's two copies: positions of one phase set turn together, unphased ones each for itself. */
export const everyLayOut = (sample: SampleGenotypes): Copies[] => {
  const keys = sample.at.map((one, at) => (one === undefined ? null : one.phased ? `set ${one.phaseSet}` : `free ${at}`))
  const free = [...new Set(keys.filter((key) => key !== null))]
  return Array.from({ length: 2 ** free.length }, (_none, turns) => {
    const turned = (at: number): boolean => ((turns >> free.indexOf(keys[at] ?? '')) & 1) === 1
    const side = (which: 0 | 1): (string | null)[] => sample.at.map((one, at) => one?.alleles[turned(at) ? 1 - which : which] ?? null)
    return [side(0), side(1)]
  })
}

/** Whether a copy with these bases is the allele, blank cells filled with the reference. Positions without a base are not looked at. */
export const isAllele = ({ definitions }: ToyGene, name: string, bases: readonly (string | null)[]): boolean =>
  bases.every((base, at) => base === null || basesOf(definitions.alleles[name]?.at[`${at + 1}`] ?? 'A').includes(base))

const isSeen = ({ definitions }: ToyGene, name: string, sample: SampleGenotypes): boolean =>
  definitions.positions.some(
    ({ pos }) =>
      sample.at[pos - 1] !== undefined && (definitions.alleles[name]?.whole || `${pos}` in (definitions.alleles[name]?.at ?? {})),
  )

const scoreOf = ({ definitions }: ToyGene, name: string, bases: readonly (string | null)[]): number =>
  definitions.positions.filter(({ pos }) => {
    const base = bases[pos - 1]
    const { whole, at }: GeneDefinitions['alleles'][string] = definitions.alleles[name] ?? { at: {} }
    const cell = at[`${pos}`] ?? (whole ? 'A' : null)
    return base != null && cell !== null && !(basesOf(cell).length > 1 && base === 'A')
  }).length

/** All pairs with their best score by trying every lay-out: what the matcher must find without trying. */
export const bruteForce = (toy: ToyGene, sample: SampleGenotypes): Map<string, number> => {
  const found = new Map<string, number>()
  const names = Object.keys(toy.definitions.alleles).filter((name) => isSeen(toy, name, sample))
  for (const [one, other] of everyLayOut(sample))
    for (const first of names)
      for (const second of names)
        if (isAllele(toy, first, one) && isAllele(toy, second, other)) {
          const key = [first, second].sort().join('/')
          found.set(key, Math.max(found.get(key) ?? 0, scoreOf(toy, first, one) + scoreOf(toy, second, other)))
        }
  return found
}
