import type { Dose, DrugIdentity, Ingredient, Medicine, Order } from '../contract/facts.ts'
import type { EnzymeModifier, GeneCall, Genotype, Phenoconversion } from '../contract/genes.ts'
import type { Lineage } from '../contract/lineage.ts'
import { oncePer } from '../once-per.ts'
import { activityScore, multiplyScore, scoresOfPhenotype } from './activity-score.ts'
import type { GeneTable, ModifierRow } from './gene-tables.ts'
import { genotypeOfScore, NO_GENOTYPE } from './genotype.ts'
import { isLocal } from './local-use.ts'

/**
 * Inhibitor strength to the factor on the activity score: CPIC opioid guideline of 2021 (PMID 33387367). Weak ones change nothing.
 * CPIC 2023 (antidepressants, PMC10564324) holds that no consensus exists for other drugs; the factor is used for all and said.
 */
const FACTORS: Readonly<Record<EnzymeModifier['strength'], number>> = { strong: 0, moderate: 0.5, weak: 1 }

/** Assumption where no source was read: the effect of a medicine may last for two weeks after it was stopped. It is told, never counted. */
const WASHOUT_DAYS = 14
const DAY_MS = 86_400_000

/** An enzyme name that ends in a letter (CYP3A) is a subfamily and stands for all its members (CYP3A4, CYP3A5). */
export const concerns = (enzyme: string, gene: string): boolean =>
  enzyme === gene || (/[A-Z]$/.test(enzyme) && gene.startsWith(enzyme) && /^\d+$/.test(gene.slice(enzyme.length)))

const sameDrug = (row: ModifierRow, ingredient: Ingredient): boolean =>
  row.drug.toLowerCase() === ingredient.name.toLowerCase() || (row.rxcui !== null && row.rxcui === ingredient.rxcui)

/** A medicine of the record, or one that is being ordered: what could change an enzyme. */
export type Taken = {
  readonly drug: DrugIdentity
  readonly dose: Dose
  readonly state: Medicine['state'] | 'ordered'
  readonly neverTaken?: true
  readonly start: string | null
  readonly end: string | null
  readonly lineage: Lineage
}

/** A draft as something that will be taken beside the rest. */
export const asTaken = (order: Order): Taken => ({
  drug: order.drug,
  dose: order.dose,
  state: 'ordered',
  start: null,
  end: null,
  lineage: { resource: order.ref },
})

/** The last instant that a partial date allows. */
const lastOf = (date: string): number => {
  const [, year, month] = /^(\d{4})(?:-(\d{2}))?$/.exec(date) ?? []
  if (year === undefined) return Date.parse(date)
  return (month === undefined ? Date.UTC(Number(year) + 1, 0, 1) : Date.UTC(Number(year), Number(month), 1)) - DAY_MS
}

/** Whole days since the last instant that a date allows, today at the latest; null when it lies ahead or cannot be read. */
const daysSince = (date: string, now: string): number | null => {
  const today = Date.parse(now)
  if (!(Date.parse(date) < today + DAY_MS)) return null
  return Math.max(0, today - lastOf(date)) / DAY_MS
}

/** Assumption: who began a medicine longer ago than this and has stopped it, nobody knows when, did not stop it lately. */
const LONGEST_COURSE_DAYS = 365

/**
 * Stopped so lately that its effect may last. Without a date of the stop (a prescription in FHIR R4 has none) it may have been stopped
 * yesterday: only a start of more than a year before bounds it.
 */
const mayLast = ({ state, neverTaken, start, end }: Taken, row: ModifierRow, now: string): boolean => {
  if (state !== 'stopped' || (end === null && neverTaken)) return false
  const bound = end ?? start
  if (bound === null) return true
  const days = daysSince(bound, now)
  return days !== null && days <= (row.washout?.days ?? WASHOUT_DAYS) + (end === null ? LONGEST_COURSE_DAYS : 0)
}

/** Medicines that act on a gene's product, and those that may: stopped lately, or not surely taken. */
export type Modifiers = {
  readonly active: readonly EnzymeModifier[]
  readonly lately: readonly EnzymeModifier[]
  readonly unsure: readonly EnzymeModifier[]
  readonly asNeeded: readonly string[]
}

const NO_MODIFIERS: Modifiers = { active: [], lately: [], unsure: [], asNeeded: [] }

const byDrug = (left: EnzymeModifier, right: EnzymeModifier): number => (left.drug < right.drug ? -1 : left.drug > right.drug ? 1 : 0)

/** One per drug and kind; one that is taken goes before the same one that is being ordered. */
const unique = (modifiers: readonly EnzymeModifier[]): EnzymeModifier[] =>
  [
    ...new Map(
      [...modifiers].sort((a, b) => Number(b.ordered ?? 0) - Number(a.ordered ?? 0)).map((one) => [`${one.drug} ${one.kind}`, one]),
    ).values(),
  ].sort(byDrug)

/** Rows that count for a gene, and the names and codes of their drugs. */
type GeneRows = { readonly rows: readonly ModifierRow[]; readonly drugs: ReadonlySet<string> }

const drugsOf = (rows: readonly ModifierRow[]): ReadonlySet<string> =>
  new Set(rows.flatMap(({ drug, rxcui }) => (rxcui === null ? [drug.toLowerCase()] : [drug.toLowerCase(), rxcui])))

const ROWS = new WeakMap<readonly ModifierRow[], Map<string, GeneRows>>()

/** Rows that count for a gene: read in a source, and not weak. Kept per table. */
const rowsFor = (gene: string, table: readonly ModifierRow[]): GeneRows => {
  const byGene = ROWS.get(table) ?? new Map<string, GeneRows>()
  ROWS.set(table, byGene)
  const known = byGene.get(gene)
  if (known) return known
  const rows = table.filter((row) => row.verified === 'seen' && row.strength !== 'weak' && concerns(row.enzyme, gene))
  const drugs = drugsOf(rows)
  byGene.set(gene, { rows, drugs })
  return { rows, drugs }
}

/** Most medicines change no enzyme: of them no row is looked at. */
const isNamed = ({ drug }: Taken, drugs: ReadonlySet<string>): boolean =>
  drug.ingredients.some(({ name, rxcui }) => drugs.has(name.toLowerCase()) || (rxcui !== null && drugs.has(rxcui)))

const ANY_GENE = new WeakMap<readonly ModifierRow[], ReadonlySet<string>>()

/** Whether a row of any gene names the medicine: most drugs change no enzyme, and no gene has to be asked. */
export const isModifier = (taken: Taken, table: readonly ModifierRow[]): boolean => {
  const drugs = ANY_GENE.get(table) ?? drugsOf(table)
  ANY_GENE.set(table, drugs)
  return isNamed(taken, drugs)
}

type Standing = 'active' | 'lately' | 'unsure'

/** What a medicine of a list does to a gene's product. */
type Acting = { readonly row: ModifierRow; readonly standing: Standing; readonly asNeeded: boolean; readonly modifier: EnzymeModifier }

const standingOf = (taken: Taken, row: ModifierRow, now: string): Standing | null => {
  if (taken.state === 'active' || taken.state === 'ordered') return 'active'
  if (taken.state === 'unknown') return 'unsure'
  return mayLast(taken, row, now) ? 'lately' : null
}

const modifierOf = ({ state, end, lineage }: Taken, row: ModifierRow): EnzymeModifier => ({
  drug: row.drug,
  kind: row.kind,
  strength: row.strength,
  basis: row.basis,
  lineage,
  ...(state === 'ordered' ? { ordered: true as const } : {}),
  ...(state === 'unknown' ? { unsure: true as const } : {}),
  ...(state !== 'stopped' ? {} : end === null ? { stoppedUndated: true as const } : { stopped: end }),
})

const findActing = (taken: readonly Taken[], { rows, drugs }: GeneRows, now: string): readonly Acting[] => {
  const found = new Map<string, Acting>()
  for (const one of taken) {
    if (!isNamed(one, drugs) || isLocal(one)) continue
    for (const row of rows) {
      const standing = one.drug.ingredients.some((ingredient) => sameDrug(row, ingredient)) ? standingOf(one, row, now) : null
      if (standing === null) continue
      const key = `${standing} ${row.kind} ${row.rxcui} ${row.drug}` // a drug that is listed many times acts once, by its last entry
      found.set(key, { row, standing, asNeeded: one.dose.prn || found.get(key)?.asNeeded === true, modifier: modifierOf(one, row) })
    }
  }
  return [...found.values()]
}

const actingOf = oncePer((_taken: readonly Taken[]) => new Map<string, { readonly by: GeneRows; readonly found: readonly Acting[] }>())

/** Kept with the list: every drug of a record asks it of the same medicines. */
const actingIn = (gene: string, taken: readonly Taken[], rows: readonly ModifierRow[], now: string): readonly Acting[] => {
  if (taken.length === 0) return []
  const by = rowsFor(gene, rows)
  const kept = actingOf(taken)
  const known = kept.get(`${gene} ${now}`)
  if (known?.by === by) return known.found
  const found = findActing(taken, by, now)
  kept.set(`${gene} ${now}`, { by, found })
  return found
}

/**
 * Inhibitors and inducers among the patient's medicines, for one gene. Only rows that were read in a source count; medicines in use
 * and those being ordered count, those whose effect may last or that are not surely taken are kept apart. A drug is never its own modifier.
 * @param beside what is being ordered along with them
 */
export const modifiersOf = (
  gene: string,
  taken: readonly Taken[],
  rows: readonly ModifierRow[],
  now: string,
  except: Ingredient | null = null,
  beside: readonly Taken[] = [],
): Modifiers => {
  const acting = [taken, beside].flatMap((list) => actingIn(gene, list, rows, now))
  const found = except === null ? acting : acting.filter(({ row }) => !sameDrug(row, except))
  if (found.length === 0) return NO_MODIFIERS
  const of = (standing: Standing): EnzymeModifier[] =>
    unique(found.filter((each) => each.standing === standing).map(({ modifier }) => modifier))
  const active = of('active')
  const apart = (modifiers: readonly EnzymeModifier[]) => modifiers.filter(({ drug }) => !active.some((one) => one.drug === drug))
  const lately = apart(of('lately'))
  return {
    active,
    lately,
    unsure: apart(of('unsure')).filter(({ drug }) => !lately.some((one) => one.drug === drug)),
    asNeeded: [...new Set(found.filter((each) => each.asNeeded && each.standing === 'active').map((each) => each.modifier.drug))].sort(),
  }
}

const nameOf = (modifier: EnzymeModifier): string =>
  `${modifier.drug} (${modifier.strength} ${modifier.kind}${modifier.ordered ? ', being ordered' : ''})`

const asideNote = ({ lately, unsure, asNeeded }: Pick<Modifiers, 'lately' | 'unsure' | 'asNeeded'>): string =>
  [
    ...(asNeeded.length > 0 ? [`Taken as needed: ${asNeeded.join(', ')}.`] : []),
    ...(lately.length > 0
      ? [
          `Stopped lately, not counted, though the effect may last: ${lately.map(({ drug, stopped }) => `${drug} (${stopped?.slice(0, 10) ?? 'the record does not say when'})`).join(', ')}.`,
        ]
      : []),
    ...(unsure.length > 0
      ? [`Not counted, because the record does not say whether it is taken: ${unsure.map(({ drug }) => drug).join(', ')}.`]
      : []),
  ].join(' ')

/** Only one score has this phenotype (CYP2D6 poor metabolizer is score 0), so the score is known. */
const soleScore = (table: GeneTable, genotype: Genotype) => {
  const scores = genotype.phenotype === null ? [] : scoresOfPhenotype(table, genotype.phenotype.code)
  return scores.length === 1 ? (scores[0] ?? null) : null
}

/** No activity: what a factor of 0 leaves of any score. */
const NO_ACTIVITY = activityScore(0)

/** Genotype as it acts under inhibitors: score times factor; a score that is not known stays so, unless the factor is 0. */
const convert = (table: GeneTable, genetic: Genotype, factor: number): Genotype | null => {
  if (genetic.activityScore !== null) return genotypeOfScore(table, multiplyScore(genetic.activityScore, factor), null)
  const sole = soleScore(table, genetic)
  if (sole !== null) return genotypeOfScore(table, multiplyScore(sole, factor), null)
  return factor === 0 ? genotypeOfScore(table, NO_ACTIVITY, null) : null
}

const strongest = (modifiers: readonly EnzymeModifier[]): number =>
  Math.min(1, ...modifiers.filter((modifier) => modifier.kind === 'inhibitor').map((modifier) => FACTORS[modifier.strength]))

export type Converted = { readonly clinical: Genotype; readonly phenoconversion: Phenoconversion }

const caution = (genetic: Genotype, by: readonly EnzymeModifier[], note: string): Converted => ({
  clinical: genetic,
  phenoconversion: { state: 'caution', by, note },
})

/** Where the genes alone leave no activity there is nothing to inhibit: stopping the medicine would change nothing. */
const leavesAsIs = (genetic: Genotype, clinical: Genotype): boolean =>
  genetic.phenotype?.code === clinical.phenotype?.code &&
  (genetic.activityScore === null || genetic.activityScore.text === clinical.activityScore?.text)

const nothingLeft = (by: readonly EnzymeModifier[], aside: string): string =>
  [`${by.map(nameOf).join(', ')}: nothing left to inhibit, the genes alone leave no activity.`, aside].join(' ').trim()

const describe = (genetic: Genotype, clinical: Genotype, by: readonly EnzymeModifier[], factor: number): string => {
  const before = genetic.activityScore?.text ?? genetic.phenotype?.term ?? 'unknown'
  const after = `${clinical.activityScore?.text ?? 'unknown'}${clinical.phenotype ? ` (${clinical.phenotype.term})` : ''}`
  return `${by.map(nameOf).join(', ')}: activity score ${before} × ${factor} = ${after}. Factor of CPIC 2021 (opioids), used for all drugs; of several inhibitors the strongest counts.`
}

/**
 * What medicines make of a genotype. Where the gene's table names the method `inhibitor-score`, the activity score is
 * multiplied (strong × 0, moderate × 0.5); for all other genes there is no numeric rule, so the genotype stands with a caution.
 */
export const phenoconvert = (table: GeneTable, genetic: Genotype, modifiers: Modifiers): Converted => {
  const { active, lately, unsure } = modifiers
  const aside = asideNote(modifiers)
  const perhaps = [...lately, ...unsure]
  if (active.length === 0)
    return perhaps.length === 0 ? { clinical: genetic, phenoconversion: { state: 'none' } } : caution(genetic, perhaps, aside)
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
  if (leavesAsIs(genetic, clinical))
    return { clinical: genetic, phenoconversion: { state: 'none', by: inhibitors, note: nothingLeft(inhibitors, aside) } }
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

/**
 * A gene without a usable result under a strong inhibitor: a factor of 0 leaves no activity whatever the genotype is (CPIC 2021), so the
 * missing one is not needed. The call unchanged where the medicines do not decide it.
 */
export const byMedicinesAlone = (call: GeneCall, table: GeneTable, modifiers: Modifiers): GeneCall => {
  const inhibitors = modifiers.active.filter(({ kind }) => kind === 'inhibitor')
  if ((call.state !== 'not-tested' && call.state !== 'indeterminate') || strongest(inhibitors) !== 0) return call
  const why = `${inhibitors.map(nameOf).join(', ')}: no activity is left whatever the genotype is (factor 0 of CPIC 2021, opioids, used for all drugs). No usable ${call.gene} result is on record: this rests on the medicine alone.`
  return {
    state: 'called',
    gene: call.gene,
    genetic: NO_GENOTYPE,
    clinical: genotypeOfScore(table, NO_ACTIVITY, null),
    phenoconversion: { state: 'converted', by: inhibitors, factor: 0, note: [why, asideNote(modifiers)].join(' ').trim() },
    confidence: 'medium',
    flags: [],
    readings: [],
  }
}

/** The call under other medicines than the gene was called with: those of one drug at hand, or with what is being ordered. */
export const underModifiers = (call: GeneCall, table: GeneTable, modifiers: Modifiers): GeneCall => {
  if (call.state === 'called') return { ...call, ...phenoconvert(table, call.genetic, modifiers) }
  if (call.state !== 'candidates') return call
  const converted = call.candidates.map((candidate) => ({ candidate, ...phenoconvert(table, candidate.genetic, modifiers) }))
  return {
    ...call,
    candidates: converted.map(({ candidate, clinical }) => ({ ...candidate, clinical })),
    phenoconversion: converted[0]?.phenoconversion ?? { state: 'none' },
  }
}
