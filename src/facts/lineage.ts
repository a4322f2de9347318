import type { Coding, DateSource, Lineage, PartialDate } from '../contract/lineage.ts'
import { asDate, asList, asText, codings, type Json, member, period, referenceOf, wording } from './accessors.ts'
import type { Item } from './chart.ts'
import { tailOf } from './references.ts'

export type Dated = { readonly date: PartialDate; readonly source: DateSource } | null

const dateOfSpan = (value: unknown): string | null => {
  const { start, end } = period(value)
  return end ?? start ?? asDate(asList(member(value, 'event')).at(-1))
}

/** First member that holds a date; a period counts by its end, or its start while it is open. Never `meta.lastUpdated`. */
export const dateOf = (resource: Json, members: readonly (readonly [string, DateSource])[]): Dated => {
  for (const [name, source] of members) {
    const value = resource[name]
    if (value === undefined) continue
    const date = asDate(value) ?? dateOfSpan(value)
    if (date !== null) return { date, source }
  }
  return null
}

/** Dates of an Observation or DiagnosticReport. */
export const OBSERVED = [
  ['effectiveDateTime', 'effective'],
  ['effectiveInstant', 'effective'],
  ['effectivePeriod', 'effective'],
  ['effectiveTiming', 'effective'],
  ['issued', 'issued'],
] as const satisfies readonly (readonly [string, DateSource])[]

/** Where a result came from, without naming the patient or a relative. */
const SAID_BY: Readonly<Record<string, string>> = { Patient: 'patient', RelatedPerson: 'relative' }

const typeOf = (reference: string | null): string | null => {
  const tail = reference === null ? null : tailOf(reference)
  return tail === null ? null : tail.slice(0, tail.indexOf('/'))
}

export const sourceOf = (...candidates: readonly unknown[]): string | null => {
  for (const candidate of candidates)
    for (const one of asList(candidate)) {
      const actor = member(one, 'actor') ?? one
      const type = typeOf(referenceOf(actor)) ?? asText(member(actor, 'type')) ?? ''
      const said = Object.hasOwn(SAID_BY, type) ? SAID_BY[type] : wording(actor)
      if (said) return said
    }
  return null
}

/** Spread where there is nothing to say: one object for the thousands of facts of a record. */
const NOTHING = {}

export const lineageOf = (item: Item, dated: Dated, code?: Coding | undefined, source?: string | null): Lineage => {
  const versionId = asText(member(item.resource.meta, 'versionId'))
  return {
    resource: item.ref,
    ...(versionId === null ? NOTHING : { versionId }),
    ...(source ? { source } : NOTHING),
    ...(dated === null ? NOTHING : { date: dated.date, dateSource: dated.source }),
    ...(code === undefined ? NOTHING : { code }),
  }
}

/** First coding of a concept, LOINC or SNOMED CT before local codes. */
export const mainCoding = (found: readonly Coding[]): Coding | undefined =>
  found.find((one) => one.system === 'http://loinc.org') ?? found.find((one) => one.system === 'http://snomed.info/sct') ?? found[0]

export const mainCodingOf = (concept: unknown): Coding | undefined => mainCoding(codings(concept))

type Traced = { readonly ref: string; readonly lineage: Lineage }

/** Newest first, undated last, equal dates by reference: the order in which resources arrived never shows. */
export const newestFirst = <T extends Traced>(facts: readonly T[]): T[] => {
  if (facts.length < 2) return [...facts]
  return facts
    .map((fact) => ({ fact, time: fact.lineage.date === undefined ? Number.NEGATIVE_INFINITY : Date.parse(fact.lineage.date) }))
    .sort((a, b) => b.time - a.time || (a.fact.ref < b.fact.ref ? -1 : a.fact.ref > b.fact.ref ? 1 : 0))
    .map(({ fact }) => fact)
}
