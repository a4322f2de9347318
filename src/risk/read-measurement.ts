import type { Measurement, PatientFacts } from '../contract/facts.ts'
import type { Lineage } from '../contract/lineage.ts'
import { convert } from '../terminology/units.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import { inSentence, latestOf } from './latest.ts'
import type { InputSpecOf } from './model-folder.ts'

type Spec = InputSpecOf<'measurement'>
type Converted = { readonly value: number; readonly lineage: Lineage } | { readonly problem: 'unit-unknown' | 'unreadable' }

/** By UCUM, or by the spec's own factor where the amount of substance depends on the analyte (mmol/L of cholesterol to mg/dL). */
export const toUnit = (spec: Spec, value: number, unit: string): number | null => {
  if (unit === spec.unit) return value
  const own = spec.convert?.find(({ from }) => from === unit)
  return own ? value * own.factor + (own.offset ?? 0) : convert(value, unit, spec.unit)
}

/** Whether the unit is one that may stand with the code: under some codes the same unit means another scale. */
const fitsCode = (spec: Spec, { codes }: Measurement, unit: string): boolean =>
  spec.codes.every(
    ({ system, code, units }) => !units || units.includes(unit) || !codes.some((one) => one.system === system && one.code === code),
  )

/** A measurement in the unit of the input, with the conversion in its lineage. */
export const inUnit = (spec: Spec, measurement: Measurement): Converted => {
  const { value, lineage } = measurement
  if (value.kind !== 'quantity' || value.comparator) return { problem: 'unreadable' }
  if (!fitsCode(spec, measurement, value.unit)) return { problem: 'unit-unknown' }
  const converted = toUnit(spec, value.value, value.unit)
  if (converted === null || !Number.isFinite(converted)) return { problem: 'unit-unknown' }
  const conversion =
    value.unit === spec.unit ? lineage.conversion : `${value.value} ${value.unit} = ${Number(converted.toPrecision(6))} ${spec.unit}`
  return { value: converted, lineage: conversion === undefined ? lineage : { ...lineage, conversion } }
}

export const PROBLEMS = {
  'unit-unknown': 'has a unit that cannot be converted',
  unreadable: 'is not a plain number',
} as const

/** Latest measurement with one of the codes, converted, checked for freshness, range and contradiction. */
export const readMeasurement = (spec: Spec, facts: PatientFacts): InputReading => {
  const about = spec.name
  const label = inSentence(spec.label)
  const latest = latestOf(spec, facts)
  if ('gap' in latest) return latest.known ? unusable(spec, latest.gap, latest.facts) : absent(spec, latest.gap)
  const { measurement, date } = latest.newest
  const read = inUnit(spec, measurement)
  if ('problem' in read)
    return unusable(spec, { about, code: read.problem, because: `The latest ${label} ${PROBLEMS[read.problem]}.` }, [measurement.lineage])
  const others = latest.others.map((other) => inUnit(spec, other))
  const conflict = others.some(
    (other) => !('value' in other) || Math.abs(other.value - read.value) > spec.agreeWithin * Math.abs(read.value),
  )
  const lineages = [read.lineage, ...others.flatMap((other) => ('value' in other ? [other.lineage] : []))]
  if (conflict)
    return unusable(spec, { about, code: 'conflict', because: `Values of ${label} of ${latest.when} contradict each other.` }, lineages)
  if (read.value < spec.range.low || read.value > spec.range.high) {
    const because = `The latest ${label} is outside ${spec.range.low} to ${spec.range.high} ${spec.unit}.`
    return unusable(spec, { about, code: 'out-of-range', because }, lineages)
  }
  return known(spec, {
    value: read.value,
    facts: lineages,
    shown: Number(read.value.toPrecision(6)),
    note: `measured ${date.slice(0, 10)}`,
  })
}
