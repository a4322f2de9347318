import type { Alternative } from '../../contract/findings.ts'
import type { Kit } from '../advise.ts'
import { findEvidence } from '../record-evidence.ts'
import type { Candidate } from './candidate.ts'

/** A first dose that a cited row gives for this age and this reason for treatment; null when none fits. */
export const startDose = ({ ordered, row }: Candidate, kit: Kit): NonNullable<Alternative['start']> | null => {
  const start = row?.start
  const age = ordered.facts.patient?.ageYears ?? null
  if (!start || age === null || age < start.from || age >= start.below) return null
  if (findEvidence(ordered, start.for, kit.prepared.tables, { current: true }).length === 0) return null
  return { mgPerDose: start.mgPerDose, timesPerDay: start.timesPerDay, source: start.source, url: start.url }
}
