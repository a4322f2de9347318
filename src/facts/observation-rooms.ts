import { asList, asText, isJson, type Json, member } from './accessors.ts'

/** Where an Observation belongs that is no genetic finding. */
export type ObservationRoom = 'labs' | 'vitals' | 'lifestyle' | 'devices'

const LOINC = 'http://loinc.org'
const SNOMED = 'http://snomed.info/sct'
const MDC = 'urn:oid:2.16.840.1.113883.6.24'

type Entry = { readonly system: string; readonly room: ObservationRoom }

const rooms = (room: ObservationRoom, system: string, codes: string): [string, Entry][] =>
  codes.split(' ').map((code) => [code, { system, room }])

/** Codes whose room is certain whatever category the sender chose. Reference: fhir-genomics, section 6. */
const BY_CODE: ReadonlyMap<string, Entry> = new Map([
  ...rooms('vitals', LOINC, '85354-9 55284-4 96607-7 8480-6 8462-4 8867-4 9279-1 8310-5 8331-1 59408-5 2708-6 39156-5 29463-7 8302-2'),
  ...rooms('devices', LOINC, '41950-7 55423-8 40443-4 73985-4 55411-3 41979-6 55424-6 99504-3 105272-9'),
  ...rooms('devices', LOINC, '93832-4 93831-6 93830-8 93829-0 11524-6'),
  ...rooms('devices', MDC, '131328'),
  ...rooms('lifestyle', LOINC, '72166-2 105045-9 11331-6 89555-7 68516-4 82290-8 82810-3'),
  ...rooms('lifestyle', SNOMED, '401201003'),
])

const BY_CATEGORY: ReadonlyMap<string, ObservationRoom> = new Map([
  ['laboratory', 'labs'],
  ['vital-signs', 'vitals'],
  ['vital-sign', 'vitals'],
  ['social-history', 'lifestyle'],
  ['survey', 'lifestyle'],
  ['sdoh', 'lifestyle'],
  ['activity', 'lifestyle'],
])

const DEVICE_SYSTEMS = new Set(['https://w3id.org/openmhealth', 'http://www.openmhealth.org/schemas'])

/**
 * Room of an Observation: sampled data and device codes, then code, then category; results with neither (imaging measures, lung function,
 * examination) stand with the labs, so that none is lost.
 */
export const roomOf = (resource: Json): ObservationRoom => roomByCode(resource) ?? roomByCategory(resource) ?? 'labs'

/** Looks at raw codings: this runs over every Observation of a chart, twice. */
const roomByCode = (resource: Json): ObservationRoom | null => {
  if (resource.valueSampledData !== undefined) return 'devices'
  if (resource.component !== undefined && asList(resource.component).some((one) => member(one, 'valueSampledData') !== undefined))
    return 'devices'
  for (const coding of asList(member(resource.code, 'coding'))) {
    if (!isJson(coding)) continue
    const entry = typeof coding.code === 'string' ? BY_CODE.get(coding.code.trim()) : undefined
    if (entry && entry.system === coding.system) return entry.room
    if (typeof coding.system === 'string' && DEVICE_SYSTEMS.has(coding.system)) return 'devices'
  }
  return null
}

/**
 * True for vital signs, device readings and known lifestyle answers: they hold no genetic finding whatever they say. A laboratory value,
 * a questionnaire answer or an observation of no known kind may hold one.
 */
export const isSurelyNotGenetic = (resource: Json): boolean => roomByCode(resource) !== null || roomByCategory(resource) === 'vitals'

const roomByCategory = (resource: Json): ObservationRoom | null => {
  for (const category of asList(resource.category))
    for (const coding of asList(member(category, 'coding'))) {
      const room = BY_CATEGORY.get(asText(member(coding, 'code')) ?? '')
      if (room) return room
    }
  return null
}
