import { binOf } from '../../src/cards/bins.ts'
import { concernOf } from '../../src/cards/card-policy.ts'
import type { Condition, DrugIdentity, Measurement, Medicine, Order, PatientFacts, Question } from '../../src/contract/facts.ts'
import type { Alternative, Assessment, DrugAssessment, Finding, GeneBasis } from '../../src/contract/findings.ts'
import type { EnzymeModifier, GeneCall, GeneReading, Genotype } from '../../src/contract/genes.ts'
import type { Lineage } from '../../src/contract/lineage.ts'
import type { PanelWords, ProfileEvent } from '../../src/contract/profile.ts'
import type { RiskEstimate } from '../../src/contract/risk.ts'

/** A synthetic patient of our own making who shows every kind of row that the app's panels know. */
const LAB = 'Northfield Molecular Laboratory'
const at = (resource: string, date = '2024-03-05', source: string = LAB): Lineage => ({ resource, date, source, dateSource: 'effective' })

const genotype = (diplotype: string | null, term: string | null, code: string, score?: string): Genotype => ({
  diplotype,
  activityScore: score === undefined ? null : { value: Number.parseFloat(score), atLeast: false, text: score },
  phenotype: term === null ? null : { code, term },
  keys: [code],
})

const reading = (gene: string | null, result: Genotype, ref: string, more: Partial<GeneReading> = {}): GeneReading => ({
  ref,
  gene,
  genotype: result,
  candidates: [],
  reported: { ...(result.diplotype ? { diplotype: result.diplotype } : {}) },
  status: 'final',
  confidence: 'high',
  use: 'act',
  flags: [],
  notes: [],
  lineage: at(ref),
  supports: [],
  coverage: { text: '18 alleles by array', narrow: false },
  ...more,
})

const CYP2C19 = genotype('*2/*2', 'Poor Metabolizer', 'PM')
const CYP2D6 = genotype('*1/*4', 'Intermediate Metabolizer', 'IM', '1.0')
const CYP2D6_TODAY = genotype('*1/*4', 'Poor Metabolizer', 'PM', '0.0')
const SLCO1B1 = genotype('*1/*5', 'Decreased Function', 'DF')

const paroxetine: EnzymeModifier = {
  drug: 'paroxetine',
  kind: 'inhibitor',
  strength: 'strong',
  basis: 'FDA table of inhibitors',
  lineage: at('MedicationRequest/paroxetine', '2026-01-12', 'Dr Amara Osei'),
}

export const geneCalls: readonly GeneCall[] = [
  {
    state: 'called',
    gene: 'CYP2D6',
    genetic: CYP2D6,
    clinical: CYP2D6_TODAY,
    phenoconversion: { state: 'converted', by: [paroxetine], factor: 0, note: 'Activity score 1.0 × 0 = 0.0 (CPIC 2019).' },
    confidence: 'high',
    flags: [],
    readings: [reading('CYP2D6', CYP2D6, 'Observation/cyp2d6')],
  },
  {
    state: 'called',
    gene: 'CYP2C19',
    genetic: CYP2C19,
    clinical: CYP2C19,
    phenoconversion: { state: 'none' },
    confidence: 'high',
    flags: [],
    readings: [
      reading('CYP2C19', CYP2C19, 'Observation/cyp2c19', {
        reported: { diplotype: '*2/*2', phenotype: 'Poor metaboliser' },
        supports: [at('Condition/cyp2c19-indicator', '2024-03-08', 'Riverside Hospital')],
      }),
    ],
  },
  {
    state: 'candidates',
    gene: 'TPMT',
    candidates: [
      {
        genetic: genotype('*1/*3A', 'Intermediate Metabolizer', 'IM'),
        clinical: genotype('*1/*3A', 'Intermediate Metabolizer', 'IM'),
        readings: [],
      },
      { genetic: genotype('*3B/*3C', 'Poor Metabolizer', 'PM'), clinical: genotype('*3B/*3C', 'Poor Metabolizer', 'PM'), readings: [] },
    ],
    phenoconversion: { state: 'none' },
    because: 'the result is not phased',
    flags: ['unphased'],
    readings: [
      reading('TPMT', genotype('*1/*3A', 'Intermediate Metabolizer', 'IM'), 'Observation/tpmt', { use: 'candidates', flags: ['unphased'] }),
    ],
  },
  {
    state: 'indeterminate',
    gene: 'CYP2C9',
    because: 'two laboratories report different diplotypes',
    flags: ['conflict'],
    readings: [
      reading('CYP2C9', genotype('*1/*1', 'Normal Metabolizer', 'NM'), 'Observation/cyp2c9-a'),
      reading('CYP2C9', genotype('*1/*3', 'Intermediate Metabolizer', 'IM'), 'Observation/cyp2c9-b', {
        lineage: at('Observation/cyp2c9-b', '2019-11', 'Eastgate Genetics'),
      }),
    ],
  },
  {
    state: 'called',
    gene: 'SLCO1B1',
    genetic: SLCO1B1,
    clinical: SLCO1B1,
    phenoconversion: { state: 'caution', by: [{ ...paroxetine, strength: 'weak' }], note: 'No numeric rule is known.' },
    confidence: 'medium',
    flags: ['narrow-panel'],
    readings: [reading('SLCO1B1', SLCO1B1, 'Observation/slco1b1')],
  },
  ...['DPYD', 'NUDT15', 'HLA-A', 'HLA-B', 'VKORC1', 'CYP3A5', 'UGT1A1', 'G6PD', 'RYR1', 'CACNA1S', 'MT-RNR1'].map(
    (gene): GeneCall => ({ state: 'not-tested', gene }),
  ),
]

const identity = (text: string, rxcui: string, name: string): DrugIdentity => ({
  text,
  codings: [{ system: 'http://www.nlm.nih.gov/research/umls/rxnorm', code: rxcui }],
  ingredients: [{ name, rxcui: null }],
  how: 'rxnorm-product',
  flags: [],
})

const dose = (text: string): Order['dose'] => ({
  mgPerDay: 75,
  mgPerDose: 75,
  timesPerDay: 1,
  prn: false,
  text,
  route: null,
  flags: [],
})

const order: Order = {
  ref: 'MedicationRequest/draft-1',
  hasId: true,
  drug: identity('clopidogrel 75 MG Oral Tablet', '309362', 'clopidogrel'),
  dose: dose('75 mg by mouth once a day'),
  status: 'draft',
  intent: 'order',
  selected: true,
  subject: 'Patient/sample',
  encounter: null,
  requester: null,
  authoredOn: null,
  priority: null,
  reasons: [],
}

const basis: GeneBasis = {
  gene: 'CYP2C19',
  state: 'called',
  key: 'PM',
  genetic: CYP2C19,
  clinical: CYP2C19,
  converted: false,
  facts: [at('Observation/cyp2c19')],
}

const finding = (id: string, source: Finding['source'], more: Partial<Finding>): Finding => ({
  id,
  kind: 'guidance',
  row: id,
  order: order.ref,
  drug: { name: 'clopidogrel', rxcui: '32968' },
  genes: ['CYP2C19'],
  basis: [basis],
  source,
  guideline: {
    id: 'PA166104948',
    url: 'https://www.clinpgx.org/guidelineAnnotation/PA166104948',
    year: 2022,
    pmid: ['35034351'],
    asOf: '2024-03',
  },
  strength: null,
  actions: [{ code: 'avoid' }, { code: 'alternative', detail: 'prasugrel,ticagrelor' }],
  consequence: 'avoid',
  effect: ['efficacy-down'],
  risk: 'cardiovascular events, stent thrombosis',
  population: null,
  facts: [],
  ...more,
})

const cpic = finding('cpic-clopidogrel-pm', 'CPIC', {
  strength: 'Strong',
  population: {
    code: 'acs-pci',
    label: 'acute coronary syndrome with percutaneous coronary intervention',
    state: 'matches',
    because: 'stent placed in 2026',
  },
  facts: [at('Procedure/stent', '2026-10-30', 'Riverside Hospital')],
})
const cpicOther = finding('cpic-clopidogrel-pm-neuro', 'CPIC', {
  strength: 'Moderate',
  consequence: 'alternative',
  population: {
    code: 'neurovascular',
    label: 'clopidogrel is given for a neurovascular indication',
    state: 'undecided',
    because: 'the order names no reason',
  },
})
const dpwg = finding('dpwg-clopidogrel-pm', 'DPWG', {
  guideline: { ...cpic.guideline, id: 'PA166104956', url: 'https://www.clinpgx.org/guidelineAnnotation/PA166104956', year: 2018 },
})
const fda = finding('fda-clopidogrel', 'FDA', {
  kind: 'listed',
  strength: 'Section 1',
  actions: [],
  consequence: 'none',
  guideline: {
    id: 'fda-table',
    url: 'https://www.fda.gov/medical-devices/precision-medicine/table-pharmacogenetic-associations',
    year: null,
    pmid: [],
    asOf: '2024-10',
  },
})

const alternatives: readonly Alternative[] = [
  {
    drug: { name: 'prasugrel', rxcui: '613391' },
    namedBy: ['CPIC 2022', 'DPWG 2018'],
    verdict: 'unfit',
    checked: [
      {
        what: 'conditions',
        result: 'problem',
        because: 'earlier stroke on record',
        facts: [at('Condition/stroke', '2019-06-02', 'Riverside Hospital')],
      },
      { what: 'allergies', result: 'ok', because: '', facts: [] },
    ],
    product: null,
    labelOpen: [],
  },
  {
    drug: { name: 'ticagrelor', rxcui: '1116632' },
    namedBy: ['CPIC 2022', 'DPWG 2018'],
    verdict: 'fits',
    checked: [
      { what: 'genes', result: 'ok', because: '', facts: [] },
      { what: 'allergies', result: 'ok', because: '', facts: [] },
      { what: 'liver function', result: 'not-checked', because: 'no result within a year', facts: [] },
    ],
    product: { code: '1116635', display: 'ticagrelor 90 MG Oral Tablet' },
    labelOpen: [],
  },
  {
    drug: { name: 'febuxostat', rxcui: '73689' },
    namedBy: ['CPIC 2022'],
    verdict: 'fits',
    checked: [],
    product: { code: '834235', display: 'febuxostat 40 MG Oral Tablet' },
    labelOpen: [],
    start: { mgPerDose: 40, timesPerDay: 2, source: 'FDA label of febuxostat, section 2.1', url: 'https://labels.example/febuxostat' },
  },
  {
    drug: { name: 'isavuconazole', rxcui: null },
    namedBy: ['CPIC 2022'],
    verdict: 'fits',
    checked: [],
    product: null,
    labelOpen: [],
    noProduct: 'treatment starts with a loading dose',
  },
]

const clopidogrel: DrugAssessment = {
  ref: order.ref,
  about: 'order',
  identity: order.drug,
  drug: { name: 'clopidogrel', rxcui: '32968' },
  state: 'assessed-with-gaps',
  genes: ['CYP2C19'],
  findings: [cpic, cpicOther, dpwg, fda],
  disagreement: null,
  alternatives,
  testFirst: null,
  estimates: [],
  gaps: [{ about: 'liver function', code: 'stale', because: 'the last result is older than a year' }],
}

const medicineOf = (id: string, text: string, name: string, doseText: string, start: string, more: Partial<Medicine> = {}): Medicine => ({
  ref: `MedicationRequest/${id}`,
  drug: identity(text, '0', name),
  dose: dose(doseText),
  state: 'active',
  start,
  end: null,
  lineage: at(`MedicationRequest/${id}`, start, 'Dr Amara Osei'),
  ...more,
})

const assessedMedicine = (medicine: Medicine, more: Partial<DrugAssessment>): DrugAssessment => ({
  ref: medicine.ref,
  about: 'medicine',
  identity: medicine.drug,
  drug: medicine.drug.ingredients[0] ?? { name: 'unknown', rxcui: null },
  state: 'assessed',
  genes: [],
  findings: [],
  disagreement: null,
  alternatives: [],
  testFirst: null,
  estimates: [],
  gaps: [],
  ...more,
})

const tramadol = medicineOf(
  'tramadol',
  'tramadol hydrochloride 50 MG Oral Tablet',
  'tramadol',
  '50 mg up to four times a day',
  '2026-10-02',
)
const simvastatin = medicineOf('simvastatin', 'simvastatin 40 MG Oral Tablet', 'simvastatin', '40 mg every evening', '2021-04-17')
const paroxetineTaken = medicineOf('paroxetine', 'paroxetine 20 MG Oral Tablet', 'paroxetine', '20 mg every morning', '2026-01-12')
const warfarin = medicineOf('warfarin', 'warfarin sodium 5 MG Oral Tablet', 'warfarin', '5 mg once a day', '2025-08-20')
const metformin = medicineOf('metformin', 'metformin hydrochloride 500 MG Oral Tablet', 'metformin', '500 mg twice a day', '2018')
const herbal = medicineOf('herbal', 'Mountain balm drops', 'none', '', '2026-05', {
  drug: {
    text: 'Mountain balm drops',
    codings: [],
    ingredients: [],
    how: 'none',
    flags: ['unmapped'],
    unmapped: 'The entry has no code that was recognised.',
  },
  dose: { ...dose(''), text: null, mgPerDay: null, mgPerDose: null, timesPerDay: null },
})
const codeine = medicineOf('codeine', 'codeine phosphate 30 MG Oral Tablet', 'codeine', '30 mg', '2022-02-03', {
  state: 'stopped',
  end: '2022-02-10',
})

const tramadolFinding = finding('cpic-tramadol-pm', 'CPIC', {
  drug: { name: 'tramadol', rxcui: '10689' },
  genes: ['CYP2D6'],
  basis: [{ ...basis, gene: 'CYP2D6', key: '0.0', genetic: CYP2D6, clinical: CYP2D6_TODAY, converted: true }],
  strength: 'Strong',
  risk: 'no analgesia',
  order: tramadol.ref,
})
const simvastatinFinding = finding('cpic-simvastatin-df', 'CPIC', {
  drug: { name: 'simvastatin', rxcui: '36567' },
  genes: ['SLCO1B1'],
  basis: [{ ...basis, gene: 'SLCO1B1', key: 'DF', genetic: SLCO1B1, clinical: SLCO1B1 }],
  strength: 'Strong',
  consequence: 'dose',
  order: simvastatin.ref,
})
const paroxetineFinding = finding('cpic-paroxetine-im', 'CPIC', {
  drug: { name: 'paroxetine', rxcui: '32937' },
  genes: ['CYP2D6'],
  consequence: 'standard',
  order: paroxetineTaken.ref,
})

export const estimate: RiskEstimate = {
  state: 'estimated',
  model: {
    id: 'warfarin-iwpc',
    version: '1.0.0',
    name: 'IWPC warfarin dose',
    sha256: '4f1c9a77d2be5a60c3ad7f2e9b81047d5e6ffbb0a9a1c2d3e4f5061728394a5b',
    citation: 'International Warfarin Pharmacogenetics Consortium, N Engl J Med 2009;360:753-64',
  },
  variant: 'pharmacogenetic',
  title: 'Warfarin: stable weekly dose',
  value: 27.4,
  unit: 'mg/wk',
  interval: { low: 18.1, high: 38.6, level: 0.8, basis: 'residuals published with the model' },
  baseline: 5.6044,
  reasons: [
    { label: 'Age, sixth decade', contribution: -1.5666, scale: '√(mg/week)' },
    { label: 'Height 171 cm', contribution: 1.4877, scale: '√(mg/week)' },
    { label: 'Weight 78 kg', contribution: 0.9984, scale: '√(mg/week)' },
    { label: 'VKORC1 rs9923231 C/T', contribution: -0.8677, scale: '√(mg/week)' },
    { label: 'CYP2C9 not known', contribution: -0.4216, scale: '√(mg/week)' },
  ],
  inputs: [
    {
      name: 'age',
      label: 'Age',
      value: 64,
      unit: 'a',
      origin: 'record',
      facts: [at('Patient/sample', '1962-04-18', 'Riverside Hospital')],
    },
    {
      name: 'height',
      label: 'Height',
      value: 171,
      unit: 'cm',
      origin: 'record',
      facts: [{ ...at('Observation/height', '2026-09-14', 'Riverside Hospital'), conversion: '67.3 [in_i] = 171 cm' }],
    },
    {
      name: 'weight',
      label: 'Weight',
      value: 78,
      unit: 'kg',
      origin: 'record',
      facts: [at('Observation/weight', '2026-09-14', 'Riverside Hospital')],
    },
    { name: 'race', label: 'Race', value: null, unit: '', origin: 'default', note: 'Not recorded.', facts: [] },
  ],
  missing: [{ name: 'race', label: 'Race', effect: 'the model uses its own group for race not recorded' }],
  population: { fits: true, limits: [] },
  limits: ['For the start of treatment only.', 'Not for target INR above 3.5.'],
  comparison: [{ variant: 'clinical', value: 34.2, unit: 'mg/wk' }],
  execution: 'cpu',
}

export const refusal: RiskEstimate = {
  state: 'refused',
  model: { ...estimate.model, id: 'bleeding', name: 'Bleeding score', citation: 'Own example' },
  title: 'Bleeding within a year',
  because: [{ about: 'haemoglobin', code: 'not-found', because: 'no result within a year' }],
  inputs: [],
}

const lab = (ref: string, name: string, value: number, unit: string, date: string, more: Partial<Measurement> = {}): Measurement => ({
  ref: `Observation/${ref}`,
  name,
  codes: [{ system: 'http://loinc.org', code: name }],
  value: { kind: 'quantity', value, unit },
  range: null,
  interpretation: [],
  status: 'final',
  lineage: at(`Observation/${ref}`, date, 'Riverside Hospital'),
  ...more,
})

const condition = (ref: string, name: string, onset: string): Condition => ({
  ref: `Condition/${ref}`,
  name,
  codes: [],
  clinicalStatus: 'active',
  verificationStatus: 'confirmed',
  onset,
  abatement: null,
  lineage: at(`Condition/${ref}`, onset, 'Riverside Hospital'),
})

export const questions: readonly Question[] = [
  { key: 'patient', query: 'Patient/sample', from: 'fetch', state: 'answered', resources: 1, ms: 21 },
  {
    key: 'pgxResults',
    query: 'Observation?patient=sample&category=laboratory&code=http://loinc.org|57132-5',
    from: 'fetch',
    state: 'answered',
    resources: 9,
    ms: 84,
  },
  { key: 'medicines', query: 'MedicationRequest?patient=sample', from: 'fetch', state: 'answered', resources: 7, ms: 63 },
  {
    key: 'labs',
    query: 'Observation?patient=sample&category=laboratory',
    from: 'fetch',
    state: 'partial',
    resources: 200,
    ms: 412,
    because: 'more pages than are followed',
  },
  {
    key: 'allergies',
    query: 'AllergyIntolerance?patient=sample',
    from: 'fetch',
    state: 'failed',
    resources: 0,
    ms: 1500,
    status: 504,
    because: 'no answer in time',
  },
  { key: 'imaging', query: 'ImagingStudy?patient=sample', from: 'fetch', state: 'empty', resources: 0, ms: 30 },
]

export const facts: PatientFacts = {
  now: '2026-11-21T10:42:00Z',
  patient: {
    id: 'sample',
    name: 'Marta Lindqvist',
    birthDate: '1962-04-18',
    ageYears: 64,
    sex: 'female',
    deceased: false,
    race: null,
    lineage: at('Patient/sample'),
  },
  readings: geneCalls.flatMap((call) => ('readings' in call ? call.readings : [])),
  orders: [order],
  medicines: [tramadol, simvastatin, paroxetineTaken, warfarin, metformin, herbal, codeine],
  labs: [
    lab('inr-2', 'INR', 2.4, '{INR}', '2026-11-12T08:10:00Z', { range: { low: 2, high: 3 } }),
    lab('inr-1', 'INR', 3.6, '{INR}', '2026-10-29', { range: { low: 2, high: 3 }, interpretation: ['High'] }),
    lab('egfr', 'eGFR', 58, 'mL/min/{1.73_m2}', '2026-09-14', { interpretation: ['Low'] }),
    lab('hb', 'Haemoglobin', 12.9, 'g/dL', '2025-06-03', { range: { low: 12, high: 15.5 } }),
  ],
  vitals: [
    lab('bp', 'Blood pressure', 0, '', '2026-11-12', {
      value: {
        kind: 'components',
        parts: [
          {
            code: { system: 'http://loinc.org', code: '8480-6' },
            name: 'systolic',
            value: { kind: 'quantity', value: 138, unit: 'mm[Hg]' },
          },
          {
            code: { system: 'http://loinc.org', code: '8462-4' },
            name: 'diastolic',
            value: { kind: 'quantity', value: 84, unit: 'mm[Hg]' },
          },
        ],
      },
    }),
    lab('weight', 'Body weight', 78, 'kg', '2026-09-14'),
  ],
  lifestyle: [],
  conditions: [condition('cad', 'Coronary artery disease', '2026-10-28'), condition('stroke', 'Ischaemic stroke', '2019-06-02')],
  requests: [],
  procedures: [],
  allergies: [],
  imaging: [],
  devices: [
    {
      ref: 'Observation/steps',
      name: 'Steps per day',
      codes: [],
      unit: '/d',
      kind: 'steps',
      resources: 2,
      points: { from: Date.parse('2026-11-01T12:00:00Z'), steps: [[86_400_000, 1]], offsets: [[null, 2]], values: [5120, 6480] },
      lineage: at('Observation/steps', '2026-11-02', 'Wrist tracker'),
    },
  ],
  family: [],
  documents: [
    {
      ref: 'DiagnosticReport/pdf',
      kind: 'report',
      title: 'Pharmacogenetic panel (PDF)',
      status: 'final',
      geneticUnread: true,
      lineage: at('DiagnosticReport/pdf', '2023-02-11', 'Eastgate Genetics'),
    },
  ],
  questions,
  gaps: [
    { about: 'allergies', code: 'timeout', because: 'the record system did not answer in time' },
    { about: 'CYP2C9', code: 'conflict', because: 'two laboratories report different diplotypes' },
  ],
}

export const assessment: Assessment = {
  knowledge: { version: '2026.11', asOf: '2026-07' },
  geneCalls,
  orders: [{ order, drugs: [clopidogrel], gaps: [] }],
  medicines: [
    assessedMedicine(tramadol, { genes: ['CYP2D6'], findings: [tramadolFinding] }),
    assessedMedicine(simvastatin, { genes: ['SLCO1B1'], findings: [simvastatinFinding] }),
    assessedMedicine(paroxetineTaken, { genes: ['CYP2D6'], findings: [paroxetineFinding] }),
    assessedMedicine(warfarin, {
      state: 'not-assessed',
      genes: ['CYP2C9', 'VKORC1'],
      gaps: [
        { about: 'CYP2C9', code: 'conflict', because: 'two laboratories report different diplotypes' },
        { about: 'VKORC1', code: 'not-tested', because: 'no result on record' },
      ],
    }),
    assessedMedicine(metformin, { state: 'no-guidance' }),
  ],
  gaps: [],
}

const POLICY = { testFirst: true, notAssessed: true, optionalAdvice: 'card', maxCards: 200, binding: ['FDA'] } as const

const everyDrug = [...assessment.orders.flatMap(({ drugs }) => drugs), ...assessment.medicines]

export const words: PanelWords = {
  bins: everyDrug.map((drug) => ({ ref: drug.ref, drug: drug.drug.name, bin: binOf(drug, concernOf(drug, POLICY)) })),
  sentences: {
    [cpic.id]: ['Avoid clopidogrel.', 'Choose another drug: prasugrel, ticagrelor.'],
    [cpicOther.id]: ['Choose another drug: prasugrel, ticagrelor.'],
    [dpwg.id]: ['Avoid clopidogrel.', 'Choose another drug: prasugrel, ticagrelor.'],
    [fda.id]: [],
    [tramadolFinding.id]: ['Avoid tramadol.'],
    [simvastatinFinding.id]: ['Dose: no more than 20 mg/day.'],
    [paroxetineFinding.id]: ['Usual dose.'],
  },
  heads: [
    {
      ref: order.ref,
      drug: 'clopidogrel',
      concern: 'guidance',
      finding: cpic.id,
      headline: 'Avoid clopidogrel',
      basis: ['CYP2C19 poor metabolizer'],
      indicator: 'critical',
    },
    {
      ref: tramadol.ref,
      drug: 'tramadol',
      concern: 'guidance',
      finding: tramadolFinding.id,
      headline: 'Avoid tramadol',
      basis: ['CYP2D6 acts as poor metabolizer (paroxetine)'],
      indicator: 'warning',
    },
    {
      ref: simvastatin.ref,
      drug: 'simvastatin',
      concern: 'guidance',
      finding: simvastatinFinding.id,
      headline: 'Keep simvastatin at 20 mg/day or less',
      basis: ['SLCO1B1 decreased function'],
      indicator: 'warning',
    },
  ],
}

/** The whole answer as the server streams it. */
export const events: readonly ProfileEvent[] = [
  ...questions.map((question): ProfileEvent => ({ event: 'source', question })),
  { event: 'facts', facts },
  { event: 'assessment', assessment, words },
  { event: 'estimates', estimates: [estimate, refusal] },
  { event: 'done', decision: '0d5c7b1e-8f5a-4f5e-9a55-2f0c6c0a7a11', versions: { attune: '0.1.0', rules: '2026.11' }, sandbox: true },
]
