import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ModelTally, OutcomeItem } from '../../src/contract/monitoring.ts'
import type { RiskEstimate } from '../../src/contract/risk.ts'
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import type { Windows } from '../../src/ledger/model-store.ts'
import { card, decision } from '../ledger/decisions.ts'
import { embeddedPlace, type Place, postgresMissing, postgresPlace } from '../ledger/engines.ts'
import { ENGINES, openPlace } from './stores.ts'

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const at = (day: string) => `${day}T09:00:00.000Z`
const one = (model: string, more: Partial<ModelTally> = {}): ModelTally => ({
  model,
  release: '1.0.0+abc',
  mode: 'shown',
  cells: [
    ['', 'asked', 'estimated'],
    ['age', 'value', '3'],
    ['main', 'score', '5', 12.5],
  ],
  ...more,
})
const WINDOWS: Windows = { today: '2026-06-30', days: 7, windows: 2, early: 7, tenant: 'north' }

/** Counts as lines, so that a whole reading is compared at once. */
const lines = async (ledger: Ledger, model: string, windows: Windows = WINDOWS) =>
  (await ledger.models.tallies(windows))
    .filter((row) => row.model === model)
    .map(({ place, subject, measure, bin, early, age, n, total, squares, mode }) =>
      [mode, place || '-', subject || '-', measure, bin, early ? 'early' : 'late', age, n, total, squares].join(' '),
    )

const estimated = (model: string, value: number, variant = 'main'): RiskEstimate => ({
  state: 'estimated',
  model: { id: model, version: '1.0.0', name: model, sha256: 'f'.repeat(64), citation: 'c' },
  variant,
  title: `${model} ${variant}`,
  value,
  unit: '%',
  interval: null,
  baseline: 0,
  reasons: [],
  inputs: [],
  missing: [],
  population: { fits: true, limits: [] },
  limits: [],
  comparison: [],
  execution: 'cpu',
})

describe.each(ENGINES)('what the ledger keeps for the monitoring of models, on %s', (_name, makePlace, missing) => {
  if (missing) {
    it.skip(`did not run: ${missing}`, () => {})
    return
  }
  let ledger: Ledger
  let close: () => Promise<void>
  beforeAll(async () => {
    const opened = await openPlace(makePlace)
    ledger = opened.ledger
    close = opened.close
  })
  afterAll(() => close())

  describe('counts of a day', () => {
    it('are added up by day and place, and read by window; the first days stand apart', async () => {
      await ledger.record(decision({ at: at('2026-06-10'), service: 'sign' }), [], [one('a')])
      await ledger.record(decision({ at: at('2026-06-24'), service: 'sign' }), [], [one('a'), one('other')])
      await ledger.record(decision({ at: at('2026-06-30'), service: 'view' }), [], [one('a')])
      await ledger.record(decision({ at: at('2026-06-30'), service: 'sign', tenant: 'south' }), [], [one('a')])
      expect(await lines(ledger, 'a')).toEqual([
        'shown sign - asked estimated late 0 1 0 0',
        'shown sign - asked estimated early  1 0 0',
        'shown view - asked estimated late 0 1 0 0',
        'shown - age value 3 late 0 2 0 0',
        'shown - age value 3 early  1 0 0',
        'shown - main score 5 late 0 2 25 312.5',
        'shown - main score 5 early  1 12.5 156.25',
      ])
    })

    it('count a decision once, whatever comes twice', async () => {
      const twice = decision({ at: at('2026-06-30') })
      await Promise.all([ledger.record(twice, [], [one('b')]), ledger.record(twice, [], [one('b')])])
      await ledger.record(twice, [], [one('b')])
      expect((await lines(ledger, 'b')).map((line) => line.split(' ').at(-3))).toEqual(['1', '1', '1'])
    })

    it('hold no value of an input and no patient', async () => {
      const rows = await ledger.models.tallies({ ...WINDOWS, tenant: null })
      expect(rows.filter(({ measure, total }) => measure !== 'score' && total !== 0)).toEqual([])
      expect(Object.keys(rows[0] ?? {}).sort()).toEqual(
        ['age', 'bin', 'early', 'measure', 'mode', 'model', 'n', 'place', 'release', 'squares', 'subject', 'tenant', 'total'].sort(),
      )
    })

    it('are let go after their time, but for the first days of a release', async () => {
      for (const day of ['2025-01-01', '2025-01-20', '2026-06-30'])
        await ledger.record(decision({ at: at(day) }), [], [one('c', { cells: [['', 'asked', 'estimated']] })])
      await ledger.models.forget('2026-01-01', 7)
      const far = { ...WINDOWS, windows: 100 }
      expect(await lines(ledger, 'c', far)).toEqual([
        'shown pgx-order-sign - asked estimated late 0 1 0 0',
        'shown pgx-order-sign - asked estimated early 77 1 0 0',
      ])
      expect((await ledger.models.firstDays()).find(({ model }) => model === 'c')?.day).toBe('2025-01-01')
    })

    it('of the shadow are counted apart, once for a call', async () => {
      const call = decision({ at: at('2026-06-30') })
      await ledger.record(call, [], [])
      const shadow = () => ledger.models.shadow(call, [estimated('d', 10)], [one('d', { mode: 'shadow' })])
      await Promise.all([shadow(), shadow()])
      await shadow()
      expect(await lines(ledger, 'd')).toEqual([
        'shadow pgx-order-sign - asked estimated early 0 1 0 0',
        'shadow - age value 3 early 0 1 0 0',
        'shadow - main score 5 early 0 1 12.5 156.25',
      ])
      expect((await ledger.verifyChain()).state).toBe('intact')
    })
  })

  describe('outcomes', () => {
    const SENDER = { tenant: 'north', client: 'ehr' }
    const send = async (...items: OutcomeItem[]) =>
      (await ledger.models.outcomes(SENDER, items)).map(({ state, because }) => (because ? `${state}: ${because}` : state))
    const judged = async (model: string) =>
      (await ledger.models.judged(new Date('2026-01-01'), null))
        .filter((row) => row.model === model)
        .map(({ tenant, variant, value, unit, outcome, release, mode }) => [tenant, variant, value, unit, outcome, release, mode].join(' '))
    const known = { date: '2026-07-15', outcome: 1 }

    it('are joined with the estimate of a decision, a card or a patient', async () => {
      const patientKey = ledger.patientKey('north', 'https://ehr.example/fhir', 'p1')
      const [first, second] = [decision(), decision({ cards: [card('card-1')] })]
      const third = decision({ patientKey, at: at('2026-06-20') })
      await ledger.record(first, [estimated('e', 10)])
      await ledger.record(second, [estimated('e', 20)])
      await ledger.record(third, [estimated('e', 30)])
      await ledger.record(decision({ patientKey, at: at('2026-08-01') }), [estimated('e', 99)])
      expect(
        await send(
          { model: 'e', decision: first.id, ...known },
          { model: 'e', card: 'card-1', date: '2026-07', outcome: 0 },
          { model: 'e', patient: 'p1', fhirServer: 'https://ehr.example/fhir', ...known },
        ),
      ).toEqual(['stored', 'stored', 'stored'])
      expect((await judged('e')).sort()).toEqual([
        'north main 10 % 1 1.0.0+ffffffffffff shown',
        'north main 20 % 0 1.0.0+ffffffffffff shown',
        'north main 30 % 1 1.0.0+ffffffffffff shown',
      ])
    })

    it('sent again are stored once; another word on the same estimate is a correction, and counts', async () => {
      const call = decision()
      await ledger.record(call, [estimated('f', 10)])
      const item = { model: 'f', decision: call.id, ...known }
      expect(await send(item, item)).toEqual(['stored', 'repeated'])
      expect(await send({ ...item, outcome: 0 })).toEqual(['corrected'])
      expect(await judged('f')).toEqual(['north main 10 % 0 1.0.0+ffffffffffff shown'])
      expect(await send({ ...item, outcome: 0 })).toEqual(['repeated'])
    })

    it('of what is not known are said to be unknown, one by one, and the others are stored', async () => {
      const call = decision()
      await ledger.record(call, [estimated('g', 10), estimated('g', 20, 'full')])
      const other = decision({ tenant: 'south' })
      await ledger.record(other, [estimated('g', 10)])
      const NO_CALL = 'unknown: No such decision, card or patient is known to this tenant.'
      expect(
        await send(
          { model: 'g', decision: 'nosuch', ...known },
          { model: 'g', decision: other.id, ...known },
          { model: 'h', decision: call.id, ...known },
          { model: 'g', patient: 'nobody', fhirServer: null, ...known },
          { model: 'g', decision: call.id, ...known },
          { model: 'g', variant: 'full', decision: call.id, ...known },
        ),
      ).toEqual([
        NO_CALL,
        NO_CALL,
        'unknown: The model gave no estimate there.',
        NO_CALL,
        'ambiguous: The model gave several numbers there; name the variant: full, main.',
        'stored',
      ])
    })

    it('that cannot be those of the estimate are refused, with the reason', async () => {
      const call = decision()
      const dose = { ...estimated('m', 30), unit: 'mg/wk' } as RiskEstimate
      const points = { ...estimated('n', 3), unit: '{score}' } as RiskEstimate
      await ledger.record(call, [estimated('l', 10), dose, points])
      const [day, dayBefore] = [call.at.slice(0, 10), new Date(Date.parse(call.at) - 86_400_000).toISOString().slice(0, 10)]
      const of = (model: string, outcome: number, date = day) => ({ model, decision: call.id, outcome, date })
      const EVENT = 'refused: The estimate is of an event: its outcome is 1 or 0.'
      expect(
        await send(
          of('l', 0.5),
          of('n', 5),
          of('m', 32.5),
          of('l', 1, '2001-01-01'),
          of('l', 1, '2001'),
          of('l', 1, '9999-12-31'),
          of('l', 1, dayBefore),
        ),
      ).toEqual([
        EVENT,
        EVENT,
        'stored',
        'refused: The date is before the estimate.',
        'refused: The date is before the estimate.',
        'refused: The date is in the future.',
        'stored',
      ])
      expect([await judged('l'), await judged('n')]).toEqual([['north main 10 % 1 1.0.0+ffffffffffff shown'], []])
    })

    it('of a number shown for two drugs of one call count once, and join the shadow too', async () => {
      const call = decision()
      await ledger.record(call, [estimated('i', 10), estimated('i', 10)])
      await ledger.models.shadow(call, [estimated('j', 12)], [])
      expect(await send({ model: 'i', decision: call.id, ...known }, { model: 'j', decision: call.id, ...known })).toEqual([
        'stored',
        'stored',
      ])
      expect([await judged('i'), await judged('j')]).toEqual([
        ['north main 10 % 1 1.0.0+ffffffffffff shown'],
        ['north main 12 % 1 1.0.0+ffffffffffff shadow'],
      ])
    })
  })

  it('switches are kept with who, when and why, newest first', async () => {
    const off = { model: 'a', tenant: null, use: 'off', at: '2026-06-30T10:00:00.000Z', by: 'jo', because: 'recalled' } as const
    const on = { model: 'a', tenant: 'clinic', use: 'on', at: '2026-06-30T11:00:00.000Z', by: 'jo', because: 'corrected' } as const
    await ledger.models.turn(off)
    await ledger.models.turn(on)
    expect(await ledger.models.switches()).toEqual([on, off])
  })

  it('a state is told when it changes, and not again', async () => {
    const state = (figure: string, said: string) => ({ tenant: 'north', model: 'a', release: 'r', figure, subject: 'age', state: said })
    const told = async (...states: ReturnType<typeof state>[]) =>
      (await ledger.models.noteStates(states)).map(({ figure, before, state: now }) => `${figure} ${before} ${now}`)
    expect(await told(state('psi', 'ok'), state('missing', 'ok'))).toEqual(['missing null ok', 'psi null ok'])
    expect(await told(state('psi', 'ok'), state('missing', 'watch'))).toEqual(['missing ok watch'])
    expect(await told(state('psi', 'act'), state('missing', 'watch'))).toEqual(['psi ok act'])
    expect(await told()).toEqual([])
  })
})

describe('two processes on one PostgreSQL', () => {
  if (postgresMissing) {
    it.skip(`did not run: ${postgresMissing}`, () => {})
    return
  }
  let place: Place
  let both: readonly Ledger[]
  beforeAll(async () => {
    place = await postgresPlace()
    both = [await openLedger(place.config), await openLedger(place.config)]
  })
  afterAll(async () => {
    for (const ledger of both) await ledger.close()
    await place.clear()
  })

  it('add to the same counts, shown and in the shadow, and none is lost', async () => {
    const calls = Array.from({ length: 200 }, (_, n) => ({ ledger: both[n % 2] as Ledger, call: decision({ at: at('2026-06-30') }) }))
    await Promise.all(
      calls.map(async ({ ledger, call }) => {
        await ledger.record(call, [], [one('z')])
        await ledger.models.shadow(call, [], [one('z', { mode: 'shadow' })])
      }),
    )
    const rows = (await (both[0] as Ledger).models.tallies(WINDOWS)).filter(({ model }) => model === 'z')
    expect(rows.map(({ mode, measure, n, total }) => `${mode} ${measure} ${n} ${total}`)).toEqual([
      'shadow asked 200 0',
      'shadow value 200 0',
      'shadow score 200 2500',
      'shown asked 200 0',
      'shown value 200 0',
      'shown score 200 2500',
    ])
  })

  it('one of them tells a change of state', async () => {
    const state = { tenant: 'north', model: 'a', release: 'r', figure: 'psi', subject: 'age', state: 'act' }
    const told = await Promise.all(both.map((ledger) => ledger.models.noteStates([state])))
    expect(told.flat()).toHaveLength(1)
  })

  it('one of them stores an outcome that both are sent', async () => {
    const call = decision()
    await (both[0] as Ledger).record(call, [estimated('k', 10)])
    const item = { model: 'k', decision: call.id, date: '2026-07-01', outcome: 1 }
    const receipts = await Promise.all(both.map((ledger) => ledger.models.outcomes({ tenant: 'north', client: 'ehr' }, [item])))
    expect(
      receipts
        .flat()
        .map(({ state }) => state)
        .sort(),
    ).toEqual(['repeated', 'stored'])
  })
})

describe('counts of a process that ended', () => {
  it('are there at the next start, each once, though the embedded database follows its spool', async () => {
    const place = await embeddedPlace()
    const first = await openLedger(place.config)
    await first.record(decision({ at: at('2026-06-30') }), [], [one('a')])
    await first.close()
    const second = await openLedger(place.config)
    expect((await lines(second, 'a')).map((line) => line.split(' ').at(-3))).toEqual(['1', '1', '1'])
    await second.close()
    await place.clear()
  })
})
