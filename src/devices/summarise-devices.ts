import type { DeviceSeries, DeviceSummaries, GlucoseProfile } from '../contract/devices.ts'
import type { PatientFacts } from '../contract/facts.ts'
import type { CgmRules } from './cgm-rules.ts'
import { glucoseProfile } from './glucose-profile.ts'
import { chooseTargets } from './targets.ts'

const UNITS: ReadonlySet<string> = new Set<GlucoseProfile['unit']>(['mg/dL', 'mmol/L'])

const isUnit = (unit: string): unit is GlucoseProfile['unit'] => UNITS.has(unit)

const refused = ({ ref, name }: DeviceSeries, because: string) => ({ ref, name, because })

/**
 * What can be computed of the device readings: the glucose profile of each sensor. Two sensors are two profiles, because their readings
 * overlap in time. Fewer than two readings are no series.
 */
export const summariseDevices = (facts: PatientFacts, rules: CgmRules): DeviceSummaries => {
  const choice = chooseTargets(facts, rules)
  const glucose: GlucoseProfile[] = []
  const refusals: DeviceSummaries['refused'][number][] = []
  for (const series of facts.devices) {
    if (series.kind !== 'glucose') continue
    if (!isUnit(series.unit))
      refusals.push(refused(series, `The unit ${series.unit === '' ? 'is missing' : `"${series.unit}" is none of glucose`}.`))
    else if (series.points.values.length < 2) refusals.push(refused(series, 'A single reading is no series.'))
    else {
      const profile = glucoseProfile(series, series.unit, choice, rules)
      if (profile) glucose.push(profile)
      else refusals.push(refused(series, 'No reading of the series has a value that can be placed.'))
    }
  }
  return { glucose, refused: refusals }
}
