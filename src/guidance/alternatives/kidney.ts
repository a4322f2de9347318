import type { Lineage } from '../../contract/lineage.ts'
import type { Kit } from '../advise.ts'
import { findEvidence, nameFound } from '../record-evidence.ts'
import type { Subject } from '../subject.ts'
import { creatinineClearance, glomerularFiltration } from '../vitals.ts'
import type { Answer } from './rules.ts'

type Rate = { readonly value: number; readonly name: string; readonly lineage: readonly Lineage[] }

const dated = (lineage: Lineage): string => (lineage.date ? ` of ${lineage.date.slice(0, 10)}` : '')

const ratesOf = ({ facts }: Subject): Rate[] => {
  const filtration = glomerularFiltration(facts)
  const clearance = creatinineClearance(facts)
  return [
    ...(filtration ? [{ value: filtration.value, name: `eGFR${dated(filtration.lineage)}`, lineage: [filtration.lineage] }] : []),
    ...(clearance
      ? [{ value: clearance.value, name: `creatinine clearance${dated(clearance.lineage)}`, lineage: [clearance.lineage] }]
      : []),
  ]
}

/** `eGFR of 2026-10-01: 24` */
const words = ({ value, name }: Rate): string => `${name}: ${Math.round(value)} mL/min`

/**
 * Whether kidney function is below a limit (mL/min): by the recorded eGFR and by the creatinine clearance of Cockcroft and Gault, which most
 * labels mean; the lower one decides. A recorded stage of kidney disease answers where it settles the question.
 */
export const answerKidney = (below: number, subject: Subject, kit: Kit): Answer => {
  const rates = ratesOf(subject)
  const low = rates.filter(({ value }) => value < below)
  if (low.length > 0) return { hit: true, facts: low.flatMap(({ lineage }) => lineage), found: low.map(words).join(', ') }
  for (const stage of kit.prepared.tables.alternatives.kidneyStages) {
    const found = stage.below <= below ? findEvidence(subject, [stage.evidence], kit.prepared.tables, { current: true }) : []
    if (found.length > 0) return { hit: true, facts: found.map((one) => one.lineage), found: nameFound(found) }
  }
  if (rates.length === 0) return { hit: null, facts: [], missing: 'no eGFR or creatinine on record' }
  return { hit: false, facts: rates.flatMap(({ lineage }) => lineage), found: rates.map(words).join(', ') }
}
