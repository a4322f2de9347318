import type { Lineage } from '../../../../src/contract/lineage.ts'
import type { RiskEstimate } from '../../../../src/contract/risk.ts'
import { recordTime } from '../../../ui/charts/time.ts'
import type { ProfileState } from '../../profile/profile-state.ts'
import { collectEvents } from './collect-events.ts'
import { collectMedicines } from './collect-medicines.ts'
import { collectDevices, collectMeasurements, collectRisks } from './collect-values.ts'
import type { Collected } from './items.ts'

const ofEstimates = (estimates: readonly RiskEstimate[]): Lineage[] =>
  estimates.flatMap(({ inputs }) => inputs.flatMap(({ facts }) => facts))

/** Resources that decided something, and how often: for the drugs being ordered, else for the estimates of the person. As the server says; nothing is guessed here. */
const usedBy = ({ assessment, estimates }: ProfileState): ReadonlyMap<string, number> => {
  const drugs = (assessment?.orders ?? []).flatMap((entry) => entry.drugs)
  const facts = drugs.flatMap((drug) => [
    ...drug.findings.flatMap((finding) => finding.facts),
    ...drug.alternatives.flatMap(({ checked }) => checked.flatMap((one) => one.facts)),
    ...ofEstimates(drug.estimates),
  ])
  const counts = new Map<string, number>()
  for (const { resource } of facts.length > 0 ? facts : ofEstimates(estimates ?? [])) counts.set(resource, (counts.get(resource) ?? 0) + 1)
  return counts
}

/** Everything of the record that can stand on the axis, lane by lane, and what cannot. */
export const collect = (profile: ProfileState): Collected => {
  const { facts, trends, estimates } = profile
  if (!facts) return { lanes: [], undated: [] }
  const now = recordTime(facts.now) ?? 0
  const used = usedBy(profile)
  const parts = [
    collectMedicines(facts.medicines, now),
    ...collectEvents(facts),
    collectMeasurements('labs', facts.labs, used),
    collectMeasurements('vitals', facts.vitals, used),
    collectDevices(facts.devices),
    collectRisks(trends ?? [], estimates ?? [], now),
  ]
  return { lanes: parts.flatMap(({ lanes }) => lanes), undated: parts.flatMap(({ undated }) => undated) }
}
