import type { Coding } from '../../src/contract/lineage.ts'
import { type Ehr, readFhir, resourcesOf } from './ehr.ts'
import { first, type Loose, list, loose, text, words } from './json.ts'

export type Line = { readonly key: string; readonly what: string; readonly more: string }

/** The chart's front page, in the record's own words. */
export type Chart = {
  readonly mrn: string
  readonly problems: readonly Line[]
  readonly medicines: readonly Line[]
  readonly allergies: readonly Line[]
  readonly genetics: readonly Line[]
  readonly labs: readonly Line[]
  readonly vitals: readonly Line[]
  /** Active problems as reasons for an order. */
  readonly reasons: readonly Coding[]
}

const NEWEST = 9
const GENE_STUDIED = '48018-6'

const has = (concept: unknown, code: string): boolean => list(loose(concept).coding).some((coding) => coding.code === code)

const dayOf = (resource: Loose): string =>
  text(resource.effectiveDateTime, text(resource.issued, text(resource.authoredOn, text(resource.onsetDateTime)))).slice(0, 10)

const quantity = (value: unknown): string => {
  const { value: number, unit } = loose(value)
  return number === undefined ? '' : `${String(number)} ${text(unit)}`.trim()
}

const resultOf = (observation: Loose): string =>
  quantity(observation.valueQuantity) ||
  words(observation.valueCodeableConcept) ||
  text(observation.valueString) ||
  list(observation.component)
    .map((component) => quantity(component.valueQuantity) || words(component.valueCodeableConcept))
    .filter(Boolean)
    .join(' / ')

/** The gene that a genotype observation is about, else the observation's own name. */
const geneOf = (observation: Loose): string => {
  const studied = list(observation.component).find((component) => has(component.code, GENE_STUDIED))
  return studied ? words(studied.valueCodeableConcept) : words(observation.code)
}

const WITHDRAWN: ReadonlySet<string> = new Set(['entered-in-error', 'cancelled'])
const standing = (resource: Loose): string => (WITHDRAWN.has(text(resource.status)) ? ', withdrawn' : '')

const geneticLine = (observation: Loose): Line => ({
  key: text(observation.id),
  what: `${geneOf(observation)} ${resultOf(observation)}`.trim(),
  more: `${dayOf(observation)}${standing(observation)}`,
})

const reportLine = (report: Loose): Line => ({
  key: text(report.id),
  what: `${words(report.code)}${list(report.presentedForm).length > 0 ? ' (attached file)' : ' (report)'}`,
  more: `${dayOf(report)}${standing(report)}`,
})

const measured = (observation: Loose): Line => ({
  key: text(observation.id),
  what: `${words(observation.code)} ${resultOf(observation)}`,
  more: dayOf(observation),
})

const problemLine = (condition: Loose): Line => ({ key: text(condition.id), what: words(condition.code), more: dayOf(condition) })

const medicineLine = (medicine: Loose): Line => ({
  key: text(medicine.id),
  what: words(medicine.medicationCodeableConcept),
  more: text(first(medicine.dosageInstruction).text),
})

const allergyLine = (allergy: Loose): Line => ({
  key: text(allergy.id),
  what: words(allergy.code),
  more: list(allergy.reaction)
    .flatMap((reaction) => list(reaction.manifestation).map(words))
    .join(', '),
})

const OVER: ReadonlySet<string> = new Set(['inactive', 'remission', 'resolved'])
const isOver = (condition: Loose): boolean => OVER.has(text(first(loose(condition.clinicalStatus).coding).code))

const reasonOf = (condition: Loose): Coding[] => {
  const coding = first(loose(condition.code).coding)
  return coding.code ? [{ system: text(coding.system), code: text(coding.code), display: words(condition.code) }] : []
}

const hasWords = ({ what }: Line): boolean => what !== ''
const isGenetic = ({ category }: Loose): boolean => list(category).some((concept) => has(concept, 'GE'))

export const readChart = async (ehr: Ehr, id: string): Promise<Chart> => {
  const search = async (query: string) => resourcesOf(await readFhir(ehr, query))
  const [patient, conditions, medicines, allergies, labs, vitals, genetics, reports] = await Promise.all([
    readFhir(ehr, `Patient/${id}`),
    search(`Condition?patient=${id}&_count=100`),
    search(`MedicationRequest?patient=${id}&status=active&_count=100`),
    search(`AllergyIntolerance?patient=${id}`),
    search(`Observation?patient=${id}&category=laboratory&_sort=-date&_count=40`),
    search(`Observation?patient=${id}&category=vital-signs&_sort=-date&_count=${NEWEST}`),
    search(`Observation?patient=${id}&category=GE&_count=100`),
    search(`DiagnosticReport?patient=${id}&category=GE&_count=20`),
  ])
  const problems = conditions.filter((condition) => !isOver(condition))
  return {
    mrn: text(first(loose(patient).identifier).value),
    problems: problems.map(problemLine),
    medicines: medicines.map(medicineLine),
    allergies: allergies.map(allergyLine),
    genetics: [...genetics.map(geneticLine), ...reports.map(reportLine)].filter(hasWords),
    labs: labs
      .filter((lab) => !isGenetic(lab))
      .slice(0, NEWEST)
      .map(measured),
    vitals: vitals.map(measured),
    reasons: problems.flatMap(reasonOf),
  }
}
