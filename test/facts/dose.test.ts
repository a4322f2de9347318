import { describe, expect, test } from 'vitest'
import { readFacts } from '../../src/facts/read-facts.ts'
import { deepFreeze, theTerms } from '../builders/knowledge.ts'
import { aPatient, UCUM } from '../builders/patient.ts'

const mg = (value: number, unit = 'mg') => ({ value, unit, system: UCUM, code: unit })
const tablets = (value: number, code = '{tbl}') => ({ value, unit: 'tablet', system: UCUM, code })
const repeat = (members: object) => ({ timing: { repeat: members } })
const daily = repeat({ frequency: 1, period: 1, periodUnit: 'd' })
const twiceDaily = repeat({ frequency: 2, period: 1, periodUnit: 'd' })

const TABLET = ['clopidogrel 75 mg tablet', '309362'] as const

/** Reads the dose of one drafted order. */
const doseOf = (dosageInstruction: unknown, [text, rxcui]: readonly [string, string?] = TABLET) => {
  const drug = { also: { dosageInstruction }, ...(rxcui === undefined ? {} : { rxcui }) }
  const [order] = readFacts(deepFreeze(aPatient().ordering(text, drug).record()), theTerms()).orders
  if (!order) throw new Error('no order was read')
  const { mgPerDay, mgPerDose, timesPerDay, prn, because, flags } = order.dose
  return { mgPerDay, mgPerDose, timesPerDay, prn, flags: [...flags], ...(because === undefined ? {} : { because }) }
}

const sure = (mgPerDose: number, timesPerDay: number) => ({
  mgPerDay: mgPerDose * timesPerDay,
  mgPerDose,
  timesPerDay,
  prn: false,
  flags: [],
})

describe('a dose that is certain', () => {
  test.each([
    ['milligrams once a day', [{ ...daily, doseAndRate: [{ doseQuantity: mg(75) }] }], sure(75, 1)],
    ['doseAndRate as an object instead of a list', [{ ...daily, doseAndRate: { doseQuantity: mg(75) } }], sure(75, 1)],
    ['the dose directly on the dosage line', [{ ...daily, doseQuantity: mg(75) }], sure(75, 1)],
    ['the dosage itself as an object instead of a list', { ...daily, doseQuantity: mg(75) }, sure(75, 1)],
    [
      'the same dose once in mg and once in tablets',
      [{ ...daily, doseQuantity: mg(75), doseAndRate: [{ doseQuantity: tablets(1) }] }],
      sure(75, 1),
    ],
    ['tablets times the strength in the RxNorm name', [{ ...twiceDaily, doseAndRate: [{ doseQuantity: tablets(2) }] }], sure(150, 2)],
    ['pills without a unit text', [{ ...daily, doseAndRate: [{ doseQuantity: { value: 1, code: '{pill}' } }] }], sure(75, 1)],
    ['grams', [{ ...twiceDaily, doseAndRate: [{ doseQuantity: mg(0.1, 'g') }] }], sure(100, 2)],
    ['micrograms', [{ ...daily, doseAndRate: [{ doseQuantity: mg(500, 'ug') }] }], sure(0.5, 1)],
    ['every eight hours', [{ ...repeat({ frequency: 1, period: 8, periodUnit: 'h' }), doseQuantity: mg(10) }], sure(10, 3)],
    ['the timing code BID', [{ timing: { code: { coding: [{ code: 'BID' }] } }, doseQuantity: mg(10) }], sure(10, 2)],
    ['the timing text Q6H', [{ timing: { code: { text: 'Q6H' } }, doseQuantity: mg(10) }], sure(10, 4)],
    ['no timing, but a text that says only amount and rhythm', [{ text: '50 mg daily for 2 weeks', doseQuantity: mg(50) }], sure(50, 1)],
    [
      'a text that agrees with the structure',
      [{ ...daily, text: 'Take 1 tablet (75 mg) by mouth daily.', doseQuantity: mg(75) }],
      sure(75, 1),
    ],
  ])('%s', (_title, dosage, expected) => {
    expect(doseOf(dosage)).toEqual(expected)
  })

  test('millilitres times the concentration in the product name', () => {
    const dosage = [{ ...twiceDaily, text: '10 mL bid', doseAndRate: [{ doseQuantity: mg(10, 'mL') }] }]
    expect(doseOf(dosage, ['Nizatidine 15 MG/ML Oral Solution', '476872'])).toEqual(sure(150, 2))
  })

  test('a product that is not in the tables lends the strength in its own name', () => {
    expect(doseOf([{ ...daily, doseQuantity: { value: 4, unit: 'TAB', code: 'TAB' } }], ['Prednisone 5mg tablet (Product)'])).toEqual(
      sure(20, 1),
    )
  })

  test('of several steps the one with the lowest sequence number is the starting dose', () => {
    const steps = [
      { ...daily, sequence: 2, doseQuantity: mg(100) },
      { ...daily, sequence: 1, doseQuantity: mg(50) },
    ]
    expect(doseOf(steps)).toEqual(sure(50, 1))
  })

  test('lines with one sequence number run together and add up', () => {
    const lines = [
      { ...daily, sequence: 1, doseQuantity: mg(5) },
      { ...daily, sequence: 1, doseQuantity: mg(10) },
    ]
    expect(doseOf(lines)).toEqual({ mgPerDay: 15, mgPerDose: null, timesPerDay: null, prn: false, flags: [] })
  })
})

describe('a dose that is not certain leaves no number and says why', () => {
  const without = (because: string, others: object = {}) => ({
    mgPerDay: null,
    mgPerDose: null,
    timesPerDay: null,
    prn: false,
    flags: [],
    because,
    ...others,
  })

  test.each([
    [
      'text only',
      [{ text: '5 mg PO daily except 2.5 mg Mon/Thu' }],
      without('The dose is stated in words only.', { flags: ['dose-text-only'] }),
    ],
    ['nothing at all', undefined, without('No dose is stated.')],
    [
      'a range of doses',
      [{ ...daily, doseAndRate: [{ doseRange: { low: mg(20), high: mg(40) } }] }],
      without('The dose is a range: 20 to 40 mg.', { timesPerDay: 1, flags: ['range'] }),
    ],
    [
      'per square metre of body surface',
      [{ ...twiceDaily, doseQuantity: mg(1250, 'mg/m2') }],
      without('1250 mg/m2: milligrams need the body surface.', { timesPerDay: 2 }),
    ],
    [
      'per kilogram of body weight',
      [{ ...daily, doseQuantity: mg(2, 'mg/kg') }],
      without('2 mg/kg: milligrams need the body weight.', { timesPerDay: 1 }),
    ],
    [
      'a rate of infusion',
      [{ ...daily, doseAndRate: [{ doseQuantity: mg(20), rateRatio: { numerator: mg(100, 'mL'), denominator: mg(1, 'h') } }] }],
      without('A rate of infusion is not a daily dose.', { timesPerDay: 1 }),
    ],
    ['no unit', [{ ...daily, doseQuantity: { value: 1 } }], without('The dose has no unit.', { timesPerDay: 1 })],
    [
      'two amounts that differ',
      [{ ...daily, doseQuantity: mg(75), doseAndRate: [{ doseQuantity: tablets(2) }] }],
      without('The order states two different amounts.', { timesPerDay: 1 }),
    ],
    [
      'a text with another amount',
      [{ ...daily, text: 'Take 150 mg daily', doseQuantity: mg(75) }],
      without('Dosage text and structure differ.', { timesPerDay: 1 }),
    ],
    [
      'a text with another rhythm',
      [{ ...daily, text: '75 mg twice daily', doseQuantity: mg(75) }],
      without('Dosage text and structure differ.', { timesPerDay: 1 }),
    ],
    [
      'a text with an exception',
      [{ ...daily, text: '75 mg daily except Sunday', doseQuantity: mg(75) }],
      without('The dosage text goes beyond what the structure says.', { timesPerDay: 1 }),
    ],
    ['a dose without frequency', [{ doseQuantity: mg(75) }], without('The order states no frequency.', { mgPerDose: 75 })],
    ['a single dose', [{ ...repeat({ count: 1 }), doseQuantity: mg(75) }], without('A single dose.', { mgPerDose: 75 })],
    [
      'some weekdays only',
      [{ ...repeat({ frequency: 1, period: 1, periodUnit: 'd', dayOfWeek: ['mon'] }), doseQuantity: mg(75) }],
      without('Given on some days of the week only.', { mgPerDose: 75 }),
    ],
    [
      'once a week',
      [{ ...repeat({ frequency: 1, period: 1, periodUnit: 'wk' }), doseQuantity: mg(15) }],
      without('Not given every day.', { mgPerDose: 15, timesPerDay: expect.closeTo(1 / 7, 6) }),
    ],
    [
      'an interval that is a range',
      [{ ...repeat({ frequency: 1, period: 4, periodMax: 6, periodUnit: 'h' }), doseQuantity: mg(5) }],
      without('The interval is a range.', { mgPerDose: 5, flags: ['range'] }),
    ],
    [
      'a timing whose code and numbers differ',
      [{ timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' }, code: { text: 'BID' } }, doseQuantity: mg(75) }],
      without('The timing states two different frequencies.', { mgPerDose: 75 }),
    ],
    [
      'several lines without an order among them',
      [
        { ...daily, doseQuantity: mg(5) },
        { ...daily, doseQuantity: mg(10) },
      ],
      without('Several dosage lines without an order among them.'),
    ],
  ])('%s', (_title, dosage, expected) => {
    expect(doseOf(dosage)).toEqual(expected)
  })

  test('tablets of a product that states no strength', () => {
    expect(doseOf([{ ...daily, doseQuantity: tablets(1) }], ['clopidogrel', '32968'])).toEqual(
      without('The product does not state its strength.', { timesPerDay: 1 }),
    )
  })

  test('tablets of a combination: no single amount can be stated', () => {
    expect(doseOf([{ ...daily, doseQuantity: tablets(1) }], ['acetaminophen-codeine 300 mg-30 mg tablet'])).toEqual(
      without('The product holds several ingredients (300 mg and 30 mg each), so no single amount can be stated.', { timesPerDay: 1 }),
    )
  })
})

describe('a dose as needed is a maximum', () => {
  const asNeeded = { asNeededBoolean: true }

  test('the stated maximum a day wins over the frequency', () => {
    const maxDosePerPeriod = { numerator: tablets(4), denominator: mg(1, 'd') }
    const line = { ...repeat({ frequency: 1, period: 4, periodUnit: 'h' }), ...asNeeded, maxDosePerPeriod, doseQuantity: tablets(1) }
    expect(doseOf([line])).toEqual({ mgPerDay: 300, mgPerDose: 75, timesPerDay: 6, prn: true, flags: ['prn'] })
  })

  test('a maximum of a combination is kept in words', () => {
    const maxDosePerPeriod = { numerator: tablets(8), denominator: mg(1, 'd') }
    const line = {
      ...repeat({ frequency: 1, period: 4, periodMax: 6, periodUnit: 'h' }),
      asNeededCodeableConcept: { text: 'pain' },
      maxDosePerPeriod,
    }
    expect(doseOf([line], ['acetaminophen-codeine 300 mg-30 mg tablet']).because).toBe(
      'As needed, at most 8 tablets a day. The product holds several ingredients (300 mg and 30 mg each), so no single amount can be stated.',
    )
  })

  test('PRN in the timing text counts', () => {
    const line = { timing: { code: { text: 'Q6H PRN' } }, doseQuantity: mg(50) }
    expect(doseOf([line])).toEqual({ mgPerDay: 200, mgPerDose: 50, timesPerDay: 4, prn: true, flags: ['prn'] })
  })
})
