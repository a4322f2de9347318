import type { Action, Finding } from '../contract/findings.ts'
import { isLocal } from '../pgx/local-use.ts'
import type { Product } from '../terminology/drugs.ts'
import type { Knowledge } from './rules.ts'
import type { Subject } from './subject.ts'

/** `50%` of the usual dose; `20 mg/day`, `<=20 mg/day`. */
const SHARE = /^(\d{1,3})%$/
const DAILY = /^(?:<=)?\s*(\d+(?:\.\d+)?) mg\/day$/
const SHARED = new Set(['start', 'dose'])
const LIMITED = new Set(['start', 'max', 'max-start', 'dose'])

/** One strength of one substance: `rosuvastatin calcium 20 MG Oral Tablet`. */
const PRODUCT = /^(?!\{)[^/]*? (\d+(?:\.\d+)?) MG ((?:[A-Z0-9-]|[a-z])[^/[\]]*)$/
/** More units than this at once are no product for the dose. */
const MOST_UNITS = 4

type Strength = { readonly mg: number; readonly form: string }

/** Only tablets and capsules can be counted; a brand in brackets is no part of the form. */
const strengthOf = (name: string): Strength | null => {
  const [, mg, form] = PRODUCT.exec(name.replace(/\s*\[[^\]]*\]$/, '').trim()) ?? []
  return mg !== undefined && form !== undefined && /\b(tablet|capsule)\b/i.test(form) ? { mg: Number(mg), form: form.toLowerCase() } : null
}

type Target = { readonly mgPerDay: number; readonly basis: NonNullable<Finding['atOrder']>['basis'] }

/** What the row asks for, in milligrams a day: a single share of the usual dose, or a single dose or limit that the order is above. */
const targetOf = (actions: readonly Action[], mgPerDay: number): Target | null => {
  const plain = actions.filter(({ condition }) => !condition)
  const shares = plain.filter(({ code, value }) => SHARED.has(code) && SHARE.test(value ?? ''))
  const limits = plain.filter(({ code, value }) => LIMITED.has(code) && DAILY.test(value ?? ''))
  const [share, limit] = [shares[0], limits[0]]
  if (shares.length + limits.length !== 1) return null
  if (share) {
    const percent = Number(SHARE.exec(share.value ?? '')?.[1])
    return percent > 0 && percent < 100 ? { mgPerDay: (mgPerDay * percent) / 100, basis: { kind: 'share', percent } } : null
  }
  const mg = Number(DAILY.exec(limit?.value ?? '')?.[1])
  return mg > 0 && mg < mgPerDay ? { mgPerDay: mg, basis: { kind: 'daily', mgPerDay: mg } } : null
}

/** The drug is taken already: what is ordered may be a dose that was adjusted, and a starting dose is none. */
const isTaken = ({ facts, drug, ref }: Subject): boolean =>
  facts.medicines.some(
    (medicine) =>
      medicine.ref !== ref &&
      (medicine.state === 'active' || medicine.state === 'unknown') &&
      !isLocal(medicine) &&
      medicine.drug.ingredients.some(({ name }) => name === drug.name),
  )

const close = (a: number, b: number): boolean => Math.abs(a - b) < 1e-6

/**
 * A product that makes the dose in whole units: the ordered one, else another strength of the same form, with the fewest units.
 * Half tablets are never counted on: the tables do not say which may be divided.
 */
const productFor = (mgPerDose: number, ordered: Product, all: readonly Product[]): NonNullable<Finding['atOrder']>['product'] | null => {
  const form = strengthOf(ordered.name)?.form
  const units = (product: Product): number => {
    const strength = strengthOf(product.name)
    const count = strength && strength.form === form ? mgPerDose / strength.mg : Number.NaN
    return close(count, Math.round(count)) && count >= 1 && count <= MOST_UNITS ? Math.round(count) : Number.NaN
  }
  const same = all.filter((product) => product.tty === 'SCD' && product.ingredients.length === 1)
  const fitting = [ordered, ...same].map((product) => ({ product, count: units(product) })).filter(({ count }) => !Number.isNaN(count))
  const [first, ...others] = fitting
  if (!first) return null
  const best = first.product === ordered ? first : others.reduce((least, one) => (one.count < least.count ? one : least), first)
  return { code: best.product.rxcui, display: best.product.name, count: best.count }
}

/**
 * The row's dose for the order at hand, with a product that makes it; undefined when order, row or products leave any doubt.
 * A share is of the usual dose (CPIC, DPWG): it is computed from the ordered one, and whoever shows it must say so.
 */
export const fitDose = (actions: readonly Action[], subject: Subject, { drugs }: Knowledge): Finding['atOrder'] => {
  const { dose, identity, about, drug } = subject
  const { mgPerDay, timesPerDay } = dose
  if (about !== 'order' || mgPerDay === null || dose.mgPerDose === null || timesPerDay === null) return undefined
  if (!Number.isInteger(timesPerDay) || dose.prn || dose.flags.length > 0 || identity.ingredients.length !== 1) return undefined
  const ordered = identity.codings.map(({ code }) => drugs.product(code)).find((product) => product !== null)
  const target = targetOf(actions, mgPerDay)
  if (!ordered || !target || isTaken(subject)) return undefined
  const mgPerDose = Math.round((target.mgPerDay / timesPerDay) * 1000) / 1000
  const product = productFor(mgPerDose, ordered, drugs.products(drug.name))
  return product ? { mgPerDose, timesPerDay, basis: target.basis, product } : undefined
}
