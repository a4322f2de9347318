import type { Encounter } from '../contract/facts.ts'
import type { Coding, Gap } from '../contract/lineage.ts'
import { asCode, asList, asText, codings, member, period, wording } from './accessors.ts'
import type { Item } from './chart.ts'
import { gap } from './gaps.ts'
import { lineageOf } from './lineage.ts'
import { tailOf } from './references.ts'

const ACT_CODE = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
/** The same code system in FHIR STU3, and as HL7 numbers it. */
const OLDER_ACT_CODE = new Set(['http://hl7.org/fhir/v3/ActCode', 'urn:oid:2.16.840.1.113883.5.4', '2.16.840.1.113883.5.4'])

const classes = (raw: unknown): Coding[] =>
  codings(raw).map((coding) => (OLDER_ACT_CODE.has(coding.system) ? { ...coding, system: ACT_CODE } : coding))

/** Not a stay or visit that happened. */
const NEVER: ReadonlySet<string> = new Set(['planned', 'cancelled'])

/**
 * One Encounter: a stay or a visit, with what says its kind (class, type), its urgency (priority, source of admission), its service
 * and where the patient goes.
 * Coded members are handed on as sent: who counts stays decides which codes mean what.
 */
export const readEncounter = (item: Item, gaps: Gap[]): Encounter | null => {
  const { resource, ref } = item
  const status = asCode(resource.status)
  if (status === 'entered-in-error') {
    gaps.push(gap('encounters', 'withdrawn', 'A stay is marked entered in error, so it was not used.', ref))
    return null
  }
  if (status !== null && NEVER.has(status)) return null
  const { start, end } = period(resource.period)
  const whole = tailOf(asText(member(resource.partOf, 'reference')) ?? '')
  const kinds = [...classes(resource.class), ...codings(resource.type)]
  const dated = start === null ? null : { date: start, source: 'effective' as const }
  return {
    ref,
    status,
    kinds,
    urgency: [...codings(resource.priority), ...codings(member(resource.hospitalization, 'admitSource')), ...codings(resource.type)],
    service: {
      codes: codings(resource.serviceType),
      words: asList([wording(resource.serviceType), wording(resource.serviceProvider)]).filter((one) => typeof one === 'string'),
    },
    discharge: codings(member(resource.hospitalization, 'dischargeDisposition')),
    start,
    end,
    ...(whole === null ? {} : { partOf: whole }),
    lineage: lineageOf(item, dated, kinds[0]),
  }
}
