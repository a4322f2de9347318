import { describe, expect, it } from 'vitest'
import { readFacts } from '../../src/facts/read-facts.ts'
import { assess } from '../../src/guidance/assess.ts'
import { callGenes } from '../../src/pgx/gene-calls.ts'
import { deepFreeze, theKnowledge, theTerms } from '../builders/knowledge.ts'
import { aPatient, RXNORM, UCUM } from '../builders/patient.ts'
import { tables } from '../terminology/drug-tables.ts'

/** Sections 5.1 to 5.4 of the notes on reading orders, where orders.test.ts and dose.test.ts do not hold the line already. */
const read = (...drafts: object[]) => {
  const patient = aPatient()
  for (const draft of drafts) patient.draft({ resourceType: 'MedicationRequest', ...draft })
  return readFacts(deepFreeze(patient.record()), theTerms()).orders
}
const drugsOf = (...drafts: object[]) => read(...drafts).map(({ drug }) => drug.ingredients.map(({ name }) => name).sort())
const first = (...drafts: object[]) => {
  const [order] = read(...drafts)
  if (!order) throw new Error('no order was read')
  return order
}
const coded = (...coding: object[]) => ({ medicationCodeableConcept: { coding } })
const rx = (code: string, more: object = {}) => ({ system: RXNORM, code, ...more })
const held = (medication: object, others: object[] = []) => ({
  contained: [{ resourceType: 'Medication', id: 'm', ...medication }, ...others],
  medicationReference: { reference: '#m' },
})

describe('5.1: all places of the drug are tried, none is stopped at', () => {
  it('a concept that names nothing known does not hide the Medication', () => {
    const order = { ...held({ code: { coding: [rx('309362')] } }), medicationCodeableConcept: { text: 'formulary item 4711' } }
    expect(first(order).drug).toMatchObject({ text: 'formulary item 4711', ingredients: [{ name: 'clopidogrel' }], how: 'rxnorm-product' })
  })

  it('a Medication whose code names one substance still brings in its other ingredients', () => {
    const ingredient = [{ itemCodeableConcept: { text: 'codeine' } }, { itemCodeableConcept: { text: 'acetaminophen' } }]
    expect(drugsOf(held({ code: { text: 'codeine tablets' }, ingredient }))).toEqual([['acetaminophen', 'codeine']])
  })

  it('a filler of the product is no drug of it', () => {
    const ingredient = [{ itemCodeableConcept: { text: 'codeine' } }, { itemCodeableConcept: { text: 'caffeine' }, isActive: false }]
    expect(drugsOf(held({ ingredient }))).toEqual([['codeine']])
  })

  it.each([
    ['a contained Substance', { reference: '#s' }, [{ resourceType: 'Substance', id: 's', code: { text: 'codeine' } }]],
    ['a display', { reference: 'Substance/elsewhere', display: 'codeine phosphate' }, []],
  ])('an ingredient may be %s', (_what, itemReference, others) => {
    expect(drugsOf(held({ ingredient: [{ itemReference }] }, others))).toEqual([['codeine']])
  })

  it('order and Medication that name different drugs are both evaluated, and flagged', () => {
    const order = { ...held({ code: { text: 'aspirin 81 mg' } }), ...coded(rx('309362')) }
    expect(first(order).drug).toMatchObject({
      ingredients: [{ name: 'clopidogrel' }, { name: 'aspirin' }],
      flags: ['medication-conflict', 'combination'],
    })
  })

  it('the text of the reference counts beside a Medication that names nothing known', () => {
    const order = {
      ...held({ code: { coding: [{ system: 'urn:local', code: 'X1' }] } }),
      medicationReference: { reference: '#m', display: 'PLAVIX 75 mg' },
    }
    expect(drugsOf(order)).toEqual([['clopidogrel']])
  })
})

describe('5.1: codes', () => {
  it('several RxNorm codes without display (ingredient, salt, product) are one drug', () => {
    expect(first(coded(rx('11289'), rx('114194'), rx('855332'))).drug).toMatchObject({ ingredients: [{ name: 'warfarin' }], flags: [] })
  })

  it.each([
    ['GPI', 'urn:oid:2.16.840.1.113883.6.162', '85158020100320'],
    ['a local synonym chosen by the user', 'https://ehr.example.org/synonym', '2768651'],
    ['SNOMED CT', 'http://snomed.info/sct', '999999006'],
    ['NDC by OID', 'urn:oid:2.16.840.1.113883.6.69', '0093-7180-01'],
  ])('a code of %s beside an RxNorm code changes nothing', (_name, system, code) => {
    expect(first(coded({ system, code, userSelected: true }, rx('309362'))).drug).toMatchObject({
      ingredients: [{ name: 'clopidogrel' }],
      flags: [],
    })
  })

  it.each([
    ['GPI', 'urn:oid:2.16.840.1.113883.6.162', '85158020100320', 'other code 85158020100320'],
    ['SNOMED CT', 'http://snomed.info/sct', '999999006', 'snomed code 999999006'],
    ['NDC', 'urn:oid:2.16.840.1.113883.6.69', '0093-7180-01', 'ndc code 0093-7180-01'],
  ])('%s alone is not guessed at; its text is read, and without one the reason names the code', (_name, system, code, words) => {
    expect(first(coded({ system, code, display: 'Clopidogrel 75mg tab' })).drug).toMatchObject({
      ingredients: [{ name: 'clopidogrel' }],
      how: 'text',
    })
    expect(first(coded({ system, code })).drug).toMatchObject({
      ingredients: [],
      unmapped: `${words} not in the tables, and the text names no drug known here`,
    })
  })

  it.each([
    ['a brand and its strength run together', 'Plavix75mg', ['clopidogrel']],
    ['a name and its strength run together', 'codeine30 mg tab', ['codeine']],
    ['brand and strength without a space before the unit', 'Plavix 75MG', ['clopidogrel']],
    ['brand in capitals and brackets', 'clopidogrel (PLAVIX) 75 mg tablet', ['clopidogrel']],
    ['a brand of several words', 'Tylenol with Codeine #3 300-30 mg tab', ['acetaminophen', 'codeine']],
    ['salt, strength, form and route', 'metoprolol succinate ER 50 mg 24 hr tablet PO', ['metoprolol']],
    ['salt first letter in capitals', 'Codeine Phosphate 30 MG Oral Tablet', ['codeine']],
    [
      'a pack in RxNorm’s form',
      '{21 (acetaminophen 300 MG / codeine phosphate 30 MG Oral Tablet) / 7 (ibuprofen 400 MG Oral Tablet) } Pack',
      ['acetaminophen', 'codeine', 'ibuprofen'],
    ],
    ['morphine, of which no product is in the tables', 'morphine sulfate 15 MG Oral Tablet', ['morphine']],
  ])('text alone: %s', (_how, text, expected) => {
    expect(drugsOf({ medicationCodeableConcept: { text } })).toEqual([expected])
  })

  it('a pack has no strength that could be taken for a dose', () => {
    const text = '{21 (codeine 30 MG Oral Tablet) } Pack'
    const dosageInstruction = [
      { timing: { code: { text: 'QD' } }, doseQuantity: { value: 1, unit: 'tablet', code: '{tbl}', system: UCUM } },
    ]
    expect(first({ medicationCodeableConcept: { text }, dosageInstruction }).dose).toMatchObject({ mgPerDay: null, mgPerDose: null })
  })
})

describe('5.1: a combination triggers on each ingredient, down to the assessment', () => {
  it('every product of several ingredients in the tables is assessed for each of them', () => {
    const knowledge = theKnowledge()
    const products = tables.products.filter(({ ingredients }) => ingredients.length > 1)
    expect(products.length).toBeGreaterThan(700)
    const missing: string[] = []
    for (const { rxcui, ingredients } of products) {
      const facts = readFacts(
        aPatient()
          .draft({ resourceType: 'MedicationRequest', ...coded(rx(rxcui)) })
          .record(),
        theTerms(),
      )
      const calls = callGenes(facts, knowledge.genes, knowledge.modifiers)
      const assessed = assess(facts, calls, knowledge, { precedence: ['CPIC', 'DPWG', 'FDA'] }).orders.flatMap(({ drugs }) => drugs)
      for (const name of ingredients) if (!assessed.some(({ drug }) => drug.name === name)) missing.push(`${rxcui}: ${name}`)
    }
    expect(missing).toEqual([])
  })

  it.each([
    ['code', coded(rx('249525'))],
    ['name', { medicationCodeableConcept: { text: 'Acetaminophen 300 MG / Codeine 15 MG Oral Tablet' } }],
    ['brand', { medicationCodeableConcept: { text: 'Tylenol with Codeine' } }],
  ])('acetaminophen with codeine by %s: the codeine guidance is found for a CYP2D6 poor metabolizer', (_how, drug) => {
    const knowledge = theKnowledge()
    const patient = aPatient()
      .withGenotype('CYP2D6', '*4/*4')
      .draft({ resourceType: 'MedicationRequest', id: 'o', ...drug })
    const facts = readFacts(deepFreeze(patient.record()), theTerms())
    const { orders } = assess(facts, callGenes(facts, knowledge.genes, knowledge.modifiers), knowledge, {
      precedence: ['CPIC', 'DPWG', 'FDA'],
    })
    const codeine = orders[0]?.drugs.find((one) => one.drug.name === 'codeine')
    expect(codeine?.findings[0]).toMatchObject({ source: 'CPIC', consequence: 'avoid' })
    expect(orders[0]?.drugs.find((one) => one.drug.name === 'acetaminophen')?.state).toBe('no-guidance')
  })
})

describe('5.2: what is being ordered', () => {
  const order = { id: 'o', ...coded(rx('309362')) }

  it.each(['proposal', 'plan', 'order', 'original-order', 'reflex-order', 'filler-order', 'instance-order', 'option', undefined])(
    'intent %s counts',
    (intent) => {
      expect(read({ ...order, status: 'draft', intent })).toHaveLength(1)
    },
  )

  it.each([true, 'true'])('doNotPerform %j takes an order off the list, also where a converter writes it as text', (doNotPerform) => {
    expect(read({ ...order, doNotPerform })).toEqual([])
  })

  it.each(['ServiceRequest', 'NutritionOrder', 'DeviceRequest', 'VisionPrescription'])('a %s in the mix is skipped', (resourceType) => {
    expect(read({ ...order, resourceType }, order)).toHaveLength(1)
  })
})

describe('5.3: dose', () => {
  const mg = (value: number, unit = 'mg') => ({ value, unit, system: UCUM, code: unit })
  const daily = { timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } } }
  const doseOf = (...dosageInstruction: object[]) => first({ ...coded(rx('309362')), dosageInstruction }).dose

  it.each([
    [
      'a range directly on the line',
      { ...daily, doseRange: { low: mg(20), high: mg(40) } },
      { mgPerDay: null, flags: ['range'], because: 'The dose is a range: 20 to 40 mg.' },
    ],
    [
      'a rate as a quantity',
      { ...daily, doseAndRate: [{ rateQuantity: mg(5, 'mL/h') }] },
      { mgPerDay: null, because: 'A rate of infusion is not a daily dose.' },
    ],
    [
      'micrograms per kilogram and minute',
      { ...daily, doseQuantity: mg(5, 'mcg/kg/min') },
      { mgPerDay: null, because: '5 mcg/kg/min: milligrams need the body weight.' },
    ],
    [
      'once a month by code',
      { timing: { code: { coding: [{ code: 'MO' }] } }, doseQuantity: mg(75) },
      { mgPerDay: null, mgPerDose: 75, because: 'Not given every day.' },
    ],
    [
      'bounds as a duration',
      { timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd', boundsDuration: { value: 5, code: 'd' } } }, doseQuantity: mg(75) },
      { mgPerDay: 150 },
    ],
    [
      'times of day that fit the frequency',
      { timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd', timeOfDay: ['08:00:00', '20:00:00'] } }, doseQuantity: mg(75) },
      { mgPerDay: 150 },
    ],
    [
      'times of day without a frequency',
      { timing: { repeat: { when: ['MORN', 'NIGHT'] } }, doseQuantity: mg(75) },
      { mgPerDay: null, because: 'Times of day without frequency and period.' },
    ],
    ['every six hours as needed by words', { timing: { code: { text: 'Q6H PRN' } }, doseQuantity: mg(50) }, { mgPerDay: 200, prn: true }],
  ])('%s', (_how, line, expected) => {
    expect(doseOf(line)).toMatchObject(expected)
  })

  it.each(['QD', 'BID', 'TID', 'QID', 'Q1H', 'Q2H', 'Q3H', 'Q4H', 'Q6H', 'Q8H', 'AM', 'PM', 'BED'])(
    'the timing code %s is a number of times a day',
    (code) => {
      const times = { QD: 1, BID: 2, TID: 3, QID: 4, AM: 1, PM: 1, BED: 1 }[code] ?? 24 / Number(/\d+/.exec(code)?.[0])
      expect(doseOf({ timing: { code: { coding: [{ code }] } }, doseQuantity: mg(10) })).toMatchObject({
        mgPerDay: 10 * times,
        timesPerDay: times,
      })
    },
  )

  it('a dose that cannot be computed never blocks the drug: only the number is missing', () => {
    const order = first({ ...coded(rx('309362')), dosageInstruction: [{ text: 'as directed' }] })
    expect([order.drug.ingredients, order.dose.mgPerDay, order.dose.text]).toEqual([
      [{ name: 'clopidogrel', rxcui: '32968' }],
      null,
      'as directed',
    ])
  })
})

describe('5.4: what EHRs send', () => {
  it('a draft of the CDS Hooks sandbox: category an object, {pill}, no intent, no Bundle type', () => {
    const draft = {
      id: 'r',
      status: 'draft',
      category: { coding: [{ code: 'outpatient' }] },
      ...coded(rx('309362', { display: 'clopidogrel 75 MG Oral Tablet' })),
      dosageInstruction: [
        {
          doseAndRate: [{ doseQuantity: { value: 1, system: UCUM, code: '{pill}' } }],
          timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } },
        },
      ],
    }
    expect(first(draft)).toMatchObject({ intent: null, dose: { mgPerDay: 75 } })
  })

  it('a draft whose details were left out still brings its drug', () => {
    expect(first(coded(rx('309362')))).toMatchObject({ status: null, hasId: false, drug: { ingredients: [{ name: 'clopidogrel' }] } })
  })
})
