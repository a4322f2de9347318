import type { Lineage } from '../../contract/lineage.ts'
import type { Kit } from '../advise.ts'
import { findEvidence, nameFound } from '../record-evidence.ts'
import { instantOf, type Subject } from '../subject.ts'
import { creatinineClearance, glomerularFiltration } from '../vitals.ts'
import type { Answer } from './rules.ts'

type Rate = { readonly value: number; readonly name: string; readonly lineage: Lineage }

const DAY = 86_400_000

const dated = (lineage: Lineage): string => (lineage.date ? ` of ${lineage.date.slice(0, 10)}` : '')

const ratesOf = ({ facts }: Subject): Rate[] => {
  const filtration = glomerularFiltration(facts)
  const clearance = creatinineClearance(facts)
  return [
    ...(filtration ? [{ value: filtration.value, name: `eGFR${dated(filtration.lineage)}`, lineage: filtration.lineage }] : []),
    ...(clearance ? [{ value: clearance.value, name: `creatinine clearance${dated(clearance.lineage)}`, lineage: clearance.lineage }] : []),
  ]
}

/** `eGFR of 2026-10-01: 24` */
const words = ({ value, name }: Rate): string => `${name}: ${Math.round(value)} mL/min`

const isFresh = ({ lineage: { date } }: Rate, now: string, days: number): boolean => {
  const measured = instantOf(date ?? null)
  return measured !== null && Date.parse(now) - measured <= days * DAY
}

/** Why the values on record do not tell that kidney function is above a limit. */
const whyOpen = (rates: readonly Rate[]): string =>
  rates.length === 0
    ? 'no eGFR or creatinine on record'
    : rates.map(({ name, lineage }) => (instantOf(lineage.date ?? null) === null ? `${name} has no date` : `${name} is too old`)).join(', ')

/**
 * Whether kidney function is below a limit (mL/min): by the recorded eGFR and by the creatinine clearance of Cockcroft and Gault, which most
 * labels mean; the lower one decides. Fresh values decide alone; one that is too old can still say that function is below the limit, never
 * that it is not. A recorded stage of kidney disease answers where it settles the question.
 */
export const answerKidney = (below: number, subject: Subject, kit: Kit): Answer => {
  const { kidneyFunction, kidneyStages } = kit.prepared.tables.alternatives
  const rates = ratesOf(subject)
  const fresh = rates.filter((rate) => isFresh(rate, subject.facts.now, kidneyFunction.days))
  const low = (fresh.length > 0 ? fresh : rates).filter(({ value }) => value < below)
  if (low.length > 0) return { hit: true, facts: low.map(({ lineage }) => lineage), found: low.map(words).join(', ') }
  for (const stage of kidneyStages) {
    const found = stage.below <= below ? findEvidence(subject, [stage.evidence], kit.prepared.tables, { current: true }) : []
    if (found.length > 0) return { hit: true, facts: found.map((one) => one.lineage), found: nameFound(found) }
  }
  if (fresh.length === 0) return { hit: null, facts: [], missing: whyOpen(rates) }
  return { hit: false, facts: fresh.map(({ lineage }) => lineage), found: fresh.map(words).join(', ') }
}
