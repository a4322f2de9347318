import type { DrugIdentity, Medicine, PatientFacts } from '../contract/facts.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import type { InputSpecOf } from './model-folder.ts'

type Spec = InputSpecOf<'medicine'>

const MEDICINE_QUERY = /^Medication(Request|Statement|Administration|Dispense)\b/

const isOne = (spec: Spec, drug: DrugIdentity): boolean =>
  drug.ingredients.some(({ rxcui, name }) =>
    spec.ingredients.some((wanted) => (rxcui === null ? wanted.name === name.toLowerCase() : wanted.rxcui === rxcui)),
  )

/** The list of medicines was read to its end. Without that, "not on the list" would say nothing. */
export const medicinesWereRead = (facts: PatientFacts): boolean => {
  const asked = facts.questions.filter(({ query }) => MEDICINE_QUERY.test(query))
  if (asked.some(({ state }) => state === 'failed' || state === 'partial')) return false
  return asked.some(({ state }) => state === 'answered' || state === 'empty') || facts.medicines.length > 0
}

const WHY = {
  unrecognised: 'they were not recognised',
  any: 'the list of these medicines is not complete in this release',
} as const

/** Active medicines that leave it open whether one of the ingredients is taken. */
const otherMedicines = ({ others }: Spec, { medicines }: PatientFacts): Medicine[] =>
  others === undefined
    ? []
    : medicines.filter(({ state, drug }) => state === 'active' && (others === 'any' || drug.ingredients.length === 0))

/** 1 when one of the ingredients is an active medicine (or a draft of this visit), 0 when the list was read and none is on it. */
export const readMedicine = (spec: Spec, facts: PatientFacts): InputReading => {
  const active = facts.medicines.filter(({ state, drug }) => state === 'active' && isOne(spec, drug))
  const drafts = spec.orders ? facts.orders.filter(({ drug }) => isOne(spec, drug)) : []
  const names = [...active.map(({ drug }) => drug.text), ...drafts.map(({ drug }) => `${drug.text} (draft)`)]
  if (names.length > 0) {
    const lineage = [...active.map((medicine) => medicine.lineage), ...drafts.map(({ ref }) => ({ resource: ref }))]
    return known(spec, { value: 1, shown: 'yes', facts: lineage, note: names.join(', ') })
  }
  if (!medicinesWereRead(facts))
    return absent(spec, {
      about: 'medicines',
      code: 'unavailable',
      because: `${spec.label}: the list of medicines could not be read to its end.`,
    })
  const others = otherMedicines(spec, facts)
  if (others.length > 0) {
    const because = `${spec.label}: ${others.length} other active ${others.length === 1 ? 'medicine' : 'medicines'} may be one; ${WHY[spec.others ?? 'any']}.`
    return unusable(
      spec,
      { about: spec.name, code: 'indeterminate', because },
      others.map(({ lineage }) => lineage),
    )
  }
  const unmapped = facts.medicines.filter(({ state, drug }) => state === 'active' && drug.ingredients.length === 0).length
  return known(spec, {
    value: 0,
    shown: 'no',
    ...(unmapped > 0 ? { note: `${unmapped} active ${unmapped === 1 ? 'medicine was' : 'medicines were'} not recognised` } : {}),
  })
}
