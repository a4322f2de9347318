import { addProcedure, addVisit } from './care.ts'
import type { Chart } from './chart.ts'
import { addMedicine, type Dosage, daily, dosageInstruction, medicationConcept, type ProductName } from './medicines.ts'

/*
 * Ten years of a chart beside what the stories tell: medicines begun, raised and stopped, stays and visits. Two entries are as untidy as
 * real ones: a medicine of which only the year is known and not when it ended, and one without any date; letrozole has no code.
 */

type Course = readonly [ProductName, Dosage, since: string, until: string, 'stopped' | 'completed']

const COURSES: readonly Course[] = [
  ['amlodipine5', daily(5, 'mg', '5 mg by mouth once a day'), '2016-10-03', '2019-05-20', 'stopped'],
  ['ibuprofen400', daily(400, 'mg', '400 mg by mouth three times a day', 3), '2020-02-10', '2020-03-09', 'completed'],
  ['sertraline50', daily(25, 'mg', '25 mg by mouth once a day'), '2021-07-26', '2021-08-23', 'completed'],
  ['sertraline50', daily(50, 'mg', '50 mg by mouth once a day'), '2021-08-23', '2021-11-08', 'stopped'],
  ['ondansetron8', daily(8, 'mg', '8 mg by mouth twice a day', 2), '2021-08-16', '2021-08-30', 'completed'],
  ['pantoprazole40', daily(40, 'mg', '40 mg by mouth once a day'), '2022-06-13', '2023-05-15', 'stopped'],
  ['prednisone5', daily(20, 'mg', '20 mg by mouth once a day'), '2024-02-05', '2024-02-12', 'completed'],
]

/** As charts from elsewhere have them: no day of the beginning, none of the end. */
const addUntidyMedicines = (chart: Chart): void => {
  const entry = (medicine: object, dates: object) =>
    chart.add('MedicationRequest', 'rx', {
      status: 'stopped',
      intent: 'order',
      medicationCodeableConcept: medicine,
      subject: chart.subject,
      ...dates,
    })
  entry(medicationConcept('ferrousSulfate'), { authoredOn: '2015', dosageInstruction: [{ text: 'by mouth' }] })
  entry(medicationConcept('acetaminophen325'), { dosageInstruction: [{ text: 'when needed' }] })
  entry(
    { text: 'letrozole 2.5 mg tablet' },
    {
      authoredOn: '2021-09-20',
      dosageInstruction: [dosageInstruction(daily(2.5, 'mg', '2.5 mg by mouth once a day'), '2021-09-20', '2026-10-12')],
    },
  )
}

export const addHistory = (chart: Chart): void => {
  for (const [product, dosage, since, until, stopped] of COURSES) addMedicine(chart, { product, dosage, since, until, stopped })
  addUntidyMedicines(chart)
  addProcedure(chart, 'colonoscopy', '2018-06-04')
  addVisit(chart, 'symptom', '2020-02-10', 'dr-okafor')
  addVisit(chart, 'consultation', '2021-06-28', 'dr-moreau')
  addVisit(chart, 'inpatient', '2021-07-19', 'dr-moreau', { until: '2021-07-22' })
  addProcedure(chart, 'echocardiography', '2021-08-09')
  addVisit(chart, 'consultation', '2021-09-20', 'dr-moreau')
  addVisit(chart, 'symptom', '2024-02-05', 'dr-okafor')
  addVisit(chart, 'followUp', '2026-10-12', 'dr-moreau')
}
