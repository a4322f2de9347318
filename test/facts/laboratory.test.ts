import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Analyte, PatientFacts } from '../../src/contract/facts.ts'
import { placeInRange } from '../../src/facts/laboratory/flag.ts'
import { labTerms } from '../../src/facts/laboratory/lab-terms.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { deepFreeze, theTerms } from '../builders/knowledge.ts'
import { aPatient, LOINC, type PatientBuilder, UCUM } from '../builders/patient.ts'

let number = 0
const lab = (code: string | null, members: object) => {
  number += 1
  return {
    resourceType: 'Observation',
    id: `o${number}`,
    status: 'final',
    category: [{ coding: [{ code: 'laboratory' }] }],
    code: code === null ? {} : { coding: [{ system: LOINC, code }] },
    subject: { reference: 'Patient/p1' },
    effectiveDateTime: '2026-11-01',
    ...members,
  }
}
const amount = (value: number, code: string, more: object = {}) => ({ valueQuantity: { value, system: UCUM, code, ...more } })
const read = (...resources: ReturnType<typeof lab>[]): PatientFacts =>
  readFacts(deepFreeze(resources.reduce((patient: PatientBuilder, resource) => patient.with(resource), aPatient()).record()), theTerms())
const analytesOf = (...resources: ReturnType<typeof lab>[]): readonly Analyte[] => read(...resources).laboratory?.analytes ?? []
const shape = ({ group, unit, results, apart }: Analyte) => ({ group, unit, trend: results.map((one) => one.trend ?? null), apart })
const flagOf = (members: object) => read(lab('2160-0', members)).labs[0]?.flag

describe('two units for one analyte', () => {
  test('are brought to the unit of the newest result, and the conversion is stated', () => {
    const [glucose, ...others] = analytesOf(
      lab('2345-7', { ...amount(97, 'mg/dL'), effectiveDateTime: '2026-11-01' }),
      lab('14749-6', { ...amount(5.4, 'mmol/L'), effectiveDateTime: '2025-11-01' }),
    )
    expect(others).toEqual([])
    expect(glucose?.results.map(({ trend, conversion }) => ({ trend, conversion }))).toEqual([
      { trend: 97, conversion: undefined },
      { trend: 97.3, conversion: '5.4 mmol/L = 97.3 mg/dL' },
    ])
  })

  test('stand apart with the reason where nothing converts one into the other', () => {
    const percent = lab('4548-4', { ...amount(7.4, '%'), effectiveDateTime: '2026-11-01' })
    const perMole = lab('4548-4', { ...amount(57, 'mmol/mol'), effectiveDateTime: '2026-05-01' })
    expect(analytesOf(percent, perMole).map(shape)).toEqual([
      { group: 'glucose', unit: '%', trend: [7.4], apart: undefined },
      {
        group: 'glucose',
        unit: 'mmol/mol',
        trend: [57],
        apart:
          'In mmol/mol, which is not converted into %. The NGSP (%) and IFCC (mmol/mol) scales of HbA1c are different scales, not different units.',
      },
    ])
  })

  test('a number without a unit is never taken to be in the unit of the others', () => {
    const analytes = analytesOf(
      lab('2160-0', { ...amount(0.9, 'mg/dL'), effectiveDateTime: '2026-11-01' }),
      lab('2160-0', { valueQuantity: { value: 80 }, effectiveDateTime: '2026-10-01' }),
    )
    expect(analytes.map(({ results }) => results.map(({ trend }) => trend))).toEqual([[0.9], [80]])
    expect(analytes[1]?.apart).toContain('In no unit')
  })

  test('two whose units were not read are not taken to be in one: they share no trend, and that is said', () => {
    const long = (of: string) => ({ valueQuantity: { value: 5, unit: of.repeat(201) } })
    const analytes = analytesOf(
      lab('2160-0', { ...amount(0.9, 'mg/dL'), effectiveDateTime: '2026-11-01' }),
      lab('2160-0', { ...long('a'), effectiveDateTime: '2026-10-01' }),
      lab('2160-0', { ...long('b'), effectiveDateTime: '2026-09-01' }),
    )
    expect(analytes.map(({ results }) => results.map(({ trend }) => trend))).toEqual([[0.9], [undefined, undefined]])
    expect(analytes[1]?.apart).toContain('In (a unit of more than 200 characters, not read), which is not converted into mg/dL.')
  })

  test('a range whose unit was not read is words, and nothing is held against it, even where that of the value was not read either', () => {
    const referenceRange = [{ high: { value: 1, unit: 'b'.repeat(201) } }]
    const [result] = read(lab('2160-0', { valueQuantity: { value: 5, unit: 'a'.repeat(201) }, referenceRange })).labs
    expect(result?.range).toEqual({ text: 'up to 1 (a unit of more than 200 characters, not read)' })
    expect(result?.flag).toBeUndefined()
  })

  test('a comparator stays on both sides of the conversion', () => {
    const [analyte] = analytesOf(
      lab('2160-0', { ...amount(0.9, 'mg/dL'), effectiveDateTime: '2026-11-01' }),
      lab('14682-9', { ...amount(18, 'umol/L', { comparator: '<' }), effectiveDateTime: '2026-10-01' }),
    )
    expect(analyte?.results[1]?.conversion).toBe('<18 umol/L = <0.204 mg/dL')
  })
})

describe('results', () => {
  test('whose code no row names, and results without a code, stand under other, none dropped', () => {
    const analytes = analytesOf(
      lab('99999-9', amount(1, 'mg/dL')),
      lab(null, { code: { text: 'House test' }, ...amount(2, 'U/L') }),
      lab(null, { code: { text: 'house test ' }, ...amount(3, 'U/L') }),
      lab(null, { valueString: 'see report' }),
    )
    expect(analytes.map(({ name, group, results }) => [name, group, results.length]).toSorted()).toEqual([
      ['99999-9', 'other', 1],
      ['House test', 'other', 2],
      ['Unnamed result', 'other', 1],
    ])
  })

  test('of different specimens under one local name are not mixed', () => {
    const of = (specimen: string) => lab(null, { code: { text: 'Glucose' }, specimen: { display: specimen }, ...amount(2, 'mmol/L') })
    expect(analytesOf(of('Urine'), of('Blood'))).toHaveLength(2)
  })

  test('every lab and vital sign is in exactly one analyte, whatever came', () => {
    const anything = fc.record({
      code: fc.constantFrom('2345-7', '14749-6', '4548-4', '8867-4', 'local', '85354-9'),
      value: fc.option(fc.integer({ min: 0, max: 500 })),
      unit: fc.constantFrom('mg/dL', 'mmol/L', '%', 'furlong', ''),
      date: fc.constantFrom('2026-11-01', '1996-01', 'soon', undefined),
      room: fc.constantFrom('laboratory', 'vital-signs'),
    })
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 12 }), (all) => {
        const facts = read(
          ...all.map(({ code, value, unit, date, room }) =>
            lab(code, {
              category: [{ coding: [{ code: room }] }],
              effectiveDateTime: date,
              ...(value === null ? {} : { valueQuantity: { value, code: unit, unit } }),
            }),
          ),
        )
        const listed = facts.laboratory?.analytes.flatMap(({ results }) => results.map(({ ref }) => ref)) ?? []
        expect(listed.toSorted()).toEqual([...facts.labs, ...facts.vitals].map(({ ref }) => ref).toSorted())
      }),
      { numRuns: 60 },
    )
  })

  test('of which the newest is undated follow those with a date', () => {
    const [analyte] = analytesOf(
      lab('2160-0', { id: 'undated', effectiveDateTime: undefined, ...amount(3, 'mg/dL') }),
      lab('2160-0', { id: 'old', effectiveDateTime: '1996-02-01', ...amount(1, 'mg/dL') }),
    )
    expect(analyte?.results.map(({ ref }) => ref)).toEqual(['Observation/old', 'Observation/undated'])
  })
})

describe('a flag', () => {
  const range = { referenceRange: [{ low: { value: 0.6, code: 'mg/dL' }, high: { value: 1.2, code: 'mg/dL' } }] }
  const said = (code: string) => ({ interpretation: [{ coding: [{ code }] }] })

  test.each([
    ['the laboratory’s word counts first', { ...amount(1.9, 'mg/dL'), ...range, ...said('HH') }, 'HH', 'lab', 'above', false],
    ['without one the range that came with the result decides', { ...amount(1.9, 'mg/dL'), ...range }, 'H', 'range', 'above', false],
    ['below its range', { ...amount(0.4, 'mg/dL'), ...range }, 'L', 'range', 'below', false],
    ['in its range', { ...amount(1, 'mg/dL'), ...range }, 'N', 'range', 'within', false],
    ['a word and a range that contradict each other', { ...amount(1, 'mg/dL'), ...range, ...said('H') }, 'H', 'lab', 'within', true],
    ['called normal outside its range', { ...amount(2, 'mg/dL'), ...range, ...said('N') }, 'N', 'lab', 'above', true],
    ['abnormal without a direction contradicts nothing', { ...amount(1, 'mg/dL'), ...range, ...said('A') }, 'A', 'lab', 'within', false],
  ])('%s', (_title, members, code, from, place, disagrees) => {
    expect(flagOf(members)).toEqual({ code, from, range: place, disagrees })
  })

  test('is not given where neither word nor range came', () => {
    expect(flagOf(amount(900, 'mg/dL'))).toBeUndefined()
  })

  test('does not rest on a range for therapy or of another unit', () => {
    const therapeutic = { referenceRange: [{ type: { coding: [{ code: 'therapeutic' }] }, high: { value: 1 } }] }
    expect(flagOf({ ...amount(2, 'mg/dL'), ...therapeutic })).toBeUndefined()
    expect(flagOf({ ...amount(2, 'mg/dL'), referenceRange: [{ high: { value: 1, unit: 'arb' } }] })).toBeUndefined()
  })

  test('rests on a range in another unit that converts', () => {
    expect(flagOf({ ...amount(2, 'g/dL'), referenceRange: [{ high: { value: 15, code: 'g/L', unit: 'g/L' } }] })?.code).toBe('H')
  })

  test('of several ranges for different people is not chosen: all are told', () => {
    const both = {
      referenceRange: [
        { appliesTo: [{ text: 'female' }], high: { value: 1.1 } },
        { appliesTo: [{ text: 'male' }], high: { value: 1.3 } },
      ],
    }
    const [result] = read(lab('2160-0', { ...amount(1.2, 'mg/dL'), ...both })).labs
    expect([result?.range, result?.flag]).toEqual([{ text: 'female: up to 1.1; male: up to 1.3' }, undefined])
  })

  test('takes a word of the laboratory that is none of the usual as it came', () => {
    expect(flagOf({ ...amount(2, 'mg/dL'), interpretation: [{ text: 'hemolysed' }] })).toEqual({
      code: 'other',
      text: 'hemolysed',
      from: 'lab',
      range: null,
      disagrees: false,
    })
  })

  test('by a range is sure of every value that a comparator allows', () => {
    const signs = fc.constantFrom('<', '<=', '>', '>=', undefined)
    const limit = fc.option(fc.integer({ min: 0, max: 20 }), { nil: undefined })
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20 }),
        signs,
        limit,
        limit,
        fc.integer({ min: -5, max: 30 }),
        (value, comparator, low, high, real) => {
          const possible =
            comparator === undefined
              ? real === value
              : { '<': real < value, '<=': real <= value, '>': real > value, '>=': real >= value }[comparator]
          if (!possible || (low !== undefined && high !== undefined && low > high)) return
          const place = placeInRange(
            { kind: 'quantity', value, unit: 'mg/dL', ...(comparator ? { comparator } : {}) },
            { ...(low === undefined ? {} : { low }), ...(high === undefined ? {} : { high }) },
          )
          if (place === 'above') expect(real).toBeGreaterThan(high ?? 0)
          if (place === 'below') expect(real).toBeLessThan(low ?? 0)
          if (place === 'within') expect(real >= (low ?? real) && real <= (high ?? real)).toBe(true)
        },
      ),
    )
  })
})

describe('omics results', () => {
  const kinds = (members: object): (string | undefined)[] =>
    analytesOf(lab('20649-0', { ...amount(130, 'umol/L'), ...members })).map((one) => one.omics)

  test.each([
    ['a category of their own', { category: [{ coding: [{ code: 'laboratory' }] }, { text: 'Metabolomics' }] }, 'metabolomics'],
    ['a coded category', { category: [{ coding: [{ system: 'http://edamontology.org', code: 'topic_0121' }] }] }, 'proteomics'],
    ['the method', { method: { text: 'Olink Explore proximity extension assay' } }, 'proteomics'],
  ])('are known by %s', (_title, members, kind) => {
    expect(kinds(members)).toEqual([kind])
  })

  test('are looked for in the first 10,000 characters of each name, and of a longer one that is said', () => {
    const said = 'Of a name of more than 10000 characters only the beginning was read.'
    const named = (text: string) =>
      read(lab('20649-0', { ...amount(130, 'umol/L'), category: [{ coding: [{ code: 'laboratory' }] }, { text }] }))
    const [short, long] = [named(`${'x '.repeat(4900)}Metabolomics`), named(`${'x '.repeat(5000)}Metabolomics`)]
    expect([short, long].map(({ laboratory }) => laboratory?.analytes[0]?.omics)).toEqual(['metabolomics', undefined])
    expect([short, long].map(({ gaps }) => gaps.some(({ because }) => because === said))).toEqual([false, true])
  })

  test('are not suspected behind mass spectrometry alone, nor in the middle of a word', () => {
    expect(kinds({ method: { text: 'LC-MS/MS' } })).toEqual([undefined])
    expect(kinds({ code: { text: 'Nonproteomic marker' } })).toEqual([undefined])
  })
})

test('method, specimen, device, release and note are kept; a withdrawn result is not', () => {
  const facts = read(
    lab('2160-0', {
      ...amount(1, 'mg/dL'),
      method: { text: 'Enzymatic' },
      specimen: { display: 'Serum' },
      device: { display: 'Analyser 7' },
      issued: '2026-11-01T14:20:00Z',
      note: [{ text: 'Slightly haemolysed.' }],
    }),
    lab('2160-0', { ...amount(9, 'mg/dL'), status: 'entered-in-error' }),
  )
  expect(facts.labs).toHaveLength(1)
  expect(facts.labs[0]).toMatchObject({
    method: 'Enzymatic',
    specimen: 'Serum',
    device: 'Analyser 7',
    issued: '2026-11-01T14:20:00Z',
    note: 'Slightly haemolysed.',
  })
})

describe('rules/lab-groups.json', () => {
  const tables = (change: (table: { analytes: { molarMass?: number; codes: string[]; group: string }[] }) => void) => {
    const table = JSON.parse(readFileSync('rules/lab-groups.json', 'utf8'))
    change(table)
    return new Map<string, unknown>([
      ['lab-groups', table],
      ['omics', JSON.parse(readFileSync('rules/omics.json', 'utf8'))],
    ])
  }
  const first = (table: { analytes: { molarMass?: number; codes: string[]; group: string }[] }) =>
    table.analytes.find((row) => row.molarMass)

  test.each([
    ['a molar mass that does not follow from its formula', (row: { molarMass?: number }) => Object.assign(row, { molarMass: 200 })],
    ['a code that fails its check digit', (row: { codes: string[] }) => row.codes.push('2160-1')],
    ['a code that stands twice', (row: { codes: string[] }) => row.codes.push('2345-7')],
    ['a group that is not there', (row: { group: string }) => Object.assign(row, { group: 'spleen' })],
    ['a member that nobody reads', (row: object) => Object.assign(row, { molarmass: 1 })],
  ])('with %s is refused at the start', (_title, spoil) => {
    expect(() => labTerms(tables((table) => spoil(first(table) as never)))).toThrow()
  })
})
