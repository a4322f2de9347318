import type { DrugIdentity, Medicine, PatientFacts } from '../contract/facts.ts'
import type { Gap, Lineage } from '../contract/lineage.ts'
import { oncePer } from '../once-per.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import { isMember } from './medicine-classes.ts'
import type { InputSpecOf } from './model-folder.ts'

type Spec = InputSpecOf<'medicine'>
type Wanted = Pick<Spec, 'ingredients' | 'orders'>

const MEDICINE_QUERY = /^Medication(Request|Statement|Administration|Dispense)\b/

const isOne = ({ ingredients }: Wanted, drug: DrugIdentity): boolean =>
  drug.ingredients.some((one) => ingredients.some((wanted) => isMember(wanted, one)))

type Found = { readonly drug: DrugIdentity; readonly name: string; readonly lineage: Lineage }

/** Active medicines of those wanted, and drafts of the visit where they count; not what stays on the skin, in the eye or in the ear. */
const findMedicines = (wanted: Wanted, { medicines, orders }: PatientFacts): Found[] => [
  ...medicines
    .filter((medicine) => medicine.state === 'active' && isOne(wanted, medicine.drug) && !medicine.local)
    .map(({ drug, lineage }) => ({ drug, name: drug.text, lineage })),
  ...(wanted.orders ? orders : [])
    .filter((order) => isOne(wanted, order.drug) && !order.local)
    .map(({ drug, ref }) => ({ drug, name: `${drug.text} (draft)`, lineage: { resource: ref } })),
]

/** Of those wanted, what nobody knows to be taken or stopped: a prescription that ran out, a dispensing of unknown length. */
const perhapsTaken = (wanted: Wanted, { medicines }: PatientFacts): Medicine[] =>
  medicines.filter((medicine) => medicine.state === 'unknown' && isOne(wanted, medicine.drug) && !medicine.local)

const unread = (label: string): Gap => ({
  about: 'medicines',
  code: 'unavailable',
  because: `${label}: the list of medicines could not be read to its end.`,
})

type Unclear = { readonly drug: DrugIdentity; readonly lineage: Lineage }

const unrecognised = ({ medicines }: PatientFacts): Medicine[] =>
  medicines.filter((one) => one.state === 'active' && one.drug.ingredients.length === 0 && !one.local)

/** Also the drafts that nobody recognised, where drafts count. */
const unrecognisedIn = ({ orders: withDrafts }: Wanted, facts: PatientFacts): Unclear[] => [
  ...unrecognised(facts),
  ...(withDrafts ? facts.orders : [])
    .filter(({ drug, local }) => drug.ingredients.length === 0 && !local)
    .map(({ drug, ref }) => ({ drug, lineage: { resource: ref } })),
]

const mayBeOne = (count: number): string => `${count} other active ${count === 1 ? 'medicine' : 'medicines'} may be one`

/** The list of medicines was read to its end. Without that, "not on the list" would say nothing. */
export const medicinesWereRead = oncePer((facts: PatientFacts): boolean => {
  const asked = facts.questions.filter(({ query }) => MEDICINE_QUERY.test(query))
  if (asked.some(({ state }) => state === 'failed' || state === 'partial')) return false
  return asked.some(({ state }) => state === 'answered' || state === 'empty') || facts.medicines.length > 0
})

const WHY = {
  unrecognised: 'they were not recognised',
  any: 'the list of these medicines is not complete in this release',
} as const

/** Active medicines that leave it open whether one of the ingredients is taken. */
const otherMedicines = (spec: Spec, facts: PatientFacts): readonly Unclear[] => {
  if (spec.others === undefined) return []
  return spec.others === 'any' ? facts.medicines.filter(({ state }) => state === 'active') : unrecognisedIn(spec, facts)
}

const lineagesOf = (of: readonly { readonly lineage: Lineage }[]): Lineage[] => of.map(({ lineage }) => lineage)
const namesOf = (found: readonly Found[]): string => found.map(({ name }) => name).join(', ')

const notSaid = (spec: InputSpecOf<'medicine' | 'medicine-count' | 'only-with'>, perhaps: readonly Medicine[]): InputReading => {
  const names = [...new Set(perhaps.map(({ drug }) => drug.text))].join(', ')
  const because = `${spec.label}: the record does not say whether this is taken: ${names}.`
  return unusable(spec, { about: spec.name, code: 'indeterminate', because }, lineagesOf(perhaps))
}

/** 1 when one of the ingredients is an active medicine (or a draft of this visit), 0 when the list was read and none is on it. */
export const readMedicine = (spec: Spec, facts: PatientFacts): InputReading => {
  const found = findMedicines(spec, facts)
  if (found.length > 0) return known(spec, { value: 1, shown: 'yes', facts: lineagesOf(found), note: namesOf(found) })
  const perhaps = perhapsTaken(spec, facts)
  if (perhaps.length > 0) return notSaid(spec, perhaps)
  if (!medicinesWereRead(facts)) return absent(spec, unread(spec.label))
  const others = otherMedicines(spec, facts)
  if (others.length > 0) {
    const because = `${spec.label}: ${mayBeOne(others.length)}; ${WHY[spec.others ?? 'any']}.`
    return unusable(spec, { about: spec.name, code: 'indeterminate', because }, lineagesOf(others))
  }
  const unmapped = unrecognised(facts).length
  return known(spec, {
    value: 0,
    shown: 'no',
    ...(unmapped > 0 ? { note: `${unmapped} active ${unmapped === 1 ? 'medicine was' : 'medicines were'} not recognised` } : {}),
  })
}

/** How many different ingredients of those wanted are taken or drafted. Medicines that were not recognised leave a small number open. */
export const readMedicineCount = (spec: InputSpecOf<'medicine-count'>, facts: PatientFacts): InputReading => {
  const found = findMedicines(spec, facts)
  const different = new Set(
    found.flatMap(({ drug }) =>
      drug.ingredients.filter((one) => spec.ingredients.some((wanted) => isMember(wanted, one))).map(({ name }) => name),
    ),
  )
  const value = Math.min(different.size, spec.range.high)
  const seen = { value, facts: lineagesOf(found), note: found.length > 0 ? namesOf(found) : 'none of the list' }
  if (value >= spec.enough) return known(spec, seen)
  const perhaps = perhapsTaken(spec, facts).filter(({ drug }) => drug.ingredients.some(({ name }) => !different.has(name)))
  if (perhaps.length > 0) return notSaid(spec, perhaps)
  if (!medicinesWereRead(facts)) return absent(spec, unread(spec.label))
  const others = unrecognisedIn(spec, facts)
  if (others.length === 0) return known(spec, seen)
  const because = `${spec.label}: ${mayBeOne(others.length)}; ${WHY.unrecognised}.`
  return unusable(spec, { about: spec.name, code: 'indeterminate', because }, lineagesOf(others))
}

/** 0 when none of the medicines is taken; with one of them the record does not say, and it has to be given. */
export const readOnlyWith = (spec: InputSpecOf<'only-with'>, facts: PatientFacts): InputReading => {
  const found = findMedicines(spec, facts)
  if (found.length > 0) return unusable(spec, { about: spec.name, code: 'not-asked', because: spec.because }, lineagesOf(found))
  const perhaps = perhapsTaken(spec, facts)
  if (perhaps.length > 0) return notSaid(spec, perhaps)
  if (!medicinesWereRead(facts)) return absent(spec, unread(spec.label))
  const others = unrecognisedIn(spec, facts)
  if (others.length === 0) return known(spec, { value: 0, shown: 'no', note: 'none of the medicines is taken' })
  const because = `${spec.label}: ${mayBeOne(others.length)}; ${WHY.unrecognised}.`
  return unusable(spec, { about: spec.name, code: 'indeterminate', because }, lineagesOf(others))
}
