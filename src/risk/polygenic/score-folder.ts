import { isAmbiguous } from './dosage.ts'
import { scoreCard } from './score-card.ts'
import { scoreVectors } from './score-vectors.ts'
import type { ScoredVariant, ScoringFile, Weights } from './scoring-file.ts'

/** Names a score in `Observation.code`: the catalog's own page of the score is this and its id. A convention of this project. */
export const SCORE_SYSTEM = 'https://www.pgscatalog.org/score'
const REPORTED = 'reported_sum'

/** Share of variants that must be known; the default of the catalog's own calculator (pgsc_calc 2.0, `min_overlap`). */
const LEAST_SHARE = 0.75

/** Name of a variant's input: its rs number, or its place where two variants share one or none is given. */
const namesOf = (variants: readonly ScoredVariant[]): string[] =>
  variants.map(({ rsid, chrom, pos }) =>
    rsid !== null && variants.filter((one) => one.rsid === rsid).length === 1 ? rsid : `chr${chrom}_${pos}`,
  )

type Column = { readonly term: string; readonly input: string } & (
  | { readonly as: 'number'; readonly ifMissing: number }
  | { readonly as: 'indicator'; readonly equals: readonly number[] }
)
type Terms = Readonly<Record<string, number>>

/** Columns of one variant, what they add to the sum, and those that say that the variant is known. */
type Parts = { readonly columns: readonly Column[]; readonly sum: Terms; readonly known: readonly string[] }

const indicator = (term: string, input: string, equals: readonly number[]): Column => ({ term, input, as: 'indicator', equals })

/** Number of effect alleles for which a dominant or recessive weight counts. */
const CARRIED = { dominant: [1, 2], recessive: [2] } as const

const partsOf = (name: string, weights: Weights): Parts => {
  if (weights.model === 'dosage') {
    const terms = [`none_${name}`, `one_${name}`, `two_${name}`]
    return {
      columns: terms.map((term, dosage) => indicator(term, name, [dosage])),
      sum: Object.fromEntries(terms.map((term, dosage) => [term, weights.weights[dosage] ?? Number.NaN])),
      known: terms,
    }
  }
  const known = `known_${name}`
  const column: Column =
    weights.model === 'additive'
      ? { term: `alleles_${name}`, input: name, as: 'number', ifMissing: 0 }
      : indicator(`carried_${name}`, name, CARRIED[weights.model])
  return { columns: [column, indicator(known, name, [0, 1, 2])], sum: { [column.term]: weights.weight }, known: [known] }
}

/** What a variant adds for 0, 1 and 2 effect alleles. */
const addsOf = (weights: Weights): readonly [number, number, number] => {
  if (weights.model === 'dosage') return weights.weights
  const { model, weight } = weights
  return { additive: [0, weight, 2 * weight], dominant: [0, weight, weight], recessive: [0, 0, weight] }[model] as [number, number, number]
}

/** Mean and variance of one variant's addition under Hardy-Weinberg proportions. */
const momentsOf = ({ weights, frequency }: ScoredVariant): { mean: number; variance: number } | null => {
  if (frequency === null) return null
  const shares = [(1 - frequency) ** 2, 2 * frequency * (1 - frequency), frequency ** 2]
  const adds = addsOf(weights)
  const mean = adds.reduce((sum, add, dosage) => sum + add * (shares[dosage] ?? 0), 0)
  const square = adds.reduce((sum, add, dosage) => sum + add ** 2 * (shares[dosage] ?? 0), 0)
  return { mean, variance: square - mean ** 2 }
}

/** Mean and standard deviation of the score from the file's own allele frequencies; null where it does not give them all. */
export const populationOf = ({ variants }: ScoringFile): { readonly mean: number; readonly sd: number } | null => {
  let [mean, variance] = [0, 0]
  for (const variant of variants) {
    const moments = momentsOf(variant)
    if (moments === null) return null
    mean += moments.mean
    variance += moments.variance
  }
  return { mean, sd: Math.sqrt(variance) }
}

/** A score that was computed elsewhere, or by `attune predict --fhir`, and stands in the record as an Observation. */
const reportedInput = (file: ScoringFile) => ({
  name: REPORTED,
  label: `${file.id} as reported`,
  unit: '{score}',
  kind: 'measurement',
  from: ['labs'],
  codes: [{ system: SCORE_SYSTEM, code: file.id, display: file.name, seen: false }],
  aggregate: 'latest',
  freshDays: 36500,
  agreeWithin: 1e-6,
  range: { low: -1000, high: 1000 },
  missing: { do: 'refuse' },
  note: 'The sum of weights of this scoring file; a percentile or a risk is another number.',
})

const inputOf = (file: ScoringFile, variant: ScoredVariant, name: string) => {
  const { rsid, chrom, pos, effect, other } = variant
  return {
    name,
    label: `${rsid ?? `${chrom}:${pos}`} ${effect}`,
    unit: '',
    kind: 'dosage',
    build: file.build,
    chrom,
    pos,
    rsid,
    effect,
    other,
    missing: { do: 'mask', effect: 'Not known; the sum is made without this variant.' },
    ...(isAmbiguous(variant) ? { note: 'Both strands spell the same two alleles, so a file of genotypes does not decide it.' } : {}),
  }
}

const SUM_SCALE = 'sum of weights'

const sumOutput = { id: 'sum', label: 'sum of weights', basis: 'sum', value: 'raw', unit: '', scale: SUM_SCALE }

const variantsOf = (file: ScoringFile, names: readonly string[]) => {
  const total = names.length
  const least = Math.ceil(LEAST_SHARE * total)
  const used = { id: 'used', label: `variants used, of ${total}`, basis: 'used', value: 'raw', unit: '', scale: 'variants' }
  const all = { id: 'total', label: 'variants of the score', basis: 'total', value: 'raw', unit: '', scale: 'variants', hidden: true }
  const population = populationOf(file)
  /** Of the population, not of a person: held against vectors, never shown. */
  const figures = (population === null ? [] : ['mean', 'sd']).map((id) => ({
    id,
    label: id,
    basis: id,
    value: 'raw',
    unit: '',
    scale: SUM_SCALE,
    hidden: true,
  }))
  const common = {
    question: 'score',
    graph: 'model.onnx',
    referenceSays: 'a person with none of the effect alleles',
    without: [],
  }
  const sum = {
    id: 'sum',
    label: 'sum over the known variants',
    ...common,
    outputs: [sumOutput, used, all, ...figures],
    needsAnyOf: {
      inputs: names,
      atLeast: least,
      because: `Fewer than ${least} of the ${total} variants are known (${LEAST_SHARE * 100} %).`,
    },
  }
  const reported = {
    id: 'reported',
    label: 'as reported in the record',
    ...common,
    outputs: [{ ...sumOutput, basis: 'reported' }],
  }
  if (population === null) return [reported, sum]
  const standard = {
    id: 'standard',
    label: 'against the frequencies of the scoring file',
    ...common,
    outputs: [
      {
        ...sumOutput,
        id: 'standard_deviations',
        label: 'standard deviations from the mean',
        value: `(raw - ${population.mean}) / ${population.sd}`,
        unit: 'SD',
      },
      sumOutput,
    ],
    needsAnyOf: { inputs: names, atLeast: total, because: 'The comparison needs every variant of the score.' },
  }
  return [reported, standard, sum]
}

const expectedOf = (file: ScoringFile) => ({
  sum: { variant: 'sum', output: 'sum', read: 'value' },
  reported: { variant: 'reported', output: 'sum', read: 'value' },
  variants_used: { variant: 'sum', output: 'used', read: 'value' },
  variants_total: { variant: 'sum', output: 'total', read: 'value' },
  ...(populationOf(file) === null
    ? {}
    : {
        mean: { variant: 'sum', output: 'mean', read: 'value' },
        sd: { variant: 'sum', output: 'sd', read: 'value' },
        standard_deviations: { variant: 'standard', output: 'standard_deviations', read: 'value' },
      }),
})

const limitsOf = (file: ScoringFile, ambiguous: number): string[] => [
  'A score is no probability: it ranks people by these variants alone, and says nothing of other genes, family or habits.',
  'How high a score is depends on ancestry. Scores of people of different ancestry must not be compared.',
  ...(populationOf(file) === null ? ['The scoring file gives no allele frequencies, so the score has no place in a population here.'] : []),
  ...(ambiguous > 0
    ? [`${ambiguous} of the variants read the same on both strands and are left out when genotypes come from a file.`]
    : []),
  ...(/^(?:NR)?$/i.test(file.weightType) ? ['The scoring file does not say what its weights are (log odds or other).'] : []),
]

/** The files of a model folder, as objects. The build step adds the graph and its hash. */
export type ScoreFolder = {
  readonly id: string
  readonly files: Readonly<Record<'manifest.json' | 'features.json' | 'coefficients.json' | 'card.json' | 'vectors.json', object>>
}

/** A scoring file as a model folder: one input per variant, the sum as an equation. Made again from the same file it is the same. */
export const folderOf = (file: ScoringFile, { asOf, version }: { readonly asOf: string; readonly version: string }): ScoreFolder => {
  const id = file.id.toLowerCase()
  const names = namesOf(file.variants)
  const parts = file.variants.map(({ weights }, at) => partsOf(names[at] ?? '', weights))
  const columns = parts.flatMap((part) => part.columns)
  const population = populationOf(file)
  const constant = (value: number) => ({ intercept: value, terms: {} })
  const ambiguous = file.variants.filter(isAmbiguous).length
  const title = `Polygenic score, ${file.trait.toLowerCase()}`
  const manifest = {
    id,
    version,
    name: `${file.id} (${file.name})`,
    title,
    citation: `${file.citation}. PGS Catalog ${file.id}.`,
    licence: file.license ?? 'The scoring file carries no licence line; the terms of EMBL-EBI apply. The score and its paper are cited.',
    kind: 'polygenic',
    standing: 'research',
    drugs: [],
    questions: [{ id: 'score', title }],
    verified: {
      state: 'source',
      says: `Weights as in the scoring file of the PGS Catalog (${file.id}, format 2.0, positions of ${file.build}); the paper was not re-read.`,
    },
    graphs: [
      {
        file: 'model.onnx',
        sha256: '0'.repeat(64),
        irVersion: 8,
        opset: 13,
        input: { name: 'x', type: 'float64', columns: [...columns, { term: REPORTED, input: REPORTED, as: 'number' }] },
        reference: Object.fromEntries([...names, REPORTED].map((name) => [name, 0])),
        sameAsPatient: [],
      },
    ],
    variants: variantsOf(file, names),
    population: {
      limits: [],
      statements: ['People of the ancestry in which the score was made; see the paper and the catalog.'],
    },
    limits: limitsOf(file, ambiguous),
    vectors: {
      names: [id, 'pgs'],
      list: { name: 'effect_allele_dosages', inputs: names },
      when: { scoring_file: `${file.id}_hmPOS_${file.build}.txt` },
      expected: expectedOf(file),
      tolerance: 1e-9,
    },
  }
  const coefficients = {
    id,
    citation: manifest.citation,
    taken: `effect weights of the scoring file ${file.id}, ${file.variants.length} variants`,
    equations: {
      sum: { intercept: 0, terms: Object.assign({}, ...parts.map(({ sum }) => sum)) },
      used: { intercept: 0, terms: Object.fromEntries(parts.flatMap(({ known }) => known.map((term) => [term, 1]))) },
      reported: { intercept: 0, terms: { [REPORTED]: 1 } },
      total: constant(names.length),
      ...(population === null ? {} : { mean: constant(population.mean), sd: constant(population.sd) }),
    },
  }
  return {
    id,
    files: {
      'manifest.json': manifest,
      'features.json': { inputs: [...file.variants.map((variant, at) => inputOf(file, variant, names[at] ?? '')), reportedInput(file)] },
      'coefficients.json': coefficients,
      'card.json': scoreCard(file, { id, version, asOf }),
      'vectors.json': scoreVectors(file, id, addsOf, population),
    },
  }
}
