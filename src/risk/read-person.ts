import type { PatientFacts } from '../contract/facts.ts'
import { refuseValue } from './encode.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import type { InputSpecOf } from './model-folder.ts'

export const readAge = (spec: InputSpecOf<'age'>, { patient }: PatientFacts): InputReading => {
  if (patient?.ageYears === null || patient?.ageYears === undefined)
    return absent(spec, { about: spec.name, code: 'not-found', because: 'The age is not known.' })
  const because = refuseValue(spec, patient.ageYears)
  if (because) return unusable(spec, { about: spec.name, code: 'out-of-range', because }, [patient.lineage])
  return known(spec, { value: patient.ageYears, facts: [patient.lineage] })
}

/** Female or male as recorded (the administrative sex of the record). Anything else is said and not guessed. */
export const readSex = (spec: InputSpecOf<'sex'>, { patient }: PatientFacts): InputReading => {
  const sex = patient?.sex
  if (!patient || !sex || sex === 'unknown')
    return absent(spec, { about: spec.name, code: 'not-found', because: 'The sex is not recorded.' })
  if (sex === 'other') {
    const because = 'The equation is known for female and male only; the record says other.'
    return unusable(spec, { about: spec.name, code: 'out-of-range', because }, [patient.lineage])
  }
  return known(spec, { value: spec.values[sex], shown: sex, facts: [patient.lineage], note: 'administrative sex of the record' })
}

/** HL7 v3 NullFlavor: unknown, asked but unknown, not asked. */
const NULL_FLAVOR = /(?:v3-NullFlavor|v3\/NullFlavor|2\.16\.840\.1\.113883\.5\.1008)$/

/** Race as recorded, by code or exact text. What only says that nobody knows it is no race. Several races, or one that the model does not know, take the `otherwise` value. */
export const readRace = (spec: InputSpecOf<'race'>, { patient }: PatientFacts): InputReading => {
  if (!patient?.race) return absent(spec, { about: spec.name, code: 'not-found', because: 'No race is recorded.' })
  const { text } = patient.race
  const codes = patient.race.codes.filter(({ system }) => !NULL_FLAVOR.test(system))
  if (codes.length < patient.race.codes.length && codes.length === 0)
    return absent(spec, { about: spec.name, code: 'not-found', because: 'The race is recorded as not known.' })
  const matched = Object.entries(spec.categories).filter(
    ([, category]) =>
      codes.some(({ system, code }) => category.codes.some((wanted) => wanted.system === system && wanted.code === code)) ||
      (codes.length === 0 && category.texts.includes(text.trim().toLowerCase())),
  )
  const [only] = matched
  const value = matched.length === 1 && only ? only[0] : spec.otherwise
  return known(spec, { value, shown: text, facts: [patient.lineage], note: 'an input of the published equation' })
}
