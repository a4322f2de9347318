import type { GeneReading, Genotype } from '../contract/genes.ts'
import type { GeneTable } from './gene-tables.ts'
import { type AlleleStatus, presenceGenotype } from './genotype.ts'

/** One possible genotype and the readings that state it. */
export type Option = { readonly genetic: Genotype; readonly readings: readonly GeneReading[] }

const keyOf = (genotype: Genotype): string =>
  `${genotype.diplotype ?? ''} ${genotype.phenotype?.code ?? ''} ${genotype.activityScore?.text ?? ''} ${[...genotype.keys].sort().join()}`

const group = (options: readonly Option[]): Option[] => {
  const groups = new Map<string, { readonly genetic: Genotype; readonly readings: Set<GeneReading> }>()
  for (const { genetic, readings } of options) {
    const key = keyOf(genetic)
    const group = groups.get(key) ?? { genetic, readings: new Set() }
    groups.set(key, group)
    for (const reading of readings) group.readings.add(reading)
  }
  return [...groups.values()].map(({ genetic, readings }) => ({ genetic, readings: [...readings] }))
}

/** Stated by a phenotype word, without alleles. */
export const isPhenotypeOnly = ({ genetic }: Option): boolean => genetic.diplotype === null && genetic.activityScore === null

/** Says the same with less: a phenotype beside the diplotype or score that has it, a score beside the diplotype that has it. */
const agrees = (less: Option, more: Option): boolean => {
  if (less.genetic.diplotype !== null || less === more) return false
  if (isPhenotypeOnly(less)) return !isPhenotypeOnly(more) && less.genetic.phenotype?.code === more.genetic.phenotype?.code
  return more.genetic.diplotype !== null && less.genetic.activityScore?.text === more.genetic.activityScore?.text
}

/** What agrees with a more exact result adds nothing of its own; that one carries its readings, too. */
const mergeAgreeing = (options: readonly Option[]): Option[] => {
  const told = options.filter((option) => !options.some((other) => agrees(option, other)))
  const carried = told.map((option) => ({
    ...option,
    readings: [...option.readings, ...options.filter((other) => agrees(other, option)).flatMap((other) => other.readings)],
  }))
  return [...carried.filter((option) => !isPhenotypeOnly(option)), ...carried.filter(isPhenotypeOnly)]
}

/** Open candidates whose words are the same but for the diplotype need not be kept apart. */
const areAlike = (genotypes: readonly Genotype[]): boolean => {
  const words = genotypes.map((genotype) =>
    genotype.keys
      .filter((key) => key !== genotype.diplotype)
      .sort()
      .join(),
  )
  return words.every((each) => each === words[0]) && words[0] !== ''
}

const optionsOf = (reading: GeneReading): Option[] =>
  reading.candidates.length > 1 && !areAlike(reading.candidates)
    ? reading.candidates.map((genetic) => ({ genetic, readings: [reading] }))
    : [
        {
          genetic:
            reading.genotype.keys.length > 0 || reading.candidates[0] === undefined
              ? reading.genotype
              : { ...reading.candidates[0], diplotype: reading.genotype.diplotype },
          readings: [reading],
        },
      ]

const statusesOf = (genotype: Genotype): AlleleStatus[] =>
  genotype.keys.flatMap((key) => {
    const match = /^(\*\S+) (positive|negative)$/.exec(key)
    return match ? [{ allele: match[1] ?? '', positive: match[2] === 'positive' }] : []
  })

/** Presence tests of different alleles add up; only opposite answers for one allele disagree. */
const addUp = (table: GeneTable, options: readonly Option[]): Option[] => {
  const statuses = options.map((option) => statusesOf(option.genetic))
  const answers = new Map<string, boolean>()
  for (const { allele, positive } of statuses.flat()) {
    if (answers.get(allele) === !positive) return [...options]
    answers.set(allele, positive)
  }
  const diplotype = options.map((option) => option.genetic.diplotype).find((each) => each !== null) ?? null
  const all = [...answers].map(([allele, positive]) => ({ allele, positive }))
  return [{ genetic: presenceGenotype(table, all, diplotype), readings: [...new Set(options.flatMap((option) => option.readings))] }]
}

const isPresence = (table: GeneTable, option: Option): boolean =>
  table.lookup === 'allele-positive' && statusesOf(option.genetic).length > 0

/** Usable readings of one gene as the genotypes they leave possible; one when they agree. */
export const combineReadings = (table: GeneTable, readings: readonly GeneReading[]): Option[] => {
  const options = group(readings.flatMap(optionsOf))
  const open = readings.some((reading) => reading.use === 'candidates')
  if (!open && options.length > 1 && options.every((option) => isPresence(table, option))) return addUp(table, options)
  return mergeAgreeing(options)
}
