import type { Measurement, PatientFacts } from '../contract/facts.ts'
import type { Lineage } from '../contract/lineage.ts'
import { oncePer } from '../once-per.ts'
import { convert } from '../terminology/units.ts'

/** LOINC codes, as US Core and the HL7 vital signs profile use them. */
const WEIGHT = new Set(['29463-7', '3141-9', '8335-2'])
const EGFR = new Set(['33914-3', '48642-3', '48643-1', '50044-7', '62238-1', '88293-6', '88294-4', '98979-8'])

/** Creatinine in blood, by mass and by amount of substance. */
const CREATININE = new Set(['2160-0', '38483-4', '14682-9'])
/** Grams per mole. */
const CREATININE_MASS = 113.12

/** UCUM mass units -> kilograms. The pound is the avoirdupois pound (exact). */
const KILOGRAMS: Readonly<Record<string, number>> = { kg: 1, g: 0.001, '[lb_av]': 0.45359237, '[oz_av]': 0.028349523125 }

const USABLE = new Set(['final', 'amended', 'corrected'])

const latest = (measurements: readonly Measurement[], codes: ReadonlySet<string>): Measurement | null =>
  measurements
    .filter(
      (one) =>
        USABLE.has(one.status ?? 'final') && one.codes.some((coding) => coding.system === 'http://loinc.org' && codes.has(coding.code)),
    )
    .filter((one) => one.value.kind === 'quantity')
    .sort((a, b) => (b.lineage.date ?? '').localeCompare(a.lineage.date ?? ''))[0] ?? null

/** Latest body weight in kilograms; null when none is recorded or its unit is not known. */
export const bodyWeight = oncePer((facts: PatientFacts): { readonly kg: number; readonly lineage: Lineage } | null => {
  const found = latest(facts.vitals, WEIGHT)
  if (found?.value.kind !== 'quantity') return null
  const factor = KILOGRAMS[found.value.unit]
  return factor === undefined ? null : { kg: found.value.value * factor, lineage: found.lineage }
})

/** Latest estimated glomerular filtration rate, mL/min/1.73 m2. */
export const glomerularFiltration = oncePer((facts: PatientFacts): { readonly value: number; readonly lineage: Lineage } | null => {
  const found = latest(facts.labs, EGFR)
  if (found?.value.kind !== 'quantity' || !/^mL\/min/i.test(found.value.unit)) return null
  return { value: found.value.value, lineage: found.lineage }
})

const ADULT = 18

/**
 * Creatinine clearance, mL/min, from the latest creatinine, age, weight and sex of an adult; null when one of them is missing.
 * Source: Cockcroft and Gault, Nephron 1976;16:31-41: (140 - age) x kg / (72 x mg/dL), times 0.85 in women.
 */
export const creatinineClearance = oncePer((facts: PatientFacts): { readonly value: number; readonly lineage: Lineage } | null => {
  const found = latest(facts.labs, CREATININE)
  const weight = bodyWeight(facts)
  const { ageYears = null, sex = null } = facts.patient ?? {}
  if (found?.value.kind !== 'quantity' || !weight || ageYears === null || ageYears < ADULT) return null
  if (sex !== 'male' && sex !== 'female') return null
  const creatinine = convert(found.value.value, found.value.unit, 'mg/dL', { molarMass: CREATININE_MASS })
  if (creatinine === null || creatinine <= 0) return null
  const value = ((140 - ageYears) * weight.kg * (sex === 'female' ? 0.85 : 1)) / (72 * creatinine)
  return { value, lineage: found.lineage }
})
