// @vitest-environment happy-dom
import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { describe, expect, test } from 'vitest'
import { collect } from '../../smart-app/app/panels/timeline/collect.ts'
import { collectMedicines } from '../../smart-app/app/panels/timeline/collect-medicines.ts'
import { readingsOf } from '../../smart-app/app/panels/timeline/device-points.ts'
import { clustersOf } from '../../smart-app/app/panels/timeline/draw.ts'
import type { Item, Lane } from '../../smart-app/app/panels/timeline/items.ts'
import { within } from '../../smart-app/app/panels/timeline/items.ts'
import { DAY, placeOf } from '../../smart-app/app/panels/timeline/place.ts'
import { readAt } from '../../smart-app/app/panels/timeline/reading.ts'
import TimelinePanel from '../../smart-app/app/panels/timeline/TimelinePanel.tsx'
import { rowsIn } from '../../smart-app/app/panels/timeline/TimelineTable.tsx'
import { lastDays, press, stopsOf, type View, wholeOf } from '../../smart-app/app/panels/timeline/window.ts'
import { advance, NOTHING_YET, type ProfileState, type ProfileStep } from '../../smart-app/app/profile/profile-state.ts'
import { readAppContext } from '../../smart-app/app/session/app-context.ts'
import type { Measurement, Medicine, PatientFacts } from '../../src/contract/facts.ts'
import { events, facts } from './sample-profile.ts'

const NOW = Date.UTC(2026, 10, 15)
const day = (text: string): number => Date.parse(`${text}T00:00:00Z`)

const medicine = (more: Partial<Medicine>): Medicine => ({
  ref: `MedicationRequest/${more.start}-${more.end}-${more.state}`,
  drug: { text: 'A 5 MG Oral Tablet', codings: [], ingredients: [{ name: 'a', rxcui: '1' }], how: 'text', flags: [] },
  dose: { mgPerDay: 5, mgPerDose: 5, timesPerDay: 1, prn: false, text: '5 mg', route: null, flags: [] },
  state: 'active',
  start: '2024-03-05',
  end: null,
  lineage: { resource: 'MedicationRequest/a' },
  ...more,
})

describe('a date on the axis', () => {
  test.each([
    ['2024', '2024-01-01', '2025-01-01', false],
    ['2024-02', '2024-02-01', '2024-03-01', false],
    ['2024-02-29', '2024-02-29', '2024-02-29', true],
  ] as const)('%s covers what it may mean', (date, from, to, exact) => {
    expect(placeOf(date)).toEqual({ from: day(from), to: day(to), exact })
  })

  test('an instant stands at the clock that the record wrote, in every time zone', () => {
    expect(placeOf('2024-02-29T23:30:00+09:00')?.from).toBe(Date.UTC(2024, 1, 29, 23, 30))
  })

  test.each([null, undefined, '', 'yesterday', '2024-13-45'])('%s stands nowhere', (date) => {
    expect(placeOf(date)).toBeNull()
  })
})

describe('a medicine is drawn as far as it is known', () => {
  const barOf = (more: Partial<Medicine>) => {
    const [item] = collectMedicines([medicine(more)], NOW).lanes.flatMap(({ items }) => items)
    return item && { from: item.from, to: item.to, start: item.bar?.start, end: item.bar?.end, look: item.bar?.look }
  }

  test('active: open up to now', () => {
    expect(barOf({})).toEqual({ from: day('2024-03-05'), to: NOW, start: 'known', end: 'open', look: 'taken' })
  })

  test('stopped without an end: no day after its start is claimed', () => {
    expect(barOf({ state: 'stopped' })).toEqual({
      from: day('2024-03-05'),
      to: day('2024-03-05'),
      start: 'known',
      end: 'unclear',
      look: 'taken',
    })
  })

  test('begun in a year without a day: from that year on, unclear up to its end', () => {
    expect(barOf({ start: '2024' })).toMatchObject({ from: day('2024-01-01'), start: 'unclear', end: 'open' })
  })

  test('with an end alone: at its end, with an unclear start', () => {
    expect(barOf({ start: null, end: '2025-01-01', state: 'stopped' })).toMatchObject({
      from: day('2025-01-01'),
      to: day('2025-01-01'),
      start: 'unclear',
    })
  })

  test.each([
    [{ neverTaken: true as const, state: 'stopped' as const }, 'never'],
    [{ state: 'planned' as const }, 'planned'],
    [{ state: 'unknown' as const }, 'unsaid'],
  ])('%o looks like nothing else', (more, look) => {
    expect(barOf(more)?.look).toBe(look)
  })

  test('doses of one medicine share a lane, and thickness is against the highest', () => {
    const low = medicine({ end: '2025-01-01', state: 'stopped' })
    const high = medicine({ start: '2025-01-01', dose: { ...low.dose, mgPerDay: 20 } })
    const none = medicine({ start: '2025-02-01', dose: { ...low.dose, mgPerDay: null } })
    const { lanes } = collectMedicines([high, low, none], NOW)
    expect(lanes.map(({ items }) => items.map(({ bar }) => bar?.share))).toEqual([[0.25, 1, null]])
  })

  test('without any date: listed beside, never placed', () => {
    const { lanes, undated } = collectMedicines([medicine({ start: null, state: 'unknown' })], NOW)
    expect([lanes, undated.map(({ words }) => words)]).toEqual([[], ['A 5 MG Oral Tablet: 5\u00a0mg/day, not said whether it is taken']])
  })
})

const measured = (n: number, date: string | undefined): Measurement => ({
  ref: `Observation/${n}`,
  name: 'Creatinine',
  codes: [{ system: 'http://loinc.org', code: '2160-0' }],
  value: { kind: 'quantity', value: 1 + (n % 10) / 10, unit: 'mg/dL' },
  range: null,
  interpretation: [],
  status: 'final',
  lineage: { resource: `Observation/${n}`, ...(date === undefined ? {} : { date }) },
})

const profileWith = (more: Partial<PatientFacts>): ProfileState => ({
  ...(events as readonly ProfileStep[]).reduce(advance, NOTHING_YET),
  facts: { ...facts, ...more },
})

const hours = (n: number): string => new Date(Date.UTC(2020, 0, 1) + n * 3_600_000).toISOString()

describe('20,000 results', () => {
  const profile = profileWith({ labs: Array.from({ length: 20_000 }, (_, n) => measured(n, hours(n))) })
  const { lanes } = collect(profile)
  const labs = lanes.filter(({ group }) => group === 'labs')

  test('are one lane with every one of them', () => {
    expect(labs.map(({ items }) => items.length)).toEqual([20_000])
  })

  test('the table has the entries of the picture, in any window', () => {
    const whole = wholeOf(lanes, NOW)
    fc.assert(
      fc.property(fc.integer({ min: whole.from, max: NOW }), fc.integer({ min: DAY, max: 4000 * DAY }), (from, length) => {
        const window = { from, to: from + length }
        const drawn = lanes.flatMap((lane) => within(lane, window.from, window.to).map(({ id }) => `${lane.id} ${id}`))
        expect(
          rowsIn(lanes, window)
            .map(({ lane, item }) => `${lane.id} ${item.id}`)
            .sort(),
        ).toEqual(drawn.sort())
      }),
      { numRuns: 20 },
    )
  })

  test('marks are as many as fit beside each other, and none is lost from their number', () => {
    const items = labs[0]?.items ?? []
    const clusters = clustersOf(items, (at) => ((at - day('2020-01-01')) / (900 * DAY)) * 1000)
    expect(clusters.length).toBeLessThan(90)
    expect(clusters.reduce((sum, { count }) => sum + count, 0)).toBe(20_000)
  })
})

test('a hundred years have one window, and the last 30 days are 30 days', () => {
  const { lanes } = collect(profileWith({ labs: [measured(1, '1926-05-01'), measured(2, '2026-11-01')] }))
  const whole = wholeOf(lanes, NOW)
  expect((whole.to - whole.from) / (365.25 * DAY)).toBeGreaterThan(100)
  const month = lastDays(whole, NOW, 30)
  expect(Math.round((month.to - month.from) / DAY)).toBe(30)
})

test('two units of one laboratory value are two lanes', () => {
  const micromol = { ...measured(2, '2026-11-01'), value: { kind: 'quantity' as const, value: 88, unit: 'umol/L' } }
  const { lanes } = collect(profileWith({ labs: [measured(1, '2026-10-01'), micromol] }))
  expect(
    lanes
      .filter(({ group }) => group === 'labs')
      .map(({ unit }) => unit)
      .sort(),
  ).toEqual(['mg/dL', 'µmol/L'])
})

test('results without a date are listed beside the axis with their value', () => {
  const { lanes, undated } = collect(profileWith({ labs: [measured(1, undefined), measured(2, 'soon')] }))
  expect(lanes.filter(({ group }) => group === 'labs')).toEqual([])
  expect(undated.filter(({ group }) => group === 'labs').map(({ words }) => words)).toEqual([
    'Creatinine 1.1\u00a0mg/dL',
    'Creatinine 1.2\u00a0mg/dL',
  ])
})

describe('by keyboard', () => {
  const item = (from: string): Item => ({ id: from, from: day(from), to: day(from), when: from, words: from, resource: 'x' })
  const lane: Lane = {
    id: 'l',
    group: 'events',
    name: 'l',
    kind: 'marks',
    unit: '',
    items: ['2020-01-01', '2023-05-05', '2026-11-01'].map(item),
    relevant: true,
  }
  const chart = { whole: wholeOf([lane], NOW), stops: stopsOf([lane]) }
  const start: View = { window: lastDays(chart.whole, NOW, 30), cursor: null }
  const go = (...keys: string[]): View => keys.reduce((view, key) => press(chart, view, key) ?? view, start)

  test('arrows go from entry to entry and the window follows', () => {
    const view = go('ArrowLeft', 'ArrowLeft')
    expect(view.cursor).toBe(day('2023-05-05'))
    expect(view.window.from <= day('2023-05-05') && view.window.to >= day('2023-05-05')).toBe(true)
  })

  test('Home and End are the first and the last entry, zero is everything', () => {
    expect([go('Home').cursor, go('End').cursor, go('0').window]).toEqual([day('2020-01-01'), day('2026-11-01'), chart.whole])
  })

  test('no key leads out of the record or to nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('ArrowLeft', 'ArrowRight', 'Home', 'End', 'PageUp', 'PageDown', '+', '-', '0')), (keys) => {
        const { window } = go(...keys)
        expect(window.from).toBeGreaterThanOrEqual(chart.whole.from - 1)
        expect(window.to).toBeLessThanOrEqual(chart.whole.to + 1)
        expect(window.to - window.from).toBeGreaterThanOrEqual(DAY)
      }),
    )
  })

  test('keys that mean nothing here are left to the page', () => {
    expect([press(chart, start, 'Tab'), press(chart, start, 'a'), press(chart, start, 'Enter')]).toEqual([null, null, null])
  })
})

test('a day is read in all lanes: what was taken, what was done, what was last measured', () => {
  const { lanes } = collect(
    profileWith({ medicines: [medicine({}), medicine({ start: '2020-01-01', state: 'stopped' })], labs: [measured(1, '2024-01-01')] }),
  )
  const { taken, last } = readAt(lanes, day('2025-01-01'))
  expect(taken.map(({ words }) => words)).toEqual(['A 5 MG Oral Tablet: 5\u00a0mg/day, still taken'])
  expect(last.filter(({ lane }) => lane.group === 'labs').map(({ item }) => item.when)).toEqual(['1 Jan 2024'])
})

test('readings of a device stand at the clock of the record', () => {
  const points = {
    from: Date.UTC(2026, 0, 1, 22),
    steps: [[3_600_000, 2]] as const,
    offsets: [
      [120, 2],
      [null, 1],
    ] as const,
    values: [5, 'E' as const, 6],
  }
  expect(readingsOf(points)).toEqual([
    { at: Date.UTC(2026, 0, 2, 0), value: 5 },
    { at: Date.UTC(2026, 0, 2, 1), value: 'E' },
    { at: Date.UTC(2026, 0, 2, 0), value: 6 },
  ])
})

test('what the record says is text and never markup', () => {
  const evil = '<img src=x onerror=alert(1)>'
  const profile = profileWith({
    medicines: [medicine({ start: null, state: 'unknown', drug: { ...medicine({}).drug, text: evil, ingredients: [] } })],
    labs: [{ ...measured(1, '2026-11-01'), name: evil }],
    procedures: [{ ref: 'Procedure/1', name: evil, codes: [], status: null, date: '2026-10-01', lineage: { resource: evil } }],
  })
  const session = { fhirServer: '', patient: 'p', context: readAppContext(null), missing: [] } as never // the view reads its context alone
  const html = renderToStaticMarkup(<TimelinePanel profile={profile} session={session} patient="p" open={() => {}} />)
  expect(html).toContain('&lt;img src=x')
  expect(html).not.toContain('<img')
})
