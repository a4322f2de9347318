import type { PatientFacts, Procedure } from '../contract/facts.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import type { InputSpecOf } from './model-folder.ts'
import { isNamedSo } from './read-condition.ts'

type Spec = InputSpecOf<'procedures'>

const isCoded = ({ codes: wanted }: Spec, { codes }: Procedure): boolean =>
  codes.some(({ system, code }) => wanted.some((one) => one.system === system && one.code === code))

/**
 * Days on which such a procedure was done; several of one day may be entries of one, and count once. A procedure that is named so under
 * another code, or that has no date beside others, is unclear.
 */
export const readProcedures = (spec: Spec, { procedures, questions }: PatientFacts): InputReading => {
  const about = spec.name
  const done = procedures.filter(({ status }) => status === 'completed')
  const coded = done.filter((procedure) => isCoded(spec, procedure))
  const open = done.find((procedure) => !coded.includes(procedure) && isNamedSo(spec, procedure))
  const lineages = coded.map(({ lineage }) => lineage)
  if (open)
    return unusable(
      spec,
      {
        about,
        code: 'indeterminate',
        because: `${spec.label}: a procedure of the record may be one, but its code is not among those that are known.`,
        resource: open.ref,
      },
      [...lineages, open.lineage],
    )
  const asked = questions.filter(({ query }) => query.startsWith('Procedure'))
  if (asked.some(({ state }) => state !== 'answered' && state !== 'empty'))
    return unusable(
      spec,
      { about, code: 'unavailable', because: `${spec.label}: the procedures could not be read to their end.` },
      lineages,
    )
  if (coded.length === 0)
    return absent(spec, { about, code: 'not-found', because: `${spec.label}: none among the procedures, which says nothing.` })
  const days = new Set(coded.map(({ date }) => date?.slice(0, 10) ?? null))
  if (days.has(null) && days.size > 1)
    return unusable(
      spec,
      { about, code: 'incomplete', because: `${spec.label}: one of several has no date, so they cannot be counted.` },
      lineages,
    )
  return known(spec, { value: Math.min(days.size, spec.range.high), facts: lineages, note: 'days with one, as far as the record goes' })
}
