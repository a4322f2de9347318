import type { PatientFacts } from '../contract/facts.ts'
import type { Gap, Lineage } from '../contract/lineage.ts'
import { refuseValue } from './encode.ts'
import { absent, type InputReading, type InputReadings, known, unusable } from './input-reading.ts'
import type { InputSpecOf, InputValue } from './model-folder.ts'
import { conditionsWereRead, type Sorted, sortConditions, unclear } from './read-condition.ts'

/** 1 when one of the parts is so, 0 when every one is known not to be. */
export const readAny = (spec: InputSpecOf<'any'>, earlier: InputReadings): InputReading => {
  const parts = spec.parts.flatMap((name) => earlier.get(name) ?? [])
  const facts = parts.flatMap(({ input }) => input.facts)
  const yes = parts.filter((part) => part.state !== 'unusable' && part.value === 1)
  if (yes.length > 0) {
    const note = yes.map(({ input }) => [input.label, input.note].filter(Boolean).join(': ')).join('; ')
    return known(spec, { value: 1, shown: 'yes', facts: yes.flatMap(({ input }) => input.facts), note })
  }
  const open = parts.find((part) => part.state !== 'known')
  if (open?.state === 'unusable') return unusable(spec, { ...open.gap, about: spec.name }, facts)
  if (open || parts.length < spec.parts.length)
    return absent(spec, { about: spec.name, code: 'incomplete', because: `${spec.label}: not all of its parts are known.` })
  return known(spec, { value: 0, shown: 'no', facts, note: `none of: ${parts.map(({ input }) => input.label).join(', ')}` })
}

type Bound = InputSpecOf<'beyond'>['bounds'][number]

const isBeyond = (value: number, bound: Bound): boolean => {
  if ('above' in bound) return value > bound.above
  if ('from' in bound) return value >= bound.from
  return 'below' in bound ? value < bound.below : value <= bound.upTo
}

/** 1 when the number that was read before is beyond one of the bounds. */
export const readBeyond = (spec: InputSpecOf<'beyond'>, earlier: InputReadings): InputReading => {
  const of = earlier.get(spec.input)
  if (of?.state === 'unusable') return unusable(spec, { ...of.gap, about: spec.name }, of.input.facts)
  const value = of?.value
  if (!of || typeof value !== 'number')
    return absent(spec, { about: spec.name, code: 'incomplete', because: `${spec.label}: ${spec.input} is not known.` })
  const beyond = spec.bounds.some((bound) => isBeyond(value, bound))
  const note = [`${of.input.label} ${of.input.value} ${of.input.unit}`.trim(), of.input.note].filter(Boolean).join(', ')
  return known(spec, { value: beyond ? 1 : 0, shown: beyond ? 'yes' : 'no', facts: of.input.facts, note })
}

/** The number that was read before, and so much more. */
export const readLater = (spec: InputSpecOf<'later'>, earlier: InputReadings): InputReading => {
  const of = earlier.get(spec.input)
  if (of?.state === 'unusable') return unusable(spec, { ...of.gap, about: spec.name }, of.input.facts)
  if (typeof of?.value !== 'number')
    return absent(spec, { about: spec.name, code: 'incomplete', because: `${spec.label}: ${spec.input} is not known.` })
  const value = of.value + spec.add
  const because = refuseValue(spec, value)
  if (because !== null) return unusable(spec, { about: spec.name, code: 'out-of-range', because }, of.input.facts)
  return known(spec, { value, facts: of.input.facts, note: `${of.input.label.toLowerCase()} and ${spec.add}` })
}

const NOT_THERE: ReadonlySet<string> = new Set(['not-found', 'not-asked'])

/** Something that is on record and says less than another part (there, without a grade) does not contradict it; an old entry gives way to a new one. */
const yields = (spec: InputSpecOf<'agreed'>, code: string, value: InputValue | undefined): boolean =>
  value !== undefined && (code === 'stale' || (code === 'incomplete' && spec.none !== undefined && value !== spec.none))

/** What the parts that are on record agree on. One that is there and cannot be used leaves it open. */
export const readAgreed = (spec: InputSpecOf<'agreed'>, earlier: InputReadings): InputReading => {
  const about = spec.name
  const parts = spec.parts.flatMap((name) => earlier.get(name) ?? [])
  const facts = parts.flatMap(({ input }) => input.facts)
  const [first, ...others] = parts.filter((part) => part.state === 'known')
  const broken = parts.flatMap((part) => (part.state === 'unusable' && !NOT_THERE.has(part.gap.code) ? [part.gap] : []))
  const against = broken.find(({ code }) => !yields(spec, code, first?.value))
  if (against) return unusable(spec, { ...against, about }, facts)
  if (!first) return absent(spec, { about, code: 'not-found', because: `${spec.label} is not in the record.` })
  if (others.some(({ value }) => value !== first.value))
    return unusable(spec, { about, code: 'conflict', because: `${spec.label}: what the record says contradicts itself.` }, facts)
  const note = [first, ...others].map(({ input }) => [input.label, input.note].filter(Boolean).join(', ')).join('; ')
  return known(spec, { value: first.value, shown: first.input.value ?? '', facts, note })
}

type Row = InputSpecOf<'points'>['rows'][number]
type Judged = { readonly row: Row; readonly sorted: Sorted; readonly met: boolean }

/** A condition that one row is sure of says nothing open about the others. */
const judge = (spec: InputSpecOf<'points'>, facts: PatientFacts): Judged[] => {
  const all = spec.rows.map((row) => ({ row, sorted: sortConditions(row, spec.ever, facts) }))
  const claimed = new Set(all.flatMap(({ sorted }) => sorted.sure))
  return all.map(({ row, sorted }) => ({
    row,
    sorted: { ...sorted, open: sorted.open.filter((condition) => !claimed.has(condition)) },
    met: sorted.sure.length > 0,
  }))
}

/** Points of the conditions that the record has, added up; unclear conditions matter only while they could add to it. */
export const readPoints = (spec: InputSpecOf<'points'>, facts: PatientFacts): InputReading => {
  const judged = judge(spec, facts)
  const counts = ({ row, met }: Judged): boolean => met && !judged.some((other) => other.met && row.outrankedBy?.includes(other.row.label))
  const counted = judged.filter(counts)
  const total = counted.reduce((sum, { row }) => sum + row.points, 0)
  const lineages: Lineage[] = counted.flatMap(({ sorted }) => sorted.sure.map(({ lineage }) => lineage))
  const note = counted.length > 0 ? counted.map(({ row }) => `${row.label} ${row.points}`).join(', ') : 'none of the conditions'
  if (total >= spec.enough) return known(spec, { value: total, facts: lineages, note })
  const gaps: Gap[] = judged.flatMap(({ row, sorted, met }) => (met ? [] : (unclear(spec.name, row.label, sorted) ?? [])))
  const [gap] = gaps
  if (gap) return unusable(spec, gap, lineages)
  if (!conditionsWereRead(facts))
    return absent(spec, {
      about: spec.name,
      code: 'unavailable',
      because: `${spec.label}: the list of conditions could not be read to its end.`,
    })
  return known(spec, { value: total, facts: lineages, note })
}
