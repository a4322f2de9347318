import type { Measurement, PatientFacts } from '../contract/facts.ts'
import type { Lineage, PartialDate } from '../contract/lineage.ts'
import { convert } from '../terminology/units.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import type { InputSpecOf } from './model-folder.ts'

type Spec = InputSpecOf<'measurement'>
type Dated = { readonly measurement: Measurement; readonly date: PartialDate; readonly at: number }

const DAY_MS = 86_400_000
/** Results that a laboratory or clinician stands behind (FHIR observation-status). */
const USABLE = new Set([null, 'final', 'amended', 'corrected'])

/** First instant that a partial date can mean, so that freshness is never overstated. */
const earliest = (date: PartialDate): number => Date.parse(date.length === 4 ? `${date}-01-01` : date.length === 7 ? `${date}-01` : date)

const candidates = (spec: Spec, facts: PatientFacts): Measurement[] =>
  spec.from
    .flatMap((room) => facts[room])
    .filter(
      (measurement) =>
        USABLE.has(measurement.status) &&
        measurement.value.kind !== 'absent' &&
        measurement.codes.some(({ system, code }) => spec.codes.some((wanted) => wanted.system === system && wanted.code === code)),
    )

const dated = (measurements: readonly Measurement[], now: number): Dated[] =>
  measurements
    .flatMap((measurement) => {
      const date = measurement.lineage.date
      const at = date === undefined ? Number.NaN : earliest(date)
      return date !== undefined && Number.isFinite(at) && at <= now + DAY_MS ? [{ measurement, date, at }] : []
    })
    .sort((a, b) => b.at - a.at)

type Converted = { readonly value: number; readonly lineage: Lineage } | { readonly problem: 'unit-unknown' | 'unreadable' }

const inUnit = ({ value, lineage }: Measurement, unit: string): Converted => {
  if (value.kind !== 'quantity' || value.comparator) return { problem: 'unreadable' }
  const converted = value.unit === unit ? value.value : convert(value.value, value.unit, unit)
  if (converted === null || !Number.isFinite(converted)) return { problem: 'unit-unknown' }
  const conversion = value.unit === unit ? lineage.conversion : `${value.value} ${value.unit} = ${Number(converted.toPrecision(6))} ${unit}`
  return { value: converted, lineage: conversion === undefined ? lineage : { ...lineage, conversion } }
}

const WORDS = {
  'unit-unknown': 'has a unit that cannot be converted',
  unreadable: 'is not a plain number',
} as const

/** The latest value decides: when it cannot be used, an older one is not put in its place. */
const fromLatest = (spec: Spec, newest: Dated, sameDay: readonly Dated[]): InputReading => {
  const about = spec.name
  const { measurement, date } = newest
  const read = inUnit(measurement, spec.unit)
  if ('problem' in read)
    return unusable(spec, { about, code: read.problem, because: `The latest ${spec.label.toLowerCase()} ${WORDS[read.problem]}.` }, [
      measurement.lineage,
    ])
  const others = sameDay.map((other) => inUnit(other.measurement, spec.unit))
  const conflict = others.some(
    (other) => !('value' in other) || Math.abs(other.value - read.value) > spec.agreeWithin * Math.abs(read.value),
  )
  const facts = [read.lineage, ...others.flatMap((other) => ('value' in other ? [other.lineage] : []))]
  if (conflict)
    return unusable(
      spec,
      { about, code: 'conflict', because: `Values of ${spec.label.toLowerCase()} of ${date.slice(0, 10)} contradict each other.` },
      facts,
    )
  if (read.value < spec.range.low || read.value > spec.range.high) {
    const because = `The latest ${spec.label.toLowerCase()} is outside ${spec.range.low} to ${spec.range.high} ${spec.unit}.`
    return unusable(spec, { about, code: 'out-of-range', because }, facts)
  }
  return known(spec, { value: read.value, facts, shown: Number(read.value.toPrecision(6)), note: `measured ${date.slice(0, 10)}` })
}

/** Latest measurement with one of the codes, converted by UCUM, checked for freshness, range and contradiction. */
export const readMeasurement = (spec: Spec, facts: PatientFacts): InputReading => {
  const about = spec.name
  const now = Date.parse(facts.now)
  const found = candidates(spec, facts)
  if (found.length === 0) {
    const unread = facts.questions.some(({ query, state }) => query.startsWith('Observation') && state !== 'answered' && state !== 'empty')
    return absent(spec, {
      about,
      code: unread ? 'unavailable' : 'not-found',
      because: unread ? `${spec.label}: the observations could not all be read.` : `No ${spec.label.toLowerCase()} is in the record.`,
    })
  }
  const [newest, ...older] = dated(found, now)
  if (!newest) return absent(spec, { about, code: 'incomplete', because: `${spec.label} is recorded without a usable date.` })
  if (now - newest.at > spec.freshDays * DAY_MS) {
    const because = `The latest ${spec.label.toLowerCase()} is of ${newest.date.slice(0, 10)}, older than ${spec.freshDays} days.`
    return unusable(spec, { about, code: 'stale', because }, [newest.measurement.lineage])
  }
  return fromLatest(
    spec,
    newest,
    older.filter(({ date }) => date.slice(0, 10) === newest.date.slice(0, 10)),
  )
}
