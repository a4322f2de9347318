import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'
import { embeddedPlace } from '../ledger/engines.ts'
import { openHospital } from './alert-door.ts'

const UCUM = 'http://unitsofmeasure.org'
const CYCLE = { boundsDuration: { value: 14, unit: 'days', system: UCUM, code: 'd' } }

/** 2000 mg twice a day, in milligrams and without words. */
const twice = (repeat: object) => ({
  also: {
    dosageInstruction: [
      {
        timing: { repeat: { ...repeat, frequency: 2, period: 1, periodUnit: 'd' } },
        doseAndRate: [{ doseQuantity: { value: 2000, unit: 'mg', system: UCUM, code: 'mg' } }],
      },
    ],
  },
})

const reduced = (id: string, repeat: object): PatientBuilder =>
  aPatient(id)
    .born('1960-01-01')
    .withGenotype('DPYD', 'c.1905+1G>A (*2A)/Reference')
    .ordering('capecitabine 500 MG Oral Tablet', { rxcui: '200328', ...twice(repeat) })

describe('The dose of the order at hand', () => {
  let hospital: Awaited<ReturnType<typeof openHospital>>
  beforeAll(async () => {
    hospital = await openHospital(embeddedPlace)
  })
  afterAll(() => hospital?.close())

  const offered = async (patient: PatientBuilder) => {
    const { cards } = await hospital.ask(patient)
    return cards.flatMap(({ suggestions }) => suggestions ?? []).filter(({ label }) => label.startsWith('Reduce'))
  }

  it('a share of it keeps the days of the cycle', async () => {
    const [suggestion, ...others] = await offered(reduced('cycle', CYCLE))
    expect(others).toEqual([])
    expect(suggestion?.label).toBe('Reduce to 50% of the ordered dose: 1000 mg twice daily for 14 days')
    expect(suggestion?.isRecommended).not.toBe(true)
    const [action] = suggestion?.actions ?? []
    expect(action?.description).toContain('if that is the usual one: 2 of capecitabine 500 MG Oral Tablet at a time')
    expect(action && 'resource' in action && action.resource).toMatchObject({
      dosageInstruction: [
        {
          timing: { repeat: { boundsDuration: { value: 14, code: 'd' }, frequency: 2 } },
          doseAndRate: [{ doseQuantity: { value: 1000 } }],
        },
      ],
    })
  })

  it.each([
    ['a cycle that would be lost', { boundsPeriod: { start: '2026-12-01', end: '2026-12-14' } }],
    ['a rhythm that would be lost', { dayOfWeek: ['mon', 'tue'] }],
  ])('none is offered over %s', async (_name, repeat) => {
    expect(await offered(reduced(`lost-${Object.keys(repeat)[0]}`, repeat))).toEqual([])
  })

  it('none is offered for a drug in use: what is ordered may have been adjusted already', async () => {
    const patient = reduced('in-use', CYCLE).on('capecitabine 500 MG Oral Tablet', { rxcui: '200328', since: '2026-10-01' })
    expect(await offered(patient)).toEqual([])
  })

  it('a daily limit is offered with the product that keeps it', async () => {
    const [suggestion] = await offered(
      aPatient('statin')
        .born('1960-01-01')
        .withPhenotype('ABCG2', 'Poor Function')
        .withGenotype('SLCO1B1', '*1/*1')
        .ordering('rosuvastatin calcium 40 MG Oral Tablet', { rxcui: '859419', dose: '40 mg', times: 1 }),
    )
    expect(suggestion?.label).toBe('Reduce to 20 mg/day: 20 mg once daily (Rosuvastatin calcium 20 MG Oral Tablet)')
  })
})
