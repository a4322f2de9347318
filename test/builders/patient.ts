import type { FhirResource, PatientRecord, Question } from '../../src/contract/facts.ts'

/** Builds the record of one invented patient in the words of the field, as FHIR R4 resources with real codes. */
export const LOINC = 'http://loinc.org'
export const SNOMED = 'http://snomed.info/sct'
export const RXNORM = 'http://www.nlm.nih.gov/research/umls/rxnorm'
export const UCUM = 'http://unitsofmeasure.org'
const CATEGORY = 'http://terminology.hl7.org/CodeSystem/observation-category'
const RACE = 'http://hl7.org/fhir/us/core/StructureDefinition/us-core-race'

/** HGNC numbers of the genes that tests speak of (genenames.org). */
const HGNC: Readonly<Record<string, string>> = {
  ABCG2: 'HGNC:74',
  CACNA1S: 'HGNC:1397',
  CFTR: 'HGNC:1884',
  CYP2B6: 'HGNC:2615',
  CYP2C19: 'HGNC:2621',
  CYP2C9: 'HGNC:2623',
  CYP2D6: 'HGNC:2625',
  CYP3A4: 'HGNC:2637',
  CYP3A5: 'HGNC:2638',
  CYP4F2: 'HGNC:2645',
  DPYD: 'HGNC:3012',
  G6PD: 'HGNC:4057',
  'HLA-A': 'HGNC:4931',
  'HLA-B': 'HGNC:4932',
  IFNL3: 'HGNC:18365',
  'MT-RNR1': 'HGNC:7470',
  NAT2: 'HGNC:7646',
  NUDT15: 'HGNC:23063',
  RYR1: 'HGNC:10483',
  SLCO1B1: 'HGNC:10959',
  TPMT: 'HGNC:12014',
  UGT1A1: 'HGNC:12530',
  VKORC1: 'HGNC:23663',
}

/** LOINC of the measurements that tests speak of, with the room and unit they usually have. */
const MEASURES = {
  weight: ['29463-7', 'Body weight', 'vital-signs', 'kg'],
  height: ['8302-2', 'Body height', 'vital-signs', 'cm'],
  'heart rate': ['8867-4', 'Heart rate', 'vital-signs', '/min'],
  eGFR: ['98979-8', 'Glomerular filtration rate', 'laboratory', 'mL/min/{1.73_m2}'],
  creatinine: ['2160-0', 'Creatinine [Mass/volume] in Serum or Plasma', 'laboratory', 'mg/dL'],
  potassium: ['2823-3', 'Potassium [Moles/volume] in Serum or Plasma', 'laboratory', 'mmol/L'],
  hemoglobin: ['718-7', 'Hemoglobin [Mass/volume] in Blood', 'laboratory', 'g/dL'],
  INR: ['6301-6', 'INR in Platelet poor plasma by Coagulation assay', 'laboratory', '1'],
  QTc: ['8636-3', 'QT interval corrected', 'vital-signs', 'ms'],
  sodium: ['2951-2', 'Sodium [Moles/volume] in Serum or Plasma', 'laboratory', 'mmol/L'],
  'total cholesterol': ['2093-3', 'Cholesterol [Mass/volume] in Serum or Plasma', 'laboratory', 'mg/dL'],
  'HDL cholesterol': ['2085-9', 'Cholesterol in HDL [Mass/volume] in Serum or Plasma', 'laboratory', 'mg/dL'],
  BMI: ['39156-5', 'Body mass index', 'vital-signs', 'kg/m2'],
  HbA1c: ['4548-4', 'Hemoglobin A1c/Hemoglobin.total in Blood', 'laboratory', '%'],
} as const

const SMOKING = {
  never: ['266919005', 'Never smoked tobacco'],
  former: ['8517006', 'Ex-smoker'],
  daily: ['449868002', 'Smokes tobacco daily'],
} as const

const RACES = {
  white: ['2106-3', 'White'],
  black: ['2054-5', 'Black or African American'],
  asian: ['2028-9', 'Asian'],
} as const

type Resource = { resourceType: string; id?: string; [member: string]: unknown }
type Standing = { readonly id?: string; readonly date?: string; readonly status?: string; readonly lab?: string }
type Codes = { readonly snomed?: string; readonly icd10?: string; readonly loinc?: string }
type Drug = {
  readonly id?: string
  readonly rxcui?: string
  readonly atc?: string
  readonly status?: string
  readonly intent?: string
  readonly since?: string
  readonly until?: string
  /** `20 mg` or `1 {tbl}`: number and UCUM unit of one dose. */
  readonly dose?: string
  /** Doses a day. */
  readonly times?: number
  readonly text?: string
  readonly prn?: boolean
  readonly reason?: string
  /** Further or overriding members of the resource. */
  readonly also?: Readonly<Record<string, unknown>>
}

const concept = (text: string, codes: readonly (readonly [string, string | undefined])[]) => {
  const coding = codes.flatMap(([system, code]) => (code === undefined ? [] : [{ system, code, display: text }]))
  return { text, ...(coding.length > 0 ? { coding } : {}) }
}

const defined = (members: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined))

const quantity = (value: number, unit: string) => ({ value, unit, system: UCUM, code: unit })

const dosage = (drug: Drug) => {
  if (drug.dose === undefined && drug.text === undefined && drug.times === undefined) return undefined
  const [value, ...unit] = drug.dose?.split(' ') ?? []
  return [
    defined({
      text: drug.text,
      asNeededBoolean: drug.prn,
      timing: drug.times === undefined ? undefined : { repeat: { frequency: drug.times, period: 1, periodUnit: 'd' } },
      doseAndRate: value === undefined ? undefined : [{ doseQuantity: quantity(Number(value), unit.join(' ')) }],
    }),
  ]
}

export class PatientBuilder {
  readonly #id: string
  #now = '2026-11-21T10:00:00Z'
  #patient: Resource
  #withPatient = true
  readonly #resources: Resource[] = []
  readonly #drafts: Resource[] = []
  readonly #questions: Question[] = []
  #selections: string[] | null = null

  constructor(id: string) {
    this.#id = id
    this.#patient = {
      resourceType: 'Patient',
      id,
      gender: 'female',
      birthDate: '1961-04-02',
      name: [{ given: ['Test'], family: 'Person' }],
    }
  }

  /** The instant at which the record is read. */
  at(now: string): this {
    this.#now = now
    return this
  }

  born(birthDate: string): this {
    return this.#about({ birthDate })
  }

  female(): this {
    return this.#about({ gender: 'female' })
  }

  male(): this {
    return this.#about({ gender: 'male' })
  }

  named(given: string, family: string): this {
    return this.#about({ name: [{ use: 'official', given: [given], family }] })
  }

  ofRace(race: keyof typeof RACES): this {
    const [code, display] = RACES[race]
    const omb = { url: 'ombCategory', valueCoding: { system: 'urn:oid:2.16.840.1.113883.6.238', code, display } }
    return this.#about({ extension: [{ url: RACE, extension: [omb, { url: 'text', valueString: display }] }] })
  }

  died(date: string): this {
    return this.#about({ deceasedDateTime: date })
  }

  withIdentifier(system: string, value: string): this {
    return this.#about({ identifier: [{ system, value }] })
  }

  /** No Patient resource comes with the record. */
  unknown(): this {
    this.#withPatient = false
    return this
  }

  /** A medicine the patient takes: an active MedicationRequest. */
  on(text: string, drug: Drug = {}): this {
    return this.with(this.#request(text, { status: 'active', ...drug }, `med-${this.#resources.length + 1}`))
  }

  /** A medicine as the patient reports it: MedicationStatement. */
  reportsTaking(text: string, drug: Drug = {}): this {
    return this.with({
      ...defined({
        effectivePeriod: drug.since || drug.until ? defined({ start: drug.since, end: drug.until }) : undefined,
        dosage: dosage(drug),
        ...drug.also,
      }),
      resourceType: 'MedicationStatement',
      id: drug.id ?? `stmt-${this.#resources.length + 1}`,
      status: drug.status ?? 'active',
      subject: this.#subject,
      medicationCodeableConcept: this.#drug(text, drug),
    })
  }

  /** A draft order, as order-select and order-sign send it. */
  ordering(text: string, drug: Drug = {}): this {
    return this.draft(this.#request(text, { status: 'draft', ...drug }, `order-${this.#drafts.length + 1}`))
  }

  selecting(...refs: string[]): this {
    this.#selections = [...(this.#selections ?? []), ...refs]
    return this
  }

  /** A diplotype in the form of the HL7 genomics guide: genotype Observation with gene component. */
  withGenotype(gene: string, diplotype: string, standing: Standing = {}): this {
    return this.with({
      ...this.#observation('laboratory', concept('Genotype display name', [[LOINC, '84413-4']]), standing),
      valueCodeableConcept: { text: diplotype },
      component: [this.#geneStudied(gene)],
    })
  }

  /** A phenotype without genotype, in the form of the guide's first generation. */
  withPhenotype(gene: string, phenotype: string, standing: Standing = {}): this {
    return this.with({
      ...this.#observation('laboratory', concept('Gene product metabolic activity interpretation', [[LOINC, '53040-2']]), standing),
      valueCodeableConcept: { text: phenotype },
      component: [this.#geneStudied(gene)],
    })
  }

  /** A result as free text: gene in the name, finding in a string. */
  withTextResult(name: string, value: string, standing: Standing = {}): this {
    return this.with({ ...this.#observation('laboratory', { text: name }, standing), valueString: value })
  }

  /** A genomic indicator as Epic keeps it: a Condition of category genomics. */
  withIndicator(text: string, standing: Standing = {}): this {
    return this.with({
      resourceType: 'Condition',
      id: standing.id ?? `gi-${this.#resources.length + 1}`,
      category: [{ coding: [{ system: 'http://open.epic.com/FHIR/StructureDefinition/condition-category', code: 'genomics' }] }],
      code: { text },
      subject: this.#subject,
      recordedDate: standing.date ?? '2024-03-05',
    })
  }

  /** A known measurement by name, in its usual unit unless another UCUM unit is given. */
  measuring(what: keyof typeof MEASURES, value: number, standing: Standing & { readonly unit?: string } = {}): this {
    const [code, name, category, unit] = MEASURES[what]
    return this.with({
      ...this.#observation(category, concept(name, [[LOINC, code]]), standing),
      valueQuantity: quantity(value, standing.unit ?? unit),
    })
  }

  withBloodPressure(systolic: number, diastolic: number, standing: Standing = {}): this {
    const part = (code: string, name: string, value: number) => ({
      code: concept(name, [[LOINC, code]]),
      valueQuantity: quantity(value, 'mm[Hg]'),
    })
    return this.with({
      ...this.#observation('vital-signs', concept('Blood pressure panel', [[LOINC, '85354-9']]), standing),
      component: [part('8480-6', 'Systolic blood pressure', systolic), part('8462-4', 'Diastolic blood pressure', diastolic)],
    })
  }

  smoking(status: keyof typeof SMOKING, standing: Standing = {}): this {
    const [code, display] = SMOKING[status]
    return this.with({
      ...this.#observation('social-history', concept('Tobacco smoking status', [[LOINC, '72166-2']]), standing),
      valueCodeableConcept: concept(display, [[SNOMED, code]]),
    })
  }

  withCondition(text: string, codes: Codes & Standing & { readonly clinicalStatus?: string } = {}): this {
    return this.with({
      resourceType: 'Condition',
      id: codes.id ?? `cond-${this.#resources.length + 1}`,
      category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/condition-category', code: 'problem-list-item' }] }],
      clinicalStatus: { coding: [{ code: codes.clinicalStatus ?? 'active' }] },
      verificationStatus: { coding: [{ code: codes.status ?? 'confirmed' }] },
      code: concept(text, [
        [SNOMED, codes.snomed],
        ['http://hl7.org/fhir/sid/icd-10-cm', codes.icd10],
      ]),
      subject: this.#subject,
      recordedDate: codes.date ?? '2024-03-05',
    })
  }

  withProcedure(text: string, codes: Codes & Standing = {}): this {
    return this.with({
      resourceType: 'Procedure',
      id: codes.id ?? `proc-${this.#resources.length + 1}`,
      status: codes.status ?? 'completed',
      code: concept(text, [[SNOMED, codes.snomed]]),
      subject: this.#subject,
      performedDateTime: codes.date ?? '2024-03-05',
    })
  }

  allergicTo(text: string, codes: Standing & { readonly rxcui?: string; readonly snomed?: string; readonly reaction?: string } = {}): this {
    return this.with({
      resourceType: 'AllergyIntolerance',
      id: codes.id ?? `alg-${this.#resources.length + 1}`,
      clinicalStatus: { coding: [{ code: 'active' }] },
      verificationStatus: { coding: [{ code: codes.status ?? 'confirmed' }] },
      code: concept(text, [
        [RXNORM, codes.rxcui],
        [SNOMED, codes.snomed],
      ]),
      patient: this.#subject,
      recordedDate: codes.date ?? '2024-03-05',
      ...(codes.reaction === undefined ? {} : { reaction: [{ manifestation: [{ text: codes.reaction }] }] }),
    })
  }

  withRelative(relationship: string, condition: string): this {
    return this.with({
      resourceType: 'FamilyMemberHistory',
      id: `fam-${this.#resources.length + 1}`,
      status: 'completed',
      patient: this.#subject,
      relationship: { text: relationship },
      condition: [{ code: { text: condition } }],
    })
  }

  /** A search of the record that failed; `status` is the HTTP status the EHR answered with. */
  failing(key: string, status?: number, because?: string): this {
    this.#questions.push({ key, query: key, from: 'fetch', state: 'failed', resources: 0, ...defined({ status, because }) })
    return this
  }

  asking(...questions: Question[]): this {
    this.#questions.push(...questions)
    return this
  }

  /** Any further resource; subject is added when it has none. */
  with(resource: Resource): this {
    this.#resources.push(resource)
    return this
  }

  draft(resource: Resource): this {
    this.#drafts.push(resource)
    return this
  }

  resources(): readonly FhirResource[] {
    return [...(this.#withPatient ? [this.#patient] : []), ...this.#resources]
  }

  drafts(): readonly FhirResource[] {
    return this.#drafts
  }

  /** What the EHR client hands to `readFacts`. */
  record(): PatientRecord {
    return {
      patientId: this.#id,
      now: this.#now,
      resources: this.resources(),
      questions: this.#questions,
      draftOrders: this.#drafts,
      selections: this.#selections,
    }
  }

  /** The same record as one searchset Bundle. */
  bundle(): FhirResource {
    return {
      resourceType: 'Bundle',
      type: 'searchset',
      entry: this.resources().map((resource) => ({ resource, search: { mode: 'match' } })),
    }
  }

  get #subject() {
    return { reference: `Patient/${this.#id}` }
  }

  #about(members: Readonly<Record<string, unknown>>): this {
    this.#patient = { ...this.#patient, ...members }
    return this
  }

  #geneStudied(gene: string) {
    const code = HGNC[gene]
    if (code === undefined) throw new TypeError(`the builder knows no gene ${gene}`)
    return {
      code: concept('Gene studied [ID]', [[LOINC, '48018-6']]),
      valueCodeableConcept: { coding: [{ system: 'http://www.genenames.org', code, display: gene }] },
    }
  }

  #observation(category: string, code: unknown, standing: Standing): Resource {
    return {
      resourceType: 'Observation',
      id: standing.id ?? `obs-${this.#resources.length + 1}`,
      status: standing.status ?? 'final',
      category: [{ coding: [{ system: CATEGORY, code: category }] }],
      code,
      subject: this.#subject,
      effectiveDateTime: standing.date ?? '2024-03-05',
      ...(standing.lab === undefined ? {} : { performer: [{ display: standing.lab }] }),
    }
  }

  #drug(text: string, drug: Drug) {
    return concept(text, [
      [RXNORM, drug.rxcui],
      ['http://www.whocc.no/atc', drug.atc],
    ])
  }

  #request(text: string, drug: Drug, id: string): Resource {
    const lines = dosage(drug)
    const repeat = drug.until === undefined ? undefined : { boundsPeriod: defined({ start: drug.since, end: drug.until }) }
    const timed =
      repeat === undefined ? lines : (lines ?? [{}]).map((line) => ({ ...line, timing: { repeat: { ...timingOf(line), ...repeat } } }))
    return {
      ...defined({
        authoredOn: drug.since,
        dosageInstruction: timed,
        reasonCode: drug.reason === undefined ? undefined : [{ text: drug.reason }],
        ...drug.also,
      }),
      resourceType: 'MedicationRequest',
      id: drug.id ?? id,
      status: drug.status ?? 'active',
      intent: drug.intent ?? 'order',
      subject: this.#subject,
      medicationCodeableConcept: this.#drug(text, drug),
    }
  }
}

const timingOf = (line: Readonly<Record<string, unknown>>): object => {
  const { timing } = line
  return typeof timing === 'object' && timing !== null && 'repeat' in timing && typeof timing.repeat === 'object'
    ? (timing.repeat ?? {})
    : {}
}

/** `aPatient().born('1961-04-02').on('paroxetine 20 mg oral tablet', { rxcui: '1738483' }).withGenotype('CYP2D6', '*1/*1').record()` */
export const aPatient = (id = 'p1'): PatientBuilder => new PatientBuilder(id)
