import type { PatientFacts } from '../contract/facts.ts'
import { absent, type InputReading, known, unusable } from './input-reading.ts'
import { inSentence, latestOf } from './latest.ts'
import type { InputSpecOf } from './model-folder.ts'

/** Value of the latest coded answer (smoking status). An answer under another code is said, never taken for "no". */
export const readAnswer = (spec: InputSpecOf<'answer'>, facts: PatientFacts): InputReading => {
  const about = spec.name
  const latest = latestOf(spec, facts)
  if ('gap' in latest) return latest.known ? unusable(spec, latest.gap, latest.facts) : absent(spec, latest.gap)
  const { measurement, date } = latest.newest
  const { value } = measurement
  const codings = value.kind === 'text' ? value.codings : []
  const found = [measurement, ...latest.others].map((one) => {
    const given = one.value.kind === 'text' ? one.value.codings : []
    return spec.answers.find(({ system, code }) => given.some((coding) => coding.system === system && coding.code === code))?.value
  })
  const [first] = found
  if (first === undefined)
    return unusable(spec, { about, code: 'unmapped', because: `The latest ${inSentence(spec.label)} has an answer that is not known.` }, [
      measurement.lineage,
    ])
  if (found.some((one) => one !== first)) {
    const because = `Answers on ${inSentence(spec.label)} of ${latest.when} contradict each other.`
    return unusable(spec, { about, code: 'conflict', because }, [measurement.lineage])
  }
  const shown = (value.kind === 'text' ? value.text : '') || codings[0]?.display || String(first)
  return known(spec, { value: first, shown, facts: [measurement.lineage], note: `recorded ${date.slice(0, 10)}` })
}
