import type { PatientFacts } from '../contract/facts.ts'
import type { Coding } from '../contract/lineage.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import type { InputSpecOf } from './model-folder.ts'

type Spec = InputSpecOf<'origin'>
type Group = Spec['groups'][number]

const isOneOf = (wanted: Group['codes'], { system, code }: Coding): boolean =>
  wanted.some((one) => one.system === system && one.code === code)

const isBorn = ({ bornIn, notBornIn }: Group, country: string | undefined): boolean => {
  if (bornIn === undefined && notBornIn === undefined) return true
  const written = country?.trim().toLowerCase()
  if (written === undefined) return false
  return bornIn ? bornIn.includes(written) : notBornIn?.includes(written) === false
}

/** Groups that fit, in the order of the spec: one that `decides` is the only one; a narrow one takes the wider codes that it `covers` away. */
const fitting = ({ groups }: Spec, recorded: readonly Coding[], country: string | undefined): Group[] => {
  const found: Group[] = []
  let codes = recorded
  for (const group of groups) {
    if (!codes.some((one) => isOneOf(group.codes, one)) || !isBorn(group, country)) continue
    if (group.decides) return [group]
    found.push(group)
    codes = codes.filter((one) => !isOneOf(group.covers, one))
  }
  return found
}

/** Group of origin as the source has them. What the record leaves open is said and not guessed; several groups at once, or none, are `otherwise`. */
export const readOrigin = (spec: Spec, { patient }: PatientFacts): InputReading => {
  const about = spec.name
  const codes = [...(patient?.race?.codes ?? []), ...(patient?.ethnicity?.codes ?? [])].filter((one) => !isOneOf(spec.unknown, one))
  if (!patient || codes.length === 0) return absent(spec, { about, code: 'not-found', because: `${spec.label}: not recorded.` })
  const groups = fitting(spec, codes, patient.birthCountry)
  const [first] = groups
  const one = new Set(groups.map(({ value, because }) => value ?? because)).size === 1 ? first : undefined
  if (one?.because !== undefined) return unusable(spec, { about, code: 'incomplete', because: one.because }, [patient.lineage])
  const shown = [patient.race?.text, patient.ethnicity?.text].filter((text) => text !== undefined).join(', ')
  return known(spec, { value: one?.value ?? spec.otherwise, shown, facts: [patient.lineage], note: 'a group of the published equation' })
}
