import type { MeasuredValue, Measurement } from '../contract/facts.ts'
import type { Coding, Gap } from '../contract/lineage.ts'
import {
  amount,
  asCode,
  asDate,
  asList,
  asNumber,
  asObjects,
  asText,
  codings,
  type Json,
  member,
  nameOf,
  UNREAD_UNIT,
  wording,
} from './accessors.ts'
import type { Item } from './chart.ts'
import { nameOfCode } from './code-names.ts'
import { gap, type Modality, reasonOf } from './gaps.ts'
import { flagOf } from './laboratory/flag.ts'
import { rangeOf } from './laboratory/reference-range.ts'
import { dateOf, lineageOf, mainCoding, OBSERVED, sourceOf } from './lineage.ts'
import { readName } from './long-names.ts'
import { unitOf } from './unit-of.ts'

/** Statuses under which an author takes a result back. */
export const WITHDRAWN: ReadonlySet<string | null> = new Set(['entered-in-error', 'cancelled'])

/** `tell` receives a gap when a value came without a usable unit. */
type Tell = (code: Gap['code'], because: string) => void

/** Spread where there is nothing to say: one object for the thousands of values of a record. */
const NOTHING = {}

const WHY_UNKNOWN: ReadonlyMap<string, string> = new Map([
  ['', 'A value has no unit.'],
  [UNREAD_UNIT, `A value has ${UNREAD_UNIT.slice(1, -1)}.`],
])

const quantity = (raw: unknown, tell: Tell): MeasuredValue | null => {
  const read = amount(raw)
  if (read === null) return null
  const unit = unitOf(read)
  if (!unit.known) tell('unit-unknown', WHY_UNKNOWN.get(unit.code) ?? 'A value has a unit that is not known here.')
  return {
    kind: 'quantity',
    value: read.value,
    unit: unit.code,
    ...(read.comparator === null ? NOTHING : { comparator: read.comparator }),
    ...(read.unit === null || read.unit === unit.code ? NOTHING : { unitText: read.unit }),
  }
}

const words = (text: string, found: readonly Coding[] = []): MeasuredValue => ({ kind: 'text', text, codings: found })

const pair = (raw: unknown, [left, right]: readonly [string, string], mark: string): MeasuredValue | null => {
  const side = (name: string): string => {
    const read = amount(member(raw, name))
    return read === null ? '' : `${read.value} ${read.unit ?? read.code ?? ''}`.trim()
  }
  const text = [side(left), side(right)].filter((part) => part !== '').join(mark)
  return text === '' ? null : words(text)
}

/** One row per kind of value that FHIR R4 has; null when the content does not fit. SampledData is read in `devices.ts`. */
const VALUES: Readonly<Record<string, (raw: unknown, tell: Tell) => MeasuredValue | null>> = {
  valueQuantity: quantity,
  valueCodeableConcept: (raw) => {
    const text = nameOf(raw)
    return text === null ? null : words(text, codings(raw))
  },
  valueString: (raw) => textValue(raw),
  valueBoolean: (raw) => (typeof raw === 'boolean' ? words(String(raw)) : textValue(raw)),
  valueInteger: (raw) => {
    const value = asNumber(raw)
    return value === null ? null : { kind: 'quantity', value, unit: '1' }
  },
  valueRange: (raw) => pair(raw, ['low', 'high'], ' to '),
  valueRatio: (raw) => pair(raw, ['numerator', 'denominator'], ' / '),
  valueDateTime: (raw) => textValue(raw),
  valueTime: (raw) => textValue(raw),
  valuePeriod: (raw) => {
    const text = [asText(member(raw, 'start')), asText(member(raw, 'end'))].filter((part) => part !== null).join(' to ')
    return text === '' ? null : words(text)
  },
  valueSampledData: () => words('a series of samples'),
}

const textValue = (raw: unknown): MeasuredValue | null => {
  const text = asText(raw)
  return text === null ? null : words(text)
}

const VALUE_NAMES = Object.keys(VALUES)

const valueMember = (holder: Json): string | null => {
  for (const name of VALUE_NAMES) if (holder[name] !== undefined && holder[name] !== null) return name
  return null
}

const ownValue = (holder: Json, tell: Tell): MeasuredValue | null => {
  const name = valueMember(holder)
  if (name !== null) {
    const value = VALUES[name]?.(holder[name], tell) ?? null
    if (value === null) tell('unreadable', 'A value does not have the form that its kind asks for.')
    return value ?? { kind: 'absent', because: 'The value could not be read.' }
  }
  if (holder.dataAbsentReason === undefined) return null
  return { kind: 'absent', because: reasonOf(holder.dataAbsentReason, 'no reason stated') }
}

const NO_CODE: Coding = { system: '', code: '' }

const parts = (components: readonly Json[], tell: Tell): MeasuredValue => ({
  kind: 'components',
  parts: components.map((component) => {
    const codes = codings(component.code)
    const code = mainCoding(codes) ?? NO_CODE
    const value = ownValue(component, tell) ?? { kind: 'absent', because: 'No value was sent.' }
    return { code, name: wording(component.code) ?? nameOfCode(codes) ?? code.code, value }
  }),
})

/** A panel's parts stand in its components or on their own as members; its own value, if it has one, comes first. */
const measuredValue = (resource: Json, tell: Tell): MeasuredValue => {
  const own = ownValue(resource, tell)
  const components = asObjects(resource.component)
  if (components.length > 0 && (own === null || own.kind === 'absent')) return parts(components, tell)
  if (own !== null) return own
  const members = asList(resource.hasMember).length
  return { kind: 'absent', because: members > 0 ? 'A panel: its results stand on their own.' : 'No value was sent.' }
}

/** Value of an Observation; what is wrong with it is told. */
export const readValue = ({ resource, ref }: Item, about: Modality, gaps: Gap[]): MeasuredValue =>
  measuredValue(resource, (kind, because) => gaps.push(gap(about, kind, because, ref)))

const interpretations = (resource: Json): string[] =>
  asList(resource.interpretation).flatMap((concept) => {
    const code = codings(concept)[0]?.code ?? wording(concept)
    return code ? [code] : []
  })

type How = Pick<Measurement, 'method' | 'specimen' | 'device' | 'issued' | 'note'>

const noteOf = (resource: Json): string | null => {
  const texts = asObjects(resource.note).flatMap((note) => asText(note.text) ?? [])
  return texts.length === 0 ? null : texts.join(' ')
}

/** With what, of what and when a result was made, and what was written beside it. */
const howMade = (resource: Json): How => {
  const [method, specimen, device] = [nameOf(resource.method), wording(resource.specimen), wording(resource.device)]
  const [issued, note] = [asDate(resource.issued), noteOf(resource)]
  return {
    ...(method === null ? {} : { method }),
    ...(specimen === null ? {} : { specimen }),
    ...(device === null ? {} : { device }),
    ...(issued === null ? {} : { issued }),
    ...(note === null ? {} : { note }),
  }
}

type Shown = Pick<Measurement, 'range' | 'interpretation'> & { readonly beside: Pick<Measurement, 'flag' | keyof How> }

/** What stands beside a value for the eye. Nothing is recommended or estimated from it. */
const shownWith = (resource: Json, value: MeasuredValue): Shown => {
  const range = rangeOf(resource, value)
  const flag = flagOf(resource, value, range)
  return { range, interpretation: interpretations(resource), beside: { ...(flag === null ? {} : { flag }), ...howMade(resource) } }
}

const NOT_SHOWN: Shown = { range: null, interpretation: [], beside: NOTHING }

/**
 * One Observation as a measurement; null when its author took it back.
 * @param adviceOnly what is only shown beside the value is left out
 */
export const readMeasurement = (item: Item, about: Modality, gaps: Gap[], adviceOnly: boolean): Measurement | null => {
  const { resource, ref } = item
  const status = asCode(resource.status)
  if (WITHDRAWN.has(status)) {
    gaps.push(gap(about, 'withdrawn', `A result is marked ${status}, so it was not used.`, ref))
    return null
  }
  const codes = codings(resource.code)
  const code = mainCoding(codes)
  const source = sourceOf(resource.performer, resource.device)
  const value = readValue(item, about, gaps)
  const { range, interpretation, beside } = adviceOnly ? NOT_SHOWN : shownWith(resource, value)
  return {
    ref,
    name: readName(wording(resource.code) ?? nameOfCode(codes) ?? code?.code ?? 'Unnamed result', about, ref, gaps),
    codes,
    value,
    range,
    interpretation,
    status,
    lineage: lineageOf(item, dateOf(resource, OBSERVED), code, source),
    ...beside,
  }
}
