import type { PatientIdentifier, PatientIdentity } from '../contract/facts.ts'
import type { Coding, Gap } from '../contract/lineage.ts'
import { ageAt } from '../terminology/dates.ts'
import { asCode, asDate, asList, asObjects, asText, codings, type Json, member, period, wording } from './accessors.ts'
import type { Item } from './chart.ts'
import { gap } from './gaps.ts'
import { lineageOf } from './lineage.ts'
import { isFuture } from './moments.ts'

const SEXES = ['male', 'female', 'other', 'unknown'] as const

/** US Core race and ethnicity, and the older Argonaut form of the same extensions. */
const RACE = /\/(us-core-race|argo-race)$/
const ETHNICITY = /\/(us-core-ethnicity|argo-ethnicity)$/

const originOf = (resource: Json, url: RegExp): PatientIdentity['race'] => {
  const extension = asObjects(resource.extension).find((one) => url.test(asText(one.url) ?? ''))
  const members = asObjects(extension?.extension)
  const codes: Coding[] = members.flatMap((one) => codings(one.valueCoding ?? one.valueCodeableConcept))
  const text = members.map((one) => asText(one.valueString)).find((one) => one !== null)
  const label = text ?? codes.map((code) => code.display ?? code.code).join(', ')
  return label === '' ? null : { text: label, codes }
}

/** FHIR's standard extension: an Address. */
const BIRTH_PLACE = /\/(patient-birthPlace|birthPlace)$/

const bornIn = (resource: Json): string | null => {
  const extension = asObjects(resource.extension).find((one) => BIRTH_PLACE.test(asText(one.url) ?? ''))
  return asText(member(extension?.valueAddress, 'country'))
}

/** US Core's sex extension: SNOMED CT findings; read only where `gender` says nothing. */
const SEX = /\/us-core-(individual-)?sex$/
const SEX_CODES: Readonly<Record<string, 'male' | 'female'>> = { '248152002': 'female', '248153007': 'male' }

const sexOf = (resource: Json): PatientIdentity['sex'] => {
  const gender = SEXES.find((sex) => sex === asCode(resource.gender))
  if (gender) return gender
  const extension = asObjects(resource.extension).find((one) => SEX.test(asText(one.url) ?? ''))
  return SEX_CODES[codings(extension?.valueCoding)[0]?.code ?? ''] ?? null
}

const RANK: Readonly<Record<string, number>> = { official: 0, usual: 1 }

const nameOf = (resource: Json): string | null => {
  const names = asObjects(resource.name).filter((name) => asCode(name.use) !== 'old')
  const rank = (name: Json): number => RANK[asCode(name.use) ?? ''] ?? 2
  const [best] = [...names].sort((a, b) => rank(a) - rank(b))
  if (!best) return null
  const parts = [...asList(best.given), best.family].map(asText).filter((part) => part !== null)
  return wording(best) ?? (parts.join(' ') || null)
}

/** HL7 table 0203. A chart shows these beside the name; numbers of insurance, tax or passport (SS, TAX, PPN) stay where they are. */
const IDENTIFIER_TYPES = ['MR', 'PI', 'PT', 'NI'] as const
const IDENTIFIER_SYSTEM = 'http://terminology.hl7.org/CodeSystem/v2-0203'

const identifierOf = (identifier: Json, now: string): PatientIdentifier | null => {
  const { end } = period(identifier.period)
  const value = asText(identifier.value)
  if (value === null || asCode(identifier.use) === 'old' || (end !== null && !isFuture(end, now))) return null
  const codes = codings(identifier.type).filter((coding) => coding.system === IDENTIFIER_SYSTEM)
  const type = IDENTIFIER_TYPES.find((one) => codes.some((coding) => coding.code === one))
  return type === undefined ? null : { type, value, assigner: asText(member(identifier.assigner, 'display')) }
}

const identifiersOf = (resource: Json, now: string): PatientIdentifier[] =>
  asObjects(resource.identifier).flatMap((identifier) => identifierOf(identifier, now) ?? [])

const CONFIDENTIALITY_SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'

/** The stricter label stands: a record that is both restricted and very restricted is very restricted. */
const confidentialityOf = (resource: Json): NonNullable<PatientIdentity['confidentiality']> | null => {
  const labels = asObjects(member(resource.meta, 'security')).filter((label) => asText(label.system) === CONFIDENTIALITY_SYSTEM)
  if (labels.some((label) => asText(label.code) === 'V')) return 'very-restricted'
  return labels.some((label) => asText(label.code) === 'R') ? 'restricted' : null
}

const birthOf = (item: Item, now: string, gaps: Gap[]): string | null => {
  const birthDate = asDate(item.resource.birthDate)
  if (birthDate === null || !isFuture(birthDate, now)) return birthDate
  gaps.push(gap('patient', 'out-of-range', 'The birth date lies in the future, so it was not used.', item.ref))
  return null
}

/** Who the patient is; age in completed years at `now`. `deceased` is true for a recorded death that is not in the future. */
export const readPatient = (item: Item, patientId: string, now: string, gaps: Gap[]): PatientIdentity => {
  const { resource } = item
  const birthDate = birthOf(item, now, gaps)
  const died = asDate(resource.deceasedDateTime)
  const ethnicity = originOf(resource, ETHNICITY)
  const birthCountry = bornIn(resource)
  const identifiers = identifiersOf(resource, now)
  const confidentiality = confidentialityOf(resource)
  return {
    id: patientId,
    name: nameOf(resource),
    birthDate,
    ageYears: birthDate === null ? null : ageAt(birthDate, now),
    sex: sexOf(resource),
    deceased: resource.deceasedBoolean === true || (died !== null && !isFuture(died, now)),
    ...(identifiers.length === 0 ? {} : { identifiers }),
    ...(confidentiality === null ? {} : { confidentiality }),
    race: originOf(resource, RACE),
    ...(ethnicity === null ? {} : { ethnicity }),
    ...(birthCountry === null ? {} : { birthCountry }),
    lineage: lineageOf(item, null),
  }
}
