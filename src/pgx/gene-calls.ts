import type { PatientFacts } from '../contract/facts.ts'
import type { Confidence, GeneCall, GeneReading, Genotype } from '../contract/genes.ts'
import { combineReadings, isPhenotypeOnly, type Option } from './combine-readings.ts'
import type { GeneTable, GeneTables, ModifierRow } from './gene-tables.ts'
import { type Modifiers, modifiersOf, phenoconvert } from './phenoconversion.ts'

const CONFIDENCES: readonly Confidence[] = ['high', 'medium', 'low', 'none']

/** Problem and allergy lists, and indicators: words about a result, not the result. */
const ENTRIES = /^(?:Condition|AllergyIntolerance)\b/

const isEntry = (reading: GeneReading): boolean => ENTRIES.test(reading.ref) && reading.supports.length === 0

const best = (readings: readonly GeneReading[]): Confidence =>
  readings.map((reading) => reading.confidence).sort((left, right) => CONFIDENCES.indexOf(left) - CONFIDENCES.indexOf(right))[0] ?? 'none'

const flagsOf = (readings: readonly GeneReading[]): string[] => [...new Set(readings.flatMap((reading) => reading.flags))].sort()

const sameTest = (left: GeneReading, right: GeneReading): boolean =>
  (left.lineage.date !== undefined && left.lineage.date === right.lineage.date) ||
  (left.lineage.source !== undefined && left.lineage.source === right.lineage.source)

/** A genotype and a phenotype of one test that differ: the laboratory used another table. All else is a conflict of results. */
const disagreementFlag = (options: readonly Option[]): string => {
  const words = options.filter(isPhenotypeOnly).flatMap((option) => option.readings)
  const typed = options.filter((option) => !isPhenotypeOnly(option)).flatMap((option) => option.readings)
  const one = words.length > 0 && typed.length > 0 && words.every((reading) => typed.some((other) => sameTest(reading, other)))
  return one ? 'lab-table-mismatch' : 'conflicting-results'
}

const nameOf = (genetic: Genotype): string =>
  [genetic.diplotype, genetic.phenotype?.term ?? genetic.keys[0]].filter((part) => part).join(' ')

const becauseOf = (options: readonly Option[], readings: readonly GeneReading[]): string => {
  const names = [...new Set(options.map(({ genetic }) => nameOf(genetic)))].join(' or ')
  return readings.length === 1 ? `the result leaves open: ${names}` : `results differ: ${names}`
}

const TRANSPLANTED = /-after-stem-cell-transplant$/

/** Results taken after a transplant are set aside where an earlier one stands. */
const setAside = (usable: readonly GeneReading[], others: readonly GeneReading[]): string[] =>
  usable.some((reading) => reading.flags.includes('transplant-after-result')) &&
  others.some((reading) => reading.flags.some((flag) => TRANSPLANTED.test(flag)))
    ? ['later-result-set-aside']
    : []

const callOne = (
  table: GeneTable,
  option: Option,
  flags: readonly string[],
  readings: readonly GeneReading[],
  modifiers: Modifiers,
): GeneCall => ({
  state: 'called',
  gene: table.symbol,
  genetic: option.genetic,
  ...phenoconvert(table, option.genetic, modifiers),
  confidence: best(option.readings),
  flags: [...new Set([...flagsOf(option.readings), ...flags])].sort(),
  readings,
})

const callSeveral = (
  table: GeneTable,
  options: readonly Option[],
  flags: readonly string[],
  readings: readonly GeneReading[],
  modifiers: Modifiers,
): GeneCall => {
  const used = [...new Set(options.flatMap((option) => option.readings))]
  const converted = options.map((option) => ({ option, ...phenoconvert(table, option.genetic, modifiers) }))
  return {
    state: 'candidates',
    gene: table.symbol,
    candidates: converted.map(({ option, clinical }) => ({ genetic: option.genetic, clinical, readings: option.readings })),
    phenoconversion: converted[0]?.phenoconversion ?? { state: 'none' },
    because: becauseOf(options, used),
    flags: [...new Set([...flagsOf(used), ...flags])].sort(),
    readings,
  }
}

const WHY: readonly (readonly [string, string])[] = [
  ['pending', 'a test is pending'],
  ['unread-document', 'the result stands in a document that is not read'],
  ['preliminary', 'the only result is preliminary'],
  ['liver-transplant-after-result', 'the patient has a transplanted liver'],
  ['gene-conflict', 'the result names different genes'],
  ['tandem', 'the table has no value for the reported tandem of alleles, and its parts are not added up'],
  ['not-in-table', 'the reported alleles or phenotype are not in the table'],
  ['variant-only', 'only single variants are reported, which do not make a genotype'],
  ['low-resolution', 'the typing is too coarse'],
  ['site-missing', 'two bases are reported without their site'],
  ['no-call', 'the laboratory could not call it'],
  ['partial-call', 'only one of two alleles was called'],
]

/** What a preliminary result says: told, so that nobody starts without knowing it, and not acted on. */
const saidBy = (readings: readonly GeneReading[], flag: string): string => {
  const names = readings.filter(({ flags }) => flags.includes(flag)).map(({ genotype }) => nameOf(genotype))
  const known = [...new Set(names)].filter((name) => name !== '')
  return known.length === 0 ? '' : `: ${known.join(' or ')}`
}

const whyNot = (readings: readonly GeneReading[]): string => {
  const flags = new Set(flagsOf(readings))
  const found = WHY.find(([flag]) => flags.has(flag))
  if (found) return found[0] === 'preliminary' ? `${found[1]}${saidBy(readings, 'preliminary')}` : found[1]
  return [...flags].some((flag) => TRANSPLANTED.test(flag))
    ? 'the sample was taken after a transplant'
    : (readings[0]?.notes[0]?.toLowerCase() ?? 'the result cannot be used').replace(/\.$/, '')
}

const isNotPerformed = (reading: GeneReading): boolean => reading.flags.includes('not-performed')

/** A laboratory's text that says what was not found. On a problem list it is no result. */
const isDenial = (reading: GeneReading): boolean => reading.flags.includes('negated-text') && !isEntry(reading)

const callUnusable = (gene: string, readings: readonly GeneReading[], facts: PatientFacts): GeneCall => {
  const shown = readings.filter((reading) => reading.use === 'inform' && !isNotPerformed(reading))
  if (shown.length > 0) return { state: 'indeterminate', gene, because: whyNot(shown), flags: flagsOf(shown), readings }
  if (readings.some(isDenial))
    return {
      state: 'indeterminate',
      gene,
      because: 'the result on record only denies some findings, which is never read as normal',
      flags: ['negated-text'],
      readings,
    }
  const gap = facts.gaps.find((each) => each.about === gene && each.code === 'indeterminate')
  if (gap) return { state: 'indeterminate', gene, because: gap.because, flags: [], readings }
  // A result may stand on a page that was not read: that is not the same as not tested.
  const unread = facts.gaps.some((each) => each.about === 'genomics' && each.code === 'incomplete')
  return unread
    ? { state: 'indeterminate', gene, because: 'not all results of the record were read', flags: ['incomplete-search'], readings }
    : { state: 'not-tested', gene }
}

/** Laboratory results before words of problem and allergy lists; words that disagree with them are shown, not followed. */
const labFirst = (
  table: GeneTable,
  usable: readonly GeneReading[],
): { readonly options: readonly Option[]; readonly flags: readonly string[] } => {
  const all = combineReadings(table, usable)
  if (all.length < 2) return { options: all, flags: [] }
  const lab = usable.filter((reading) => !isEntry(reading))
  const fromLab = lab.length > 0 && lab.length < usable.length ? combineReadings(table, lab) : []
  if (fromLab.length === 1) return { options: fromLab, flags: ['conflicting-results'] }
  const several = new Set(all.flatMap((option) => option.readings)).size > 1
  return { options: all, flags: several ? [disagreementFlag(all)] : [] }
}

const isMeasured = ({ flags }: GeneReading): boolean => flags.includes('enzyme-activity')

/** Where the genotype leaves the activity of the enzyme open (one of two X chromosomes), the measured one decides. */
const activityFirst = (table: GeneTable, usable: readonly GeneReading[]): readonly GeneReading[] => {
  const decides = table.activity?.decides ?? []
  const [measured, typed] = [usable.filter(isMeasured), usable.filter((reading) => !isMeasured(reading))]
  if (measured.length === 0 || typed.length === 0) return usable
  const open = combineReadings(table, typed).every(({ genetic }) => decides.includes(genetic.phenotype?.code ?? ''))
  return open ? measured : usable
}

const NOT_OURS = ['subject-mismatch', 'relative', 'focus-not-patient', 'somatic']

const callGene = (table: GeneTable, found: readonly GeneReading[], facts: PatientFacts, modifiers: readonly ModifierRow[]): GeneCall => {
  const own = found.filter((reading) => !reading.flags.some((flag) => NOT_OURS.includes(flag)))
  const usable = activityFirst(
    table,
    own.filter((reading) => reading.use === 'act' || reading.use === 'candidates'),
  )
  if (usable.length === 0) return callUnusable(table.symbol, own, facts)
  const acting = modifiersOf(table.symbol, facts.medicines, modifiers, facts.now)
  const { options, flags } = labFirst(table, usable)
  const all = [
    ...flags,
    ...setAside(
      usable,
      own.filter((reading) => reading.use === 'inform'),
    ),
  ]
  const [only] = options
  return options.length === 1 && only ? callOne(table, only, all, own, acting) : callSeveral(table, options, all, own, acting)
}

/**
 * One call per gene of the tables. Results that disagree become candidates, never the newest one silently;
 * `not-tested` only when the record says nothing of the gene; medicines in use are counted (phenoconversion).
 */
export const callGenes = (facts: PatientFacts, genes: GeneTables, modifiers: readonly ModifierRow[]): GeneCall[] => {
  const byGene = new Map<string, GeneReading[]>([...genes.values()].map(({ symbol }) => [symbol, []]))
  for (const reading of facts.readings) if (reading.gene !== null) byGene.get(reading.gene)?.push(reading)
  return [...genes.values()].map((table) => callGene(table, byGene.get(table.symbol) ?? [], facts, modifiers))
}
