import { COLUMNS, type Encounter } from '../../../tools/models/readmission/published.ts'

/** A stay as the published file would have it. Nobody's: made up here. */
export const STAY: Encounter = {
  patient_nbr: '1001',
  race: 'Caucasian',
  gender: 'Female',
  age: '[70-80)',
  admission_type_id: '1',
  discharge_disposition_id: '3',
  time_in_hospital: '6',
  number_outpatient: '0',
  number_emergency: '1',
  number_inpatient: '2',
  diag_1: '428',
  diag_2: '250.42',
  diag_3: 'V45',
  A1Cresult: '>8',
  metformin: 'No',
  glimepiride: 'No',
  glipizide: 'Steady',
  glyburide: 'No',
  insulin: 'Down',
  readmitted: '<30',
}
export const stay = (more: Partial<Encounter>): Encounter => ({ ...STAY, ...more })

export const LISTS = `admission_type_id,description
1,Emergency
2,Urgent
3,Elective
4,Newborn
5,Not Available
6,NULL
7,Trauma Center
8,Not Mapped
,
discharge_disposition_id,description
1,Discharged to home
2,Discharged/transferred to another short term hospital
3,Discharged/transferred to SNF
4,Discharged/transferred to ICF
5,Discharged/transferred to another type of inpatient care institution
6,Discharged/transferred to home with home health service
7,Left AMA
8,Discharged/transferred to home under care of Home IV provider
9,Admitted as an inpatient to this hospital
10,Neonate discharged to another hospital for neonatal aftercare
11,Expired
12,Still patient or expected to return for outpatient services
13,Hospice / home
14,Hospice / medical facility
15,Discharged/transferred within this institution to Medicare approved swing bed
16,Discharged/transferred/referred another institution for outpatient services
17,Discharged/transferred/referred to this institution for outpatient services
18,NULL
19,"Expired at home. Medicaid only, hospice."
20,"Expired in a medical facility. Medicaid only, hospice."
21,"Expired, place unknown. Medicaid only, hospice."
22,Discharged/transferred to another rehab fac including rehab units of a hospital .
23,Discharged/transferred to a long term care hospital.
24,Discharged/transferred to a nursing facility certified under Medicaid but not certified under Medicare.
25,Not Mapped
26,Unknown/Invalid
30,Discharged/transferred to another Type of Health Care Institution not Defined Elsewhere
27,Discharged/transferred to a federal health care facility.
28,Discharged/transferred/referred to a psychiatric hospital of psychiatric distinct part unit of a hospital
29,Discharged/transferred to a Critical Access Hospital (CAH).
,
admission_source_id,description
1, Physician Referral
`

export const fileOf = (encounters: readonly Encounter[]): string =>
  [COLUMNS.join(','), ...encounters.map((one) => COLUMNS.map((name) => one[name]).join(','))].join('\n')
