/** Code systems and codes that all charts share. LOINC is (c) Regenstrief Institute; SNOMED CT is (c) SNOMED International. */
export const LOINC = 'http://loinc.org'
export const SNOMED = 'http://snomed.info/sct'
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
export const UCUM = 'http://unitsofmeasure.org'
export const CVX = 'http://hl7.org/fhir/sid/cvx'
export const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm'
export const HGNC = 'http://www.genenames.org'
export const DICOM = 'http://dicom.nema.org/resources/ontology/DCM'

const HL7 = 'http://terminology.hl7.org/CodeSystem'

export type Code = readonly [code: string, display: string]

export const coding = (system: string, [code, display]: Code) => ({ system, code, display })
export const concept = (system: string, code: Code, text?: string) => ({ coding: [coding(system, code)], text: text ?? code[1] })
export const hl7 = (list: string, code: string, display?: string) => ({
  coding: [{ system: `${HL7}/${list}`, code, ...(display && { display }) }],
})
export const quantity = (value: number, unit: string, code = unit) => ({ value, unit, system: UCUM, code })

/** Problems, by SNOMED CT. */
export const PROBLEMS = {
  hypertension: ['38341003', 'Hypertensive disorder'],
  hyperlipidemia: ['55822004', 'Hyperlipidemia'],
  hypercholesterolemia: ['13644009', 'Hypercholesterolemia'],
  coronaryDisease: ['53741008', 'Coronary arteriosclerosis'],
  nstemi: ['401314000', 'Acute non-ST segment elevation myocardial infarction'],
  atrialFibrillation: ['49436004', 'Atrial fibrillation'],
  diabetes: ['44054006', 'Diabetes mellitus type 2'],
  prediabetes: ['714628002', 'Prediabetes'],
  obesity: ['414916001', 'Obesity'],
  osteoarthritis: ['396275006', 'Osteoarthritis'],
  lowBackPain: ['279039007', 'Low back pain'],
  depression: ['370143000', 'Major depressive disorder'],
  anxiety: ['197480006', 'Anxiety disorder'],
  reflux: ['235595009', 'Gastroesophageal reflux disease'],
  asthma: ['195967001', 'Asthma'],
  hypothyroidism: ['40930008', 'Hypothyroidism'],
  colonCancer: ['363406005', 'Malignant tumor of colon'],
  breastCancer: ['254837009', 'Malignant neoplasm of breast'],
  crohn: ['34000006', "Crohn's disease"],
  hiv: ['86406008', 'Human immunodeficiency virus infection'],
  epilepsy: ['84757009', 'Epilepsy'],
  trigeminalNeuralgia: ['31681005', 'Trigeminal neuralgia'],
  kidneyDisease3: ['433144002', 'Chronic kidney disease stage 3'],
  ironDeficiencyAnemia: ['87522002', 'Iron deficiency anemia'],
  tonsillitis: ['90979004', 'Chronic tonsillitis'],
  sleepApnea: ['78275009', 'Obstructive sleep apnea syndrome'],
  migraine: ['37796009', 'Migraine'],
  osteoporosis: ['64859006', 'Osteoporosis'],
  cirrhosis: ['19943007', 'Cirrhosis of liver'],
  stroke: ['422504002', 'Ischemic stroke'],
  bronchitis: ['10509002', 'Acute bronchitis'],
  sinusitis: ['444814009', 'Viral sinusitis'],
  pharyngitis: ['195662009', 'Acute viral pharyngitis'],
  sprain: ['44465007', 'Sprain of ankle'],
  otitisMedia: ['65363002', 'Otitis media'],
} as const satisfies Record<string, Code>

export type Problem = keyof typeof PROBLEMS

/** Procedures, by SNOMED CT. */
export const PROCEDURES = {
  coronaryStent: ['36969009', 'Placement of stent in coronary artery'],
  coronaryIntervention: ['415070008', 'Percutaneous coronary intervention'],
  catheterization: ['41976001', 'Cardiac catheterization'],
  tonsillectomy: ['173422009', 'Tonsillectomy'],
  colonoscopy: ['73761001', 'Colonoscopy'],
  hemicolectomy: ['359571009', 'Right hemicolectomy'],
  lumpectomy: ['392021009', 'Lumpectomy of breast'],
  kneeReplacement: ['609588000', 'Total knee replacement'],
  liverTransplant: ['18027006', 'Transplantation of liver'],
  echocardiography: ['40701008', 'Echocardiography'],
  electroencephalogram: ['54550000', 'Electroencephalogram'],
  spirometry: ['127783003', 'Spirometry'],
  cataractSurgery: ['110473004', 'Cataract surgery'],
  appendectomy: ['80146002', 'Excision of appendix'],
  cholecystectomy: ['38102005', 'Cholecystectomy'],
} as const satisfies Record<string, Code>

/** Kinds of visit, by SNOMED CT. */
export const VISITS = {
  checkup: ['185349003', 'Encounter for check up'],
  followUp: ['390906007', 'Follow-up encounter'],
  symptom: ['185345009', 'Encounter for symptom'],
  inpatient: ['183452005', 'Encounter inpatient'],
  consultation: ['11429006', 'Consultation'],
} as const satisfies Record<string, Code>
