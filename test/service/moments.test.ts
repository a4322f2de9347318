import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'
import { embeddedPlace } from '../ledger/engines.ts'
import { type Answer, openHospital, summaries } from './alert-door.ts'

let hospital: Awaited<ReturnType<typeof openHospital>>
beforeAll(async () => {
  hospital = await openHospital(embeddedPlace)
})
afterAll(() => hospital?.close())

const day = (before: number): string => new Date(Date.now() - before * 86_400_000).toISOString().slice(0, 10)
const TODAY = { date: day(0) }

const silences = ({ trace }: Answer): string[] => trace.silences.map(({ about, code }) => `${about}: ${code}`)

/** Born so that the age does not change while tests are kept. */
const aged = (years: number): string => `${new Date().getUTCFullYear() - years}-01-01`

const told = (patient: string, loinc: string, value: number, unit: string, category = 'social-history') => ({
  resourceType: 'Observation',
  id: `${patient}-${loinc}`,
  status: 'final',
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }] }],
  code: { coding: [{ system: 'http://loinc.org', code: loinc }] },
  subject: { reference: `Patient/${patient}` },
  effectiveDateTime: day(3),
  valueQuantity: { value, unit, system: 'http://unitsofmeasure.org', code: unit },
})

const withHeartRisk = (patient: PatientBuilder): PatientBuilder =>
  patient
    .born(aged(62))
    .male()
    .measuring('total cholesterol', 232, TODAY)
    .measuring('HDL cholesterol', 41, TODAY)
    .measuring('BMI', 29.4, TODAY)
    .measuring('creatinine', 1, TODAY)
    .withBloodPressure(144, 86, TODAY)
    .smoking('daily', TODAY)

const withLongQt = (patient: PatientBuilder): PatientBuilder =>
  patient
    .born(aged(76))
    .female()
    .withCondition('Heart failure', { snomed: '84114007' })
    .measuring('potassium', 3.3, TODAY)
    .measuring('QTc', 468, TODAY)
    .on('ondansetron 4 MG', { dose: '4 mg', times: 2 })

describe('Risk models at an order', () => {
  it('a statin with a genotype: the risk that it lowers stands on the same card, with what it was made of', async () => {
    const patient = withHeartRisk(aPatient('statin'))
      .withGenotype('SLCO1B1', '*5/*5')
      .ordering('simvastatin 40 MG', { dose: '40 mg', times: 1 })
    const answer = await hospital.ask(patient)
    expect(summaries(answer)).toEqual(['warning: Choose another drug than simvastatin: SLCO1B1 poor function'])
    const detail = answer.cards[0]?.detail ?? ''
    expect(detail).toContain(
      '**Estimated cardiovascular risk**\n\n- Estimated 10-year risk of atherosclerotic cardiovascular disease: 10.0 % (PREVENT, base)',
    )
    expect(detail).toContain('](https://doi.org/10.1016/S0140-6736%2812%2960367-5)')
    expect(detail).toContain('Applied to this estimate: about 2.1 fewer in 100 such people (1.9 to 2.3).')
    expect(detail).toMatch(/Weighs most in this estimate: Age: 62 years \(raises it\);/)
    expect(detail).toMatch(/Total cholesterol 232 mg\/dL \(\d{4}-\d\d-\d\d, Observation\/obs-1\)/)
    expect(answer.trace.traces.map(({ rows }) => rows.filter((row) => row.startsWith('moments/')))).toEqual([['moments/statin-benefit']])
    expect(answer.trace.traces[0]?.facts).toContain('Observation/obs-1')
  })

  it('a statin without anything to change: no card for a number, and the silence is recorded', async () => {
    const patient = withHeartRisk(aPatient('calm'))
      .withGenotype('SLCO1B1', '*1/*1')
      .ordering('simvastatin 40 MG', { dose: '40 mg', times: 1 })
    const answer = await hospital.ask(patient)
    expect(answer.cards).toEqual([])
    expect(silences(answer)).toEqual(['simvastatin: no-change', 'simvastatin: Estimated cardiovascular risk: beside-only'])
  })

  it('a statin in place of another: the risk is that on a statin, so that no further benefit is reckoned', async () => {
    const patient = withHeartRisk(aPatient('switch'))
      .withGenotype('SLCO1B1', '*5/*5')
      .on('atorvastatin 20 MG', { dose: '20 mg', times: 1 })
      .ordering('simvastatin 40 MG', { dose: '40 mg', times: 1 })
    const detail = (await hospital.ask(patient)).cards[0]?.detail ?? ''
    expect(detail).toMatch(/Estimated 10-year risk of atherosclerotic cardiovascular disease: \d/)
    expect(detail).not.toContain('fewer in 100')
  })

  it('a kidney function among the reasons stands in the unit that people write', async () => {
    const patient = aPatient('kidney-reason')
      .born(aged(75))
      .male()
      .measuring('total cholesterol', 232, TODAY)
      .measuring('HDL cholesterol', 41, TODAY)
      .measuring('BMI', 29.4, TODAY)
      .measuring('creatinine', 2.6, TODAY)
      .withBloodPressure(144, 86, TODAY)
      .smoking('daily', TODAY)
      .withGenotype('SLCO1B1', '*5/*5')
      .ordering('simvastatin 40 MG', { dose: '40 mg', times: 1 })
    const detail = (await hospital.ask(patient)).cards[0]?.detail ?? ''
    expect(detail).toMatch(/Weighs most in this estimate: .*eGFR \(CKD-EPI 2021, creatinine\): [\d.]+ mL\/min\/1\.73 m² \(raises it\)/)
  })

  it('a statin without results: the card says why there is no number', async () => {
    const patient = aPatient('bare').withGenotype('SLCO1B1', '*5/*5').ordering('simvastatin 40 MG', { dose: '40 mg', times: 1 })
    const [card] = (await hospital.ask(patient)).cards
    expect(card?.detail).toMatch(
      /- Cardiovascular disease within 10 years: not computed, because no total cholesterol is in the record; .*; and \d more/,
    )
  })

  it('what is not known says on the card what stands in for it', async () => {
    const patient = aPatient('no-race')
      .born(aged(67))
      .measuring('height', 170, TODAY)
      .measuring('weight', 80, TODAY)
      .ordering('warfarin 5 MG', { dose: '5 mg', times: 1 })
    const [card] = (await hospital.ask(patient)).cards
    expect(card?.detail).toContain("- Race as recorded: the equation's own term for missing or mixed race is used")
  })

  it('a QT drug with a genotype: one card, the score in its summary and its section, suggestions of the genotype kept', async () => {
    const patient = withLongQt(aPatient('qt')).withGenotype('CYP2C19', '*2/*2').ordering('citalopram 20 MG', { dose: '20 mg', times: 1 })
    const answer = await hospital.ask(patient)
    expect(summaries(answer)).toEqual([
      'warning: Choose another drug than citalopram: CYP2C19 poor metabolizer; Tisdale QT score 15 (high)',
    ])
    expect(answer.cards[0]?.detail).toContain(
      'Points: Drugs that prolong the QT interval: 2 (+6); Heart failure (+3); Potassium: 3.3 mmol/L (+2)',
    )
    expect(answer.cards[0]?.detail).toContain('Drugs that prolong the QT interval 2: ondansetron 4 MG, citalopram 20 MG (draft) (')
  })

  it('a QT drug without a genotype: a card of its own, for information only', async () => {
    const answer = await hospital.ask(withLongQt(aPatient('haloperidol')).ordering('haloperidol 5 MG', { dose: '5 mg', times: 2 }))
    expect(summaries(answer)).toEqual(['info: Weigh QT risk before haloperidol: Tisdale score 15 (high)'])
    const [card] = answer.cards
    expect(card?.overrideReasons?.map(({ code }) => code)).toEqual([
      'benefit-outweighs-risk',
      'tolerated-before',
      'will-monitor',
      'specialist-advice',
    ])
    expect(card?.suggestions).toBeUndefined()
    expect(answer.trace.traces.map(({ concern, drug }) => [concern, drug])).toEqual([['risk', 'haloperidol']])
  })

  it('an opioid beside a benzodiazepine: naloxone as a whole order that can be signed', async () => {
    const patient = aPatient('opioid')
      .on('alprazolam 0.5 MG', { dose: '0.5 mg', times: 2 })
      .ordering('oxycodone 20 MG', { dose: '20 mg', times: 2 })
    const answer = await hospital.ask(patient)
    expect(summaries(answer)).toEqual(['info: Offer naloxone with oxycodone: a benzodiazepine is taken as well'])
    const [suggestion] = answer.cards[0]?.suggestions ?? []
    expect(suggestion?.actions).toEqual([
      {
        type: 'create',
        description: expect.stringContaining('Order Naloxone 4 mg/0.1 mL nasal spray, 2 sprays: One spray'),
        resource: {
          resourceType: 'MedicationRequest',
          status: 'draft',
          intent: 'order',
          medicationCodeableConcept: {
            text: 'Naloxone 4 mg/0.1 mL nasal spray',
            coding: [
              {
                system: 'http://www.nlm.nih.gov/research/umls/rxnorm',
                code: '1725059',
                display: 'Naloxone Hydrochloride 40 MG/ML Nasal Spray',
              },
            ],
          },
          subject: { reference: 'Patient/opioid' },
          authoredOn: expect.stringMatching(/^\d{4}-/),
          reasonCode: [{ text: 'Opioid with a raised risk of overdose' }],
          dosageInstruction: [
            {
              text: expect.stringMatching(/^One spray/),
              asNeededBoolean: true,
              route: { coding: [{ system: 'http://snomed.info/sct', code: '46713006', display: 'Nasal route' }], text: 'Nasal route' },
              doseAndRate: [{ doseQuantity: { value: 4, unit: 'mg', system: 'http://unitsofmeasure.org', code: 'mg' } }],
            },
          ],
          dispenseRequest: { quantity: { value: 2, unit: 'sprays', system: 'http://unitsofmeasure.org', code: '{spray}' } },
        },
      },
    ])
  })

  it('two opioids ordered together: both cards ask for naloxone, and one offers it', async () => {
    const patient = aPatient('two-opioids')
      .ordering('oxycodone 10 MG', { dose: '10 mg', times: 2 })
      .ordering('morphine 15 MG', { dose: '15 mg', times: 2 })
    const { cards } = await hospital.ask(patient)
    expect(cards.map(({ summary, suggestions = [] }) => [summary, suggestions.map(({ label }) => label)])).toEqual([
      ['Offer naloxone with oxycodone: 60 MME/day in all', ['Add naloxone 4 mg nasal spray']],
      ['Offer naloxone with morphine: 60 MME/day in all', []],
    ])
  })

  it('methadone at a QTc above 500 ms: the heart opens the summary, naloxone follows', async () => {
    const patient = aPatient('methadone')
      .measuring('potassium', 4, TODAY)
      .measuring('QTc', 520, TODAY)
      .ordering('methadone 10 MG', { dose: '10 mg', times: 3 })
    const answer = await hospital.ask(patient)
    expect(summaries(answer)).toEqual([
      'info: Look for another drug than methadone: the latest QTc is above 500 ms; offer naloxone (141 MME/day)',
    ])
    expect(answer.cards[0]?.detail).not.toMatch(/^- Age/m)
  })

  it('an opioid that the genotype speaks against keeps its own suggestions beside naloxone', async () => {
    const patient = aPatient('both')
      .withGenotype('CYP2D6', '*4/*4')
      .on('alprazolam 0.5 MG', { dose: '0.5 mg', times: 2 })
      .ordering('codeine 30 MG', { dose: '30 mg', times: 4 })
    const [card, ...others] = (await hospital.ask(patient)).cards
    expect(others).toEqual([])
    expect(card?.summary).toBe('Avoid codeine: CYP2D6 poor metabolizer; offer naloxone (benzodiazepine)')
    expect(card?.suggestions?.map(({ label }) => label)).toEqual(['Remove the order for codeine 30 MG', 'Add naloxone 4 mg nasal spray'])
  })

  it('a label that forbids a drug at this kidney function warns; nothing that a model says is ever critical', async () => {
    const patient = aPatient('kidney')
      .born(aged(76))
      .measuring('creatinine', 2.4, TODAY)
      .ordering('metformin 1000 MG', { dose: '1000 mg', times: 2 })
    expect(summaries(await hospital.ask(patient))).toEqual(['warning: Reconsider metformin: contraindicated (eGFR 20 mL/min/1.73 m²)'])
  })

  it('a creatinine in a unit that nobody can convert is no kidney function, and is said', async () => {
    const patient = aPatient('unit')
      .born(aged(76))
      .measuring('creatinine', 2.4, { ...TODAY, unit: 'mmHg' })
      .ordering('metformin 1000 MG', { dose: '1000 mg', times: 2 })
    const answer = await hospital.ask(patient)
    expect(answer.cards).toEqual([])
    expect(answer.trace.silences.map(({ code, because }) => [code, because])).toContainEqual([
      'not-computed',
      expect.stringMatching(/creatinine .*unit/),
    ])
  })

  it('a drug of no class asks no model', async () => {
    const answer = await hospital.ask(aPatient('tea').ordering('abacavir 300 MG'))
    expect(answer.trace.silences).toEqual([])
    expect(answer.trace.traces.flatMap(({ rows }) => rows.filter((row) => row.startsWith('moments/')))).toEqual([])
  })

  it('two orders with a threshold each have a card each', async () => {
    const patient = withLongQt(aPatient('two'))
      .on('alprazolam 0.5 MG', { dose: '0.5 mg', times: 2 })
      .ordering('haloperidol 5 MG', { dose: '5 mg', times: 2 })
      .ordering('oxycodone 20 MG', { dose: '20 mg', times: 2 })
    expect(summaries(await hospital.ask(patient))).toEqual([
      'info: Weigh QT risk before haloperidol: Tisdale score 15 (high)',
      'info: Offer naloxone with oxycodone: a benzodiazepine is taken as well',
    ])
  })

  it('an override holds while the class of risk is the same, and ends when it changes', async () => {
    const patient = (qtc: number) =>
      aPatient('again')
        .born(aged(76))
        .female()
        .withCondition('Heart failure', { snomed: '84114007' })
        .measuring('potassium', 4.1, TODAY)
        .measuring('QTc', qtc, TODAY)
        .ordering('haloperidol 5 MG', { dose: '5 mg', times: 2 })
    await hospital.override(patient(430))
    const again = await hospital.ask(patient(440))
    expect(again.cards).toEqual([])
    expect(silences(again)).toContain('haloperidol: overridden')
    const worse = await hospital.ask(patient(430).on('ondansetron 4 MG', { dose: '4 mg', times: 2 }))
    expect(summaries(worse)).toEqual(['info: Weigh QT risk before haloperidol: Tisdale score 11 (high)'])
  })
})

const ENCOUNTER_CLASS = 'http://terminology.hl7.org/CodeSystem/v3-ActCode'
const PRIORITY = 'http://terminology.hl7.org/CodeSystem/v3-ActPriority'

const stay = (patient: string, id: string, start: string, end?: string, more: object = {}) => ({
  resourceType: 'Encounter',
  id,
  status: end === undefined ? 'in-progress' : 'finished',
  class: { system: ENCOUNTER_CLASS, code: 'IMP' },
  subject: { reference: `Patient/${patient}` },
  period: { start, ...(end === undefined ? {} : { end }) },
  ...more,
})

const urgent = { priority: { coding: [{ system: PRIORITY, code: 'EM' }] }, serviceType: { text: 'Cardiology' } }
const planned = { priority: { coding: [{ system: PRIORITY, code: 'EL' }] }, serviceType: { text: 'Surgery' } }

describe('A discharge', () => {
  const discharge = { hook: 'encounter-discharge', encounter: 'now' } as const

  it('after a long urgent stay and two before it: one card that asks for early follow-up', async () => {
    const patient = aPatient('leaving')
      .born(aged(76))
      .measuring('hemoglobin', 10.2, TODAY)
      .measuring('sodium', 131, TODAY)
      .withProcedure('Thoracentesis', { snomed: '91602002', date: day(3) })
      .with(stay('leaving', 'now', day(11), undefined, urgent))
      .with(stay('leaving', 'a', day(150), day(140)))
      .with(stay('leaving', 'b', day(250), day(245)))
    const answer = await hospital.ask(patient, discharge)
    expect([answer.status, summaries(answer)]).toEqual([200, ['info: Plan early follow-up before discharge: HOSPITAL score 8 (high)']])
    expect(answer.cards[0]?.detail).toContain('Length of stay 11 d')
    expect(answer.trace.traces.map(({ concern, order, rows }) => [concern, order, rows])).toEqual([
      ['risk', null, ['moments/readmission/hospital-high']],
    ])
  })

  it('of a person with diabetes: the card shows the trained model beside the scores, and says that it is weak', async () => {
    const leaving = (id: string) =>
      aPatient(id)
        .born(aged(76))
        .measuring('hemoglobin', 10.2, TODAY)
        .measuring('sodium', 131, TODAY)
        .withProcedure('Thoracentesis', { snomed: '91602002', date: day(3) })
        .with(stay(id, 'now', day(11), undefined, urgent))
        .with(stay(id, 'a', day(150), day(140)))
        .with(stay(id, 'b', day(250), day(245)))
    const ask = async (patient: PatientBuilder) => (await hospital.ask(patient, discharge)).cards[0]?.detail ?? ''
    const said = /Estimated risk of readmission after a stay with diabetes \(a weak model\): (\d+) %/
    const [, risk] = said.exec(await ask(leaving('sweet').withCondition('Diabetes', { snomed: '44054006' }))) ?? []
    expect(Number(risk)).toBeGreaterThan(15)
    expect(await ask(leaving('plain'))).not.toMatch(said)
  })

  it('counts no stay that was entered in error, only planned, or another person\u2019s', async () => {
    const patient = aPatient('errors')
      .born(aged(76))
      .measuring('hemoglobin', 10.2, TODAY)
      .measuring('sodium', 131, TODAY)
      .withProcedure('Thoracentesis', { snomed: '91602002', date: day(3) })
      .with(stay('errors', 'now', day(11), undefined, urgent))
      .with(stay('errors', 'a', day(150), day(140), { status: 'entered-in-error' }))
      .with(stay('errors', 'b', day(120), day(110), { status: 'planned' }))
      .with(stay('somebody-else', 'c', day(250), day(245)))
    const answer = await hospital.ask(patient, discharge)
    expect(answer.cards).toEqual([])
    expect(answer.trace.silences.map(({ because }) => because)).toContainEqual(expect.stringMatching(/^HOSPITAL score 6; /))
  })

  it('after a planned night: no card, and the silence says the scores', async () => {
    const patient = aPatient('night')
      .born(aged(36))
      .measuring('hemoglobin', 13.2, TODAY)
      .measuring('sodium', 139, TODAY)
      .with(stay('night', 'now', day(1), undefined, planned))
    const answer = await hospital.ask(patient, discharge)
    expect(answer.cards).toEqual([])
    expect(answer.trace.silences.map(({ about, because }) => [about, because])).toContainEqual([
      'Readmission within 30 days',
      expect.stringMatching(/^HOSPITAL score 0; a card from the threshold on: 7 and more/),
    ])
  })

  it('whose stay is not in the record: no number, and why', async () => {
    const answer = await hospital.ask(aPatient('lost').born(aged(36)), discharge)
    expect(answer.cards).toEqual([])
    expect(answer.trace.outcome).toBe('not-assessed')
    expect(answer.trace.silences.map(({ code, because }) => [code, because])).toContainEqual([
      'not-computed',
      expect.stringMatching(/^Length of stay: a stay in hospital at hand, or the day it began, is not in the record\. .*And 4 more\.$/),
    ])
  })

  it('without an encounter does not fit its hook', async () => {
    expect((await hospital.ask(aPatient('none'), { hook: 'encounter-discharge' })).status).toBe(400)
  })
})

describe('An opened chart', () => {
  it('with a new BRCA1 variant: the hereditary finding on one card, and no score', async () => {
    const patient = aPatient('brca')
      .born(aged(46))
      .female()
      .withCondition('BRCA1 gene mutation detected', { snomed: '412734009', date: day(5) })
    const answer = await hospital.ask(patient, { hook: 'patient-view' })
    expect(summaries(answer)).toEqual(['info: New on record: hereditary breast and ovarian cancer. Refer to genetics if not done'])
    expect(silences(answer)).toContain('Estimated breast cancer risk: not-this-situation')
  })

  it('with the same variant known for years: silent', async () => {
    const patient = aPatient('known')
      .born(aged(46))
      .female()
      .withCondition('BRCA1 gene mutation detected', { snomed: '412734009', date: '2020-01-01' })
    const answer = await hospital.ask(patient, { hook: 'patient-view' })
    expect(answer.cards).toEqual([])
    expect(silences(answer)).toContain('Hereditary breast and ovarian cancer: known-before')
  })

  const withFamilyHistory = (id: string): PatientBuilder =>
    aPatient(id)
      .born(aged(55))
      .female()
      .ofRace('white')
      .with(told(id, '11636-8', 0, '1'))
      .with(told(id, '42798-9', 11, 'a'))
      .withProcedure('Biopsy of breast', { snomed: '122548005', date: '2021-03-01' })
      .with({
        resourceType: 'FamilyMemberHistory',
        id: `${id}-mother`,
        status: 'completed',
        patient: { reference: `Patient/${id}` },
        date: day(3),
        relationship: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code: 'MTH' }] },
        condition: [
          { code: { coding: [{ system: 'http://snomed.info/sct', code: '254837009', display: 'Malignant neoplasm of breast' }] } },
        ],
      })

  it('with a new family history of breast cancer: the estimate on one card, with the relative it rests on', async () => {
    const answer = await hospital.ask(withFamilyHistory('daughter'), { hook: 'patient-view' })
    expect(summaries(answer)).toEqual(['info: Discuss medicines that lower breast cancer risk: estimated risk 3.2 %'])
    const detail = answer.cards[0]?.detail ?? ''
    expect(detail).toContain('Mother, sisters or daughters with breast cancer 1')
    expect(detail).not.toContain('Polygenic score (')
    expect(answer.trace.traces[0]?.facts).toContain('FamilyMemberHistory/daughter-mother')
  })

  it('with a polygenic score as well: it stands beside the estimate, which is not multiplied by it', async () => {
    const scored = withFamilyHistory('scored').with({
      ...told('scored', 'PGS000001', 0.62, '{score}', 'laboratory'),
      code: { coding: [{ system: 'https://www.pgscatalog.org/score', code: 'PGS000001' }] },
    })
    const answer = await hospital.ask(scored, { hook: 'patient-view' })
    expect(summaries(answer)).toEqual(['info: Discuss medicines that lower breast cancer risk: estimated risk 3.2 %'])
    const detail = answer.cards[0]?.detail ?? ''
    expect(detail).toMatch(/- Polygenic score \(a sum of weights, no probability\): 0\.6 /)
    expect(detail).toContain('A polygenic score stands beside it and is not multiplied with it')
  })

  it('with a polygenic score in a carrier: the hereditary finding alone', async () => {
    const carrier = withFamilyHistory('carrier')
      .withCondition('BRCA2 gene mutation detected', { snomed: '412738007', date: day(5) })
      .with({
        ...told('carrier', 'PGS000001', 0.62, '{score}', 'laboratory'),
        code: { coding: [{ system: 'https://www.pgscatalog.org/score', code: 'PGS000001' }] },
      })
    const { cards } = await hospital.ask(carrier, { hook: 'patient-view' })
    expect(cards.map(({ summary }) => summary)).toEqual([
      'New on record: hereditary breast and ovarian cancer. Refer to genetics if not done',
    ])
    expect(cards[0]?.detail).not.toMatch(/[Pp]olygenic|Estimated risk/)
  })

  it('of a woman whose family history was not sent: no estimate, and why', async () => {
    const answer = await hospital.ask(withFamilyHistory('unsent'), { hook: 'patient-view', without: ['family'] })
    expect(answer.cards).toEqual([])
    expect(answer.trace.silences.map(({ because }) => because)).toContainEqual(expect.stringContaining('the family history was not read'))
  })

  it('with a medicine to review as well: still one card', async () => {
    const patient = aPatient('two-things')
      .born(aged(46))
      .female()
      .withGenotype('CYP2D6', '*4/*4')
      .on('codeine 30 MG', { dose: '30 mg', times: 4 })
      .withCondition('BRCA1 gene mutation detected', { snomed: '412734009', date: day(5) })
    const { cards } = await hospital.ask(patient, { hook: 'patient-view' })
    expect(cards.map(({ summary }) => summary)).toEqual(['Avoid codeine: CYP2D6 poor metabolizer; hereditary breast cancer on record'])
  })
})
