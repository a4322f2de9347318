import type { Chart } from './chart.ts'
import { type Code, concept, hl7, LOINC, quantity, SNOMED } from './codes.ts'
import { at } from './dates.ts'

const observe = (chart: Chart, category: string, code: object, date: string, value: object, encounter?: string): string =>
  chart.add('Observation', 'finding', {
    status: 'final',
    category: [hl7('observation-category', category)],
    code,
    subject: chart.subject,
    ...(encounter && { encounter: { reference: encounter } }),
    effectiveDateTime: at(date, '08:50'),
    ...value,
  })

/** A finding at the bedside with a coded answer (ascites: mild), by SNOMED CT. */
export const addFinding = (chart: Chart, finding: Code, answer: Code, date: string, encounter?: string): string =>
  observe(chart, 'exam', concept(SNOMED, finding), date, { valueCodeableConcept: concept(SNOMED, answer) }, encounter)

/** How awake the patient is, on the scale from alert to unresponsive, by LOINC. */
export const addConsciousness = (chart: Chart, answer: Code, date: string, encounter?: string): string =>
  observe(
    chart,
    'survey',
    concept(LOINC, ['67775-7', 'Level of responsiveness']),
    date,
    { valueCodeableConcept: concept(LOINC, answer) },
    encounter,
  )

/** Total of a questionnaire. */
export const addSurveyScore = (chart: Chart, survey: Code, score: number, date: string): string =>
  observe(chart, 'survey', concept(LOINC, survey), date, { valueQuantity: quantity(score, '{score}') })

/** Live births so far, and the age at the first period, as told by the patient. */
export const addReproductiveHistory = (chart: Chart, births: number, menarche: number, date: string): void => {
  observe(chart, 'social-history', concept(LOINC, ['11636-8', '[#] Births.live']), date, { valueInteger: births })
  observe(chart, 'social-history', concept(LOINC, ['42798-9', 'Age at menarche']), date, {
    valueQuantity: quantity(menarche, 'years', 'a'),
  })
}
