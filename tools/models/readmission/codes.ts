import type { CodeLists } from './published.ts'

/** Code of the published file -> our word, held against a word of the published description so that a changed list is noticed. */
type Row = { readonly id: string; readonly value: string | number | null; readonly says: RegExp }
const row = (id: string, value: string | number | null, says: RegExp): Row => ({ id, value, says })

/** Left out: those who died or went to a hospice cannot be readmitted. */
export const NOT_AT_RISK: readonly Row[] = [
  row('11', null, /expired/i),
  row('13', null, /hospice/i),
  row('14', null, /hospice/i),
  row('19', null, /expired/i),
  row('20', null, /expired/i),
  row('21', null, /expired/i),
]

const DISCHARGED_TO: readonly Row[] = [
  row('1', 'home', /to home$/i),
  row('2', 'hospital', /short term hospital/i),
  row('3', 'skilled-nursing', /SNF/),
  row('4', 'long-term-care', /ICF/),
  row('5', 'other-facility', /another type of inpatient care/i),
  row('6', 'home-with-care', /home health/i),
  row('7', 'against-advice', /AMA/),
  row('8', 'home-with-care', /home IV/i),
  row('9', 'hospital', /inpatient to this hospital/i),
  row('10', 'hospital', /another hospital/i),
  row('12', null, /still patient/i),
  row('15', 'skilled-nursing', /swing bed/i),
  row('16', null, /outpatient services/i),
  row('17', null, /outpatient services/i),
  row('18', null, /NULL/),
  row('22', 'rehabilitation', /rehab/i),
  row('23', 'long-term-care', /long term care/i),
  row('24', 'long-term-care', /nursing facility/i),
  row('25', null, /not mapped/i),
  row('26', null, /unknown/i),
  row('27', 'other-facility', /federal/i),
  row('28', 'psychiatric', /psychiatric/i),
  row('29', 'hospital', /critical access/i),
  row('30', 'other-facility', /not defined elsewhere/i),
]

/** 1: urgent. */
const ADMITTED_AS: readonly Row[] = [
  row('1', 1, /emergency/i),
  row('2', 1, /urgent/i),
  row('3', 0, /elective/i),
  row('4', null, /newborn/i),
  row('5', null, /not available/i),
  row('6', null, /NULL/),
  row('7', 1, /trauma/i),
  row('8', null, /not mapped/i),
]

const LISTS = {
  discharge_disposition_id: [...NOT_AT_RISK, ...DISCHARGED_TO],
  admission_type_id: ADMITTED_AS,
} as const

/** @throws Error when the published lists are not those that the tables above were made for */
export const checkCodeLists = (lists: CodeLists): void => {
  for (const [list, rows] of Object.entries(LISTS)) {
    const published = lists.get(list)
    if (!published) throw new Error(`the code lists have no ${list}`)
    for (const { id, says } of rows) if (!says.test(published.get(id) ?? '')) throw new Error(`${list} ${id} is not what it was`)
    for (const id of published.keys()) if (!rows.some((one) => one.id === id)) throw new Error(`${list} ${id} is not known`)
  }
}

/** Our word for a code; null where the code says that nothing is known. @throws Error for a code that is in no list */
export const wordFor = (list: keyof typeof LISTS, id: string): string | number | null => {
  const found = LISTS[list].find((one) => one.id === id)
  if (!found) throw new Error(`${list} ${id} is not known`)
  return found.value
}
