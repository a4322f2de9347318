import type { Ingredient, Medicine } from '../contract/facts.ts'
import type { EnzymeModifier, GeneCall, Genotype, Phenoconversion } from '../contract/genes.ts'
import { multiplyScore, scoresOfPhenotype } from './activity-score.ts'
import type { GeneTable, GeneTables, ModifierRow } from './gene-tables.ts'
import { genotypeOfScore } from './genotype.ts'

/** Inhibitor strength to the factor on the activity score (CPIC CYP2D6 guidelines since 2019). Weak ones change nothing. */
const FACTORS: Readonly<Record<EnzymeModifier['strength'], number>> = { strong: 0, moderate: 0.5, weak: 1 }

/** Assumption: the effect of a medicine may last for two weeks after it was stopped. It is noted, never counted. */
const WASHOUT_DAYS = 14
const DAY_MS = 86_400_000

/** Forms that stay where they are put; they do not reach the liver in amounts that matter. */
const LOCAL_ROUTES = new Set(['6064005', '54485002', '45890007', '372464004', '10547007', '46713006'])
const LOCAL_WORDS =
  /(?<![a-z])(?:ophthalmic|topical|cutaneous|otic|eye drops?|cream|ointment|gel|lotion|shampoo|nail lacquer|nasal spray)(?![a-z])/i

/** Whether a medicine or an order is for the eye, the ear, the nose or the skin: by its route, or by the words of its product. */
export const isLocal = ({ dose, drug }: Pick<Medicine, 'dose' | 'drug'>): boolean =>
  (dose.route !== null && (LOCAL_ROUTES.has(dose.route.code) || LOCAL_WORDS.test(dose.route.display ?? ''))) || LOCAL_WORDS.test(drug.text)

/** An enzyme name that ends in a letter (CYP3A) is a subfamily and stands for all its members (CYP3A4, CYP3A5). */
const concerns = (enzyme: string, gene: string): boolean =>
  enzyme === gene || (/[A-Z]$/.test(enzyme) && gene.startsWith(enzyme) && /^\d+$/.test(gene.slice(enzyme.length)))

const sameDrug = (row: ModifierRow, ingredient: Ingredient): boolean =>
  row.drug.toLowerCase() === ingredient.name.toLowerCase() || (row.rxcui !== null && row.rxcui === ingredient.rxcui)

const stoppedLately = (medicine: Medicine, now: string): boolean => {
  if (medicine.state !== 'stopped' || medicine.end === null) return false
  const days = (Date.parse(now) - Date.parse(medicine.end)) / DAY_MS
  return days >= 0 && days <= WASHOUT_DAYS
}

/** Medicines that act on a gene's product, and those that may still do. */
export type Modifiers = {
  readonly active: readonly EnzymeModifier[]
  readonly lately: readonly EnzymeModifier[]
  readonly asNeeded: readonly string[]
}

const byDrug = (left: EnzymeModifier, right: EnzymeModifier): number => (left.drug < right.drug ? -1 : left.drug > right.drug ? 1 : 0)

const unique = (modifiers: readonly EnzymeModifier[]): EnzymeModifier[] =>
  [...new Map(modifiers.map((modifier) => [`${modifier.drug} ${modifier.kind}`, modifier])).values()].sort(byDrug)

const ROWS = new WeakMap<readonly ModifierRow[], Map<string, readonly ModifierRow[]>>()

/** Rows that count for a gene: read in a source, and not weak. Kept per table. */
const rowsFor = (gene: string, rows: readonly ModifierRow[]): readonly ModifierRow[] => {
  const byGene = ROWS.get(rows) ?? new Map<string, readonly ModifierRow[]>()
  ROWS.set(rows, byGene)
  const known = byGene.get(gene) ?? rows.filter((row) => row.verified === 'seen' && row.strength !== 'weak' && concerns(row.enzyme, gene))
  byGene.set(gene, known)
  return known
}

/**
 * Inhibitors and inducers among the patient's medicines, for one gene. Only rows that were read in a source count;
 * medicines in use count, those stopped within two weeks are kept apart, all others do not count.
 */
export const modifiersOf = (gene: string, medicines: readonly Medicine[], rows: readonly ModifierRow[], now: string): Modifiers => {
  const known = rowsFor(gene, rows)
  const found = medicines.flatMap((medicine) => {
    const lately = stoppedLately(medicine, now)
    if ((medicine.state !== 'active' && !lately) || isLocal(medicine)) return []
    return known
      .filter((row) => medicine.drug.ingredients.some((ingredient) => sameDrug(row, ingredient)))
      .map((row) => ({
        lately,
        asNeeded: medicine.dose.prn,
        modifier: { drug: row.drug, kind: row.kind, strength: row.strength, basis: row.basis, lineage: medicine.lineage },
      }))
  })
  return {
    active: unique(found.filter((each) => !each.lately).map((each) => each.modifier)),
    lately: unique(found.filter((each) => each.lately).map((each) => each.modifier)),
    asNeeded: [...new Set(found.filter((each) => each.asNeeded && !each.lately).map((each) => each.modifier.drug))].sort(),
  }
}

const nameOf = (modifier: EnzymeModifier): string => `${modifier.drug} (${modifier.strength} ${modifier.kind})`

const asideNote = ({ lately, asNeeded }: Pick<Modifiers, 'lately' | 'asNeeded'>): string =>
  [
    ...(asNeeded.length > 0 ? [`Taken as needed: ${asNeeded.join(', ')}.`] : []),
    ...(lately.length > 0
      ? [
          `Stopped within ${WASHOUT_DAYS} days, not counted, though the effect may last: ${lately.map((modifier) => modifier.drug).join(', ')}.`,
        ]
      : []),
  ].join(' ')

/** Only one score has this phenotype (CYP2D6 poor metabolizer is score 0), so the score is known. */
const soleScore = (table: GeneTable, genotype: Genotype) => {
  const scores = genotype.phenotype === null ? [] : scoresOfPhenotype(table, genotype.phenotype.code)
  return scores.length === 1 ? (scores[0] ?? null) : null
}

/** Genotype as it acts under inhibitors: score times factor; a score that is not known stays so, unless the factor is 0. */
const convert = (table: GeneTable, genetic: Genotype, factor: number): Genotype | null => {
  if (genetic.activityScore !== null) return genotypeOfScore(table, multiplyScore(genetic.activityScore, factor), null)
  const sole = soleScore(table, genetic)
  if (sole !== null) return genotypeOfScore(table, multiplyScore(sole, factor), null)
  return factor === 0 && genetic.phenotype !== null && genetic.phenotype.code !== 'ind'
    ? genotypeOfScore(table, multiplyScore({ value: 1, atLeast: false, text: '1.0' }, 0), null)
    : null
}

const strongest = (modifiers: readonly EnzymeModifier[]): number =>
  Math.min(1, ...modifiers.filter((modifier) => modifier.kind === 'inhibitor').map((modifier) => FACTORS[modifier.strength]))

export type Converted = { readonly clinical: Genotype; readonly phenoconversion: Phenoconversion }

const caution = (genetic: Genotype, by: readonly EnzymeModifier[], note: string): Converted => ({
  clinical: genetic,
  phenoconversion: { state: 'caution', by, note },
})

const describe = (genetic: Genotype, clinical: Genotype, by: readonly EnzymeModifier[], factor: number): string => {
  const before = genetic.activityScore?.text ?? genetic.phenotype?.term ?? 'unknown'
  const after = `${clinical.activityScore?.text ?? 'unknown'}${clinical.phenotype ? ` (${clinical.phenotype.term})` : ''}`
  return `${by.map(nameOf).join(', ')}: activity score ${before} × ${factor} = ${after}. CPIC factor; of several inhibitors the strongest counts.`
}

/**
 * What medicines make of a genotype. Where the gene's table names the method `inhibitor-score`, the activity score is
 * multiplied (strong × 0, moderate × 0.5); for all other genes there is no numeric rule, so the genotype stands with a caution.
 */
export const phenoconvert = (table: GeneTable, genetic: Genotype, modifiers: Modifiers): Converted => {
  const { active, lately } = modifiers
  const aside = asideNote(modifiers)
  if (active.length === 0)
    return lately.length === 0 ? { clinical: genetic, phenoconversion: { state: 'none' } } : caution(genetic, lately, aside)
  const factor = strongest(active)
  if (!table.special.includes('inhibitor-score') || factor === 1)
    return caution(
      genetic,
      active,
      [
        `${active.map(nameOf).join(', ')} may change how the gene's product works; no numeric rule exists, so the genotype is shown unchanged.`,
        aside,
      ]
        .join(' ')
        .trim(),
    )
  const clinical = convert(table, genetic, factor)
  if (clinical === null)
    return caution(
      genetic,
      active,
      [`${active.map(nameOf).join(', ')} lowers the activity, but the activity score is not known.`, aside].join(' ').trim(),
    )
  const inhibitors = active.filter((modifier) => modifier.kind === 'inhibitor')
  return {
    clinical: { ...clinical, diplotype: genetic.diplotype },
    phenoconversion: {
      state: 'converted',
      by: inhibitors,
      factor,
      note: [describe(genetic, clinical, inhibitors, factor), aside].join(' ').trim(),
    },
  }
}

const without = (phenoconversion: Phenoconversion, drug: Ingredient): readonly EnzymeModifier[] | null => {
  if (phenoconversion.state === 'none') return null
  const rest = phenoconversion.by.filter((modifier) => modifier.drug.toLowerCase() !== drug.name.toLowerCase())
  return rest.length === phenoconversion.by.length ? null : rest
}

/**
 * The call as it counts for one drug: a medicine is not its own inhibitor. Calls that the drug does not change come back as they are.
 */
export const clinicalFor = (call: GeneCall, excluding: Ingredient, genes: GeneTables): GeneCall => {
  if (call.state !== 'called' && call.state !== 'candidates') return call
  const rest = without(call.phenoconversion, excluding)
  const table = genes.get(call.gene)
  if (rest === null || table === undefined) return call
  const modifiers: Modifiers = { active: rest, lately: [], asNeeded: [] }
  if (call.state === 'called') return { ...call, ...phenoconvert(table, call.genetic, modifiers) }
  const candidates = call.candidates.map((candidate) => ({
    ...candidate,
    clinical: phenoconvert(table, candidate.genetic, modifiers).clinical,
  }))
  const [first] = call.candidates
  return { ...call, candidates, phenoconversion: first ? phenoconvert(table, first.genetic, modifiers).phenoconversion : { state: 'none' } }
}
