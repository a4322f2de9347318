import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import type { Condition, PatientFacts } from '../../src/contract/facts.ts'
import type { RiskTrend } from '../../src/contract/risk.ts'
import { factsAsOf } from '../../src/risk/as-of.ts'
import { estimatePerson } from '../../src/risk/estimate.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { estimateTrends, MOST_DAYS } from '../../src/risk/trend.ts'
import { condition, conditionsRead, measured, medicinesRead, type Person, patient, smoking, taking } from './patient.ts'

let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu' })
})
afterAll(() => models.close())

const CREATININE = '2160-0'
const EGFR = 'Estimated glomerular filtration rate'
const born = (facts: PatientFacts, birthDate: string): PatientFacts => ({
  ...facts,
  patient: facts.patient && { ...facts.patient, birthDate },
})
const adult = (person: Person = {}): PatientFacts =>
  born(patient({ age: 60, questions: [medicinesRead, conditionsRead], ...person }), '1966-01-15')

const trendsOf = async (facts: PatientFacts): Promise<RiskTrend[]> =>
  estimateTrends(models, facts, [], await estimatePerson(models, facts, []))
const trendOf = async (facts: PatientFacts, title: string): Promise<RiskTrend | undefined> =>
  (await trendsOf(facts)).find((trend) => trend.title.startsWith(title))

describe('estimates of earlier days', () => {
  it('each is the estimate of that day, with the age of that day and the value measured then', async () => {
    const labs = [
      measured(CREATININE, 1.4, 'mg/dL', '2026-05-20'),
      measured(CREATININE, 1.2, 'mg/dL', '2025-03-01'),
      measured(CREATININE, 1, 'mg/dL', '2021-01-10'),
    ]
    const trend = await trendOf(adult({ labs }), EGFR)
    const byHand = (creatinine: number, age: number): number => 142 * (creatinine / 0.7) ** -1.2 * 0.9938 ** age * 1.012
    expect(trend?.points.map(({ on, value }) => [on, value?.toFixed(6)])).toEqual([
      ['2021-01-10', byHand(1, 54).toFixed(6)],
      ['2025-03-01', byHand(1.2, 59).toFixed(6)],
      ['2026-05-20', byHand(1.4, 60).toFixed(6)],
    ])
    expect(trend?.says).toContain('It is not what anybody was told then')
  })

  it('knows nothing of later days: later results change no earlier point', async () => {
    const early = [measured(CREATININE, 1, 'mg/dL', '2024-01-10'), measured(CREATININE, 1.1, 'mg/dL', '2025-01-10')]
    const later = [...early, measured(CREATININE, 3, 'mg/dL', '2026-05-30')]
    const of = async (labs: typeof early) => (await trendOf(adult({ labs }), EGFR))?.points.find(({ on }) => on === '2025-01-10')
    expect((await of(later))?.value).toBeGreaterThan(0)
    expect(await of(later)).toEqual(await of([...early, measured(CREATININE, 1.05, 'mg/dL', '2026-05-30')]))
  })

  it('has no more than so many days, the first and the last among them, and says how many it left out', async () => {
    const labs = Array.from({ length: 40 }, (_, n) =>
      measured(CREATININE, 1, 'mg/dL', `2025-${String(1 + Math.floor(n / 20)).padStart(2, '0')}-${String(1 + (n % 20)).padStart(2, '0')}`),
    )
    const trend = await trendOf(adult({ labs: [...labs, measured(CREATININE, 1, 'mg/dL', '2026-05-01')] }), EGFR)
    expect([trend?.points.length, trend?.leftOut, trend?.points[0]?.on, trend?.points.at(-1)?.on]).toEqual([
      MOST_DAYS,
      33,
      '2025-01-01',
      '2026-05-01',
    ])
  })

  it('values without a date or with a year alone are on no day', async () => {
    const labs = [
      measured(CREATININE, 1, 'mg/dL', null),
      measured(CREATININE, 1.1, 'mg/dL', '2025'),
      measured(CREATININE, 1.2, 'mg/dL', '2026-05-01'),
    ]
    expect((await trendOf(adult({ labs: labs.slice(1) }), EGFR))?.points.map(({ on }) => on)).toEqual(['2026-05-01'])
    expect((await trendsOf(adult({ labs }))).flatMap(({ points }) => points.map(({ on }) => on))).not.toContain('2025')
  })

  it('a condition without a date leaves the day open instead of counting as absent', async () => {
    const risk = (day: string, conditions: readonly Condition[]) =>
      adult({
        conditions,
        vitals: [measured('8480-6', 140, 'mm[Hg]', day), measured('39156-5', 27, 'kg/m2', day)],
        labs: [measured('2093-3', 200, 'mg/dL', day), measured('2085-9', 50, 'mg/dL', day), measured(CREATININE, 1, 'mg/dL', day)],
        lifestyle: [{ ...smoking('266919005', 'Never smoked'), lineage: { resource: 'Observation/smoking', date: day } }],
      })
    const diabetes = condition('44054006', 'Type 2 diabetes mellitus', {
      codes: [{ system: 'http://snomed.info/sct', code: '44054006', display: 'Diabetes mellitus type 2' }],
    })
    const then = factsAsOf(risk('2026-05-02', [diabetes]), '2026-05-10')
    expect(then.conditions.map(({ verificationStatus }) => verificationStatus)).toEqual(['unconfirmed'])
    const trend = await trendOf(risk('2026-05-02', [diabetes]), 'Cardiovascular disease within 10 years')
    expect(trend).toBeUndefined()
    const dated = await trendOf(risk('2026-05-02', [{ ...diabetes, onset: '2020' }]), 'Cardiovascular disease within 10 years')
    expect(dated?.points[0]?.value).toBeGreaterThan(0)
  })
})

describe('the record of an earlier day', () => {
  const DAY = '2024-06-01'
  const states = (more: Partial<ReturnType<typeof taking>>): string[] =>
    factsAsOf(adult({ medicines: [{ ...taking('1', 'a medicine'), ...more }] }), DAY).medicines.map(({ state }) => state)

  test.each([
    ['taken since before', { start: '2024-01-01' }, ['active']],
    ['begun later', { start: '2025-01-01' }, []],
    ['stopped since', { start: '2024-01-01', end: '2025-01-01', state: 'stopped' }, ['active']],
    ['stopped before', { start: '2023-01-01', end: '2024-01-01', state: 'stopped' }, ['stopped']],
    ['stopped on an unknown day', { start: '2023-01-01', end: null, state: 'stopped' }, ['unknown']],
    ['begun in that very year', { start: '2024' }, ['unknown']],
    ['begun on an unknown day', { start: null }, ['unknown']],
    ['planned', { start: null, state: 'planned' }, []],
  ] as const)('a medicine %s', (_, more, expected) => {
    expect(states(more)).toEqual(expected)
  })

  const then = (more: Partial<Condition>): (string | null)[][] =>
    factsAsOf(adult({ conditions: [condition('1', 'a condition', more)] }), DAY).conditions.map((one) => [
      one.clinicalStatus,
      one.verificationStatus,
    ])

  test.each([
    ['with an earlier onset', { onset: '2020' }, [['active', 'confirmed']]],
    ['with a later onset', { onset: '2025-02' }, []],
    ['only recorded later', { lineage: { resource: 'Condition/1', date: '2025-02-01' } }, [['active', 'unconfirmed']]],
    ['resolved since', { onset: '2020', clinicalStatus: 'resolved', abatement: '2025-01-01' }, [['active', 'confirmed']]],
    ['resolved before', { onset: '2020', clinicalStatus: 'resolved', abatement: '2023' }, [['resolved', 'confirmed']]],
    ['resolved on an unknown day', { onset: '2020', clinicalStatus: 'resolved' }, [['resolved', 'unconfirmed']]],
  ] as const)('a condition %s', (_, more, expected) => {
    expect(then(more)).toEqual(expected)
  })

  it('has no drafts, no stay at hand, and nothing measured later', () => {
    const facts = { ...adult({ labs: [measured(CREATININE, 1, 'mg/dL', '2024-06-02')] }), encounter: 'Encounter/1' }
    const { orders, labs, encounter, now } = factsAsOf(facts, DAY)
    expect({ orders, labs, encounter, now }).toEqual({ orders: [], labs: [], encounter: null, now: '2024-06-01T23:59:59.999Z' })
  })
})
