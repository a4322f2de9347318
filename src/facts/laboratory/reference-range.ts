import type { MeasuredValue, ReferenceRange } from '../../contract/facts.ts'
import { convert } from '../../terminology/units.ts'
import { type Amount, amount, asCode, asObjects, asText, codings, type Json, nameOf } from '../accessors.ts'
import { isSameUnit, unitOf } from '../unit-of.ts'

type Edge = number | string | null

const unitText = (edge: Amount): string => edge.unit ?? edge.code ?? ''

/** A limit in the unit of the value; as words where its own unit is another one that cannot be converted. */
const edgeOf = (raw: unknown, value: MeasuredValue): Edge => {
  const edge = amount(raw)
  if (edge === null) return null
  if (value.kind !== 'quantity' || (edge.unit === null && edge.code === null)) return edge.value
  const unit = unitOf(edge)
  if (isSameUnit(unit.code, value.unit)) return edge.value
  return convert(edge.value, unit.code, value.unit) ?? `${edge.value} ${unitText(edge)}`.trim()
}

const spanWords = (low: Edge, high: Edge): string =>
  low !== null && high !== null ? `${low} to ${high}` : low !== null ? `from ${low}` : `up to ${high}`

const kindOf = (range: Json): string | null => asCode(codings(range.type)[0]?.code) ?? nameOf(range.type)

/** One range as it was sent. */
const readRange = (range: Json, value: MeasuredValue): ReferenceRange | null => {
  const [low, high, text, kind] = [edgeOf(range.low, value), edgeOf(range.high, value), asText(range.text), kindOf(range)]
  if (low === null && high === null && text === null) return null
  const other = kind === null || kind === 'normal' ? {} : { kind }
  if (typeof low === 'string' || typeof high === 'string') return { text: text ?? spanWords(low, high), ...other }
  return { ...(low === null ? {} : { low }), ...(high === null ? {} : { high }), ...(text === null ? {} : { text }), ...other }
}

/** For whom a range is, as sent: sex, age, condition. */
const whom = (range: Json): string => {
  const age = range.age as Json | undefined
  const [from, to] = [amount(age?.low), amount(age?.high)]
  const ages = from === null && to === null ? '' : spanWords(from?.value ?? null, to === null ? null : `${to.value} ${unitText(to)}`.trim())
  return [...asObjects(range.appliesTo).map((one) => nameOf(one) ?? ''), ages].filter((part) => part !== '').join(', ')
}

const wordsOf = (range: Json, read: ReferenceRange): string => {
  const span = read.text ?? spanWords(read.low ?? null, read.high ?? null)
  const name = [whom(range), read.kind ?? ''].filter((part) => part !== '').join(', ')
  return name === '' ? span : `${name}: ${span}`
}

const sameLimits = (a: ReferenceRange, b: ReferenceRange): boolean => a.low === b.low && a.high === b.high

/**
 * The range that came with a result: the normal one, else one of no stated kind, else the first. Several that differ (by sex, by age) are
 * told as words, all of them: which one is meant is not decided here.
 */
export const rangeOf = (resource: Json, value: MeasuredValue): ReferenceRange | null => {
  const all = asObjects(resource.referenceRange).flatMap((range) => {
    const read = readRange(range, value)
    return read === null ? [] : [{ range, read }]
  })
  const usual = all.filter(({ read }) => read.kind === undefined)
  const meant = usual.length > 0 ? usual : all.slice(0, 1)
  const [first] = meant
  if (!first) return null
  if (meant.every(({ read }) => sameLimits(read, first.read))) return first.read
  return { text: meant.map(({ range, read }) => wordsOf(range, read)).join('; ') }
}
