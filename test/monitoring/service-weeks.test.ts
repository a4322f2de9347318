import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ServiceFigure, ServiceFigureId, WatchedService } from '../../src/contract/service-watch.ts'
import type { HourCount, ServiceCount } from '../../src/ledger/service-counts.ts'
import { judgeShare } from '../../src/monitoring/services/control-limits.ts'
import { keyOf, type Material } from '../../src/monitoring/services/frame.ts'
import { readLimits } from '../../src/monitoring/services/limits.ts'
import { makeServiceReport } from '../../src/monitoring/services/service-report.ts'
import { shiftDay } from '../../src/monitoring/services/view.ts'
import { randomOf } from './site.ts'

const LIMITS = readLimits(join(process.cwd(), 'models/monitoring-services.json'), {})
/** A Monday. */
const BEGIN = '2026-01-05'
/** Share of a weekday's calls, Monday first. */
const WEEKDAYS = [1, 1.05, 1, 1, 0.95, 0.3, 0.25]
/** Share of a day's calls, by hour. */
const HOURS = [0, 0, 0, 0, 0, 0, 2, 6, 9, 10, 10, 9, 7, 8, 9, 9, 8, 6, 4, 2, 1, 0, 0, 0].map((share) => share / 100)

type Site = {
  readonly seed: number
  /** Calls of a Monday. */
  readonly calls: number
  /** Share of calls in which a rule fires, by rule and day from the beginning. */
  readonly rules: Readonly<Record<string, (day: number) => number>>
  readonly silent?: (day: number) => number
  readonly notAssessed?: (day: number) => number
  /** How many times the usual calls come, by day. */
  readonly traffic?: (day: number) => number
  /** Rules that answer, by day. */
  readonly release?: (day: number) => string
  /** Spread of a day's rates beyond chance, as a part of the rate. */
  readonly restless?: number
}

const poisson = (mean: number, random: () => number): number => {
  if (mean > 50)
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())))
  let [k, p] = [0, random()]
  for (const least = Math.exp(-mean); p > least; k += 1) p *= random()
  return k
}

const binomial = (n: number, p: number, random: () => number): number => {
  if (n * p > 50 && n * (1 - p) > 50)
    return Math.min(
      n,
      Math.max(0, Math.round(n * p + Math.sqrt(n * p * (1 - p)) * Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random()))),
    )
  let k = 0
  for (let at = 0; at < n; at += 1) if (random() < p) k += 1
  return k
}

/** Days of a site as the ledger counts them. */
const simulate = (site: Site, days: number) => {
  const random = randomOf(site.seed)
  for (let n = 0; n < 10; n += 1) random() // the first numbers of a small seed are small
  const counts: ServiceCount[] = []
  const hours: HourCount[] = []
  const common = { tenant: 'north', service: 'order-sign', mode: 'shown' } as const
  for (let at = 0; at < days; at += 1) {
    const day = shiftDay(BEGIN, at)
    const add = (kind: ServiceCount['kind'], subject: string, measure: string, n: number) => {
      if (n > 0) counts.push({ ...common, day, kind, subject, measure, n })
    }
    const unrest = () => 1 + (site.restless ?? 0) * (random() + random() + random() - 1.5) * 2
    const calls = poisson(site.calls * (WEEKDAYS[at % 7] ?? 1) * (site.traffic?.(at) ?? 1), random)
    add('service', '', 'calls', calls)
    if (site.release) add('release', site.release(at), 'calls', calls)
    add('service', '', 'silent', binomial(calls, Math.min(1, (site.silent?.(at) ?? 0.8) * unrest()), random))
    add('service', '', 'not-assessed', binomial(calls, site.notAssessed?.(at) ?? 0.005, random))
    for (const [rule, rate] of Object.entries(site.rules))
      add('rule', rule, 'fired', binomial(calls, Math.min(1, rate(at) * unrest()), random))
    HOURS.forEach((share, hour) => {
      const n = poisson(calls * share, random)
      const start = `${day}T${String(hour).padStart(2, '0')}`
      if (n > 0) hours.push({ tenant: 'north', service: 'order-sign', hour: `${start}:00:00.000Z`, n, last: `${start}:55:00.000Z` })
    })
  }
  return { counts, hours }
}

type Look = { readonly day: number; readonly service: WatchedService }

/** Looks once a day, at five in the morning of the next, from a day on; states are kept from look to look. */
const watch = (site: Site, days: number, from = 8): Look[] => {
  const { counts, hours } = simulate(site, days)
  const held = new Map<string, string>()
  const firsts = [...new Map(counts.toReversed().map((row) => [`${row.kind} ${row.subject}`, row])).values()]
  const looks: Look[] = []
  for (let at = from; at < days; at += 1) {
    const now = new Date(`${shiftDay(BEGIN, at)}T05:00:00Z`)
    const today = shiftDay(BEGIN, at)
    const [oldest, hoursFrom, instant] = [shiftDay(BEGIN, at - 63), shiftDay(BEGIN, at - 35), now.toISOString()]
    const material: Material = {
      now,
      tenants: ['north'],
      services: ['order-sign'],
      isKnown: () => true,
      counts: counts.filter(({ day }) => day < today && day >= oldest),
      firsts,
      hours: hours.filter(({ hour }) => hour < instant && hour >= hoursFrom),
      windowDays: 7,
      baselineDays: 56,
      leastBaselineDays: 28,
      silentMinutes: 30,
      sandbox: false,
      limits: LIMITS,
      held,
    }
    const [service] = makeServiceReport(material).services
    if (!service) throw new Error('the site was not called')
    for (const { figure, subject, state } of service.figures) held.set(keyOf('north', 'order-sign', figure, subject), state)
    looks.push({ day: at, service })
  }
  return looks
}

const figureOf = ({ service }: Look, figure: ServiceFigureId, subject = ''): ServiceFigure | undefined =>
  service.figures.find((one) => one.figure === figure && one.subject === subject)

const isAlarm = ({ state }: Pick<ServiceFigure, 'state'>): boolean => state === 'act' || state === 'watch'

/** Day of the first look at which one of the figures is at watch or act. */
const firstAlarm = (looks: readonly Look[], figures: readonly ServiceFigureId[], subject = ''): number | undefined =>
  looks.find((look) =>
    figures.some((one) => figureOf(look, one, subject)?.state === 'act' || figureOf(look, one, subject)?.state === 'watch'),
  )?.day

const steady = (rate: number) => () => rate
/** Of figures that a quiet day could move; what chance does to the others is measured below. */
const alarmsOf = (looks: readonly Look[]) =>
  looks.flatMap(({ day, service }) =>
    service.figures
      .filter((one) => isAlarm(one) && ['unheard', 'calls', 'zero', 'firing'].includes(one.figure))
      .map(({ figure, subject }) => `${day} ${figure} ${subject}`),
  )

describe('Weeks of a simulated site', () => {
  it('a rule that dies is told the next morning, and no other rule is', () => {
    const rules = { dies: (day: number) => (day < 80 ? 0.05 : 0), lives: steady(0.05), rare: steady(0.001) }
    const looks = watch({ seed: 11, calls: 600, rules }, 100)
    expect(firstAlarm(looks, ['zero'], 'dies')).toBe(81)
    expect(figureOf(looks.find(({ day }) => day === 81) as Look, 'zero', 'dies')).toMatchObject({ state: 'act', value: 0 })
    expect(firstAlarm(looks, ['firing', 'zero'], 'lives')).toBeUndefined()
    expect(firstAlarm(looks, ['firing', 'zero'], 'rare')).toBeUndefined()
  })

  it('a dead rule stays told when the weeks before it are no longer looked at', () => {
    const looks = watch({ seed: 12, calls: 600, rules: { dies: (day) => (day < 80 ? 0.05 : 0), lives: steady(0.05) } }, 170)
    const after = looks.filter(({ day }) => day > 81).map((look) => figureOf(look, 'zero', 'dies'))
    expect(after.length).toBeGreaterThan(80)
    expect(after.filter((one) => one !== undefined && !isAlarm(one))).toEqual([])
  })

  it('a rule that fires twice a day and dies is told when ten have not come', () => {
    const looks = watch({ seed: 13, calls: 600, rules: { dies: (day) => (day < 80 ? 0.004 : 0) } }, 100)
    const told = firstAlarm(looks, ['zero', 'firing'], 'dies')
    expect(told).toBeGreaterThan(82)
    expect(told).toBeLessThan(90)
  })

  it('a rule that fades by one part in fifty a day is told before it is halved', () => {
    const looks = watch(
      { seed: 14, calls: 600, rules: { fades: (day) => (day < 70 ? 0.05 : 0.05 * 0.98 ** (day - 70)), stays: steady(0.05) } },
      120,
    )
    const told = firstAlarm(looks, ['firing'], 'fades')
    expect(told).toBeGreaterThan(75)
    expect(told).toBeLessThan(70 + 35)
    expect(firstAlarm(looks, ['firing'], 'stays')).toBeUndefined()
  })

  it('a rule that begins to fire in every second call is told', () => {
    const looks = watch({ seed: 15, calls: 600, rules: { mad: (day) => (day < 80 ? 0.02 : 0.5) } }, 90)
    expect(firstAlarm(looks, ['firing'], 'mad')).toBe(81)
  })

  it('a service that falls silent is told the next morning; one that is cut in half within the week', () => {
    const cut = watch({ seed: 16, calls: 600, rules: {}, traffic: (day) => (day < 80 ? 1 : 0.5) }, 95)
    const told = firstAlarm(cut, ['calls'])
    expect(told).toBeGreaterThan(81)
    expect(told).toBeLessThan(88)
    const dead = watch({ seed: 17, calls: 600, rules: {}, traffic: (day) => (day < 80 ? 1 : 0) }, 90)
    expect(firstAlarm(dead, ['unheard'])).toBe(81)
  })

  it('silence that rises, and calls that are not assessed, are told', () => {
    const looks = watch(
      { seed: 18, calls: 600, rules: {}, silent: (day) => (day < 80 ? 0.8 : 0.95), notAssessed: (day) => (day < 80 ? 0.005 : 0.1) },
      95,
    )
    expect(firstAlarm(looks, ['silence-rate'])).toBeLessThan(84)
    expect(firstAlarm(looks, ['not-assessed'])).toBeLessThan(84)
    expect(figureOf(looks.at(-1) as Look, 'not-assessed')?.state).toBe('act')
  })

  it('a weekend without a single call, and a quiet one, are no alarm', () => {
    const weekend = (day: number) => (day % 7 < 5 ? 1 : 0)
    const closed = watch({ seed: 19, calls: 600, rules: { one: steady(0.05) }, traffic: weekend }, 120)
    expect(alarmsOf(closed)).toEqual([])
    const quiet = watch({ seed: 20, calls: 600, rules: { one: steady(0.05) }, traffic: (day) => (day === 82 || day === 83 ? 0.5 : 1) }, 100)
    expect(alarmsOf(quiet)).toEqual([])
  })

  it('a new site says which of its first days it is, and judges only what needs no days before', () => {
    const looks = watch({ seed: 21, calls: 600, rules: { one: steady(0.05) }, notAssessed: steady(0.2) }, 60, 2)
    const early = looks.filter(({ day }) => day < 36)
    expect(
      new Set(
        early
          .flatMap(({ service }) => service.figures)
          .filter(({ figure }) => figure !== 'not-assessed' && figure !== 'unheard')
          .map(({ state }) => state),
      ),
    ).toEqual(new Set(['not-enough-data']))
    expect(looks[3]?.service.collecting).toEqual({ day: 6, days: 35 })
    expect(figureOf(looks[3] as Look, 'firing', 'one')?.because).toBe('Day 6 here; compared from 28 days before the window on.')
    expect(figureOf(looks[3] as Look, 'not-assessed')?.state).toBe('act')
    expect(looks.at(-1)?.service.collecting).toBeNull()
    expect(figureOf(looks.at(-1) as Look, 'firing', 'one')?.state).toBe('ok')
  })

  describe('when other rules come', () => {
    const CHANGED = 80
    const release = (day: number) => (day < CHANGED ? 'r1' : 'r2')
    const rate = (day: number) => (day < CHANGED ? 0.05 : 0.12)
    const told = (looks: readonly Look[], figure: ServiceFigureId, subject = '') =>
      looks.flatMap((look) => (isAlarm(figureOf(look, figure, subject) ?? { state: 'ok' }) ? [look.day] : []))

    it('what they change is told once, for a week, held against the days before; then they get days of their own', () => {
      const looks = watch({ seed: 31, calls: 600, rules: { one: rate }, release }, 140)
      const days = told(looks, 'firing', 'one')
      expect(days[0]).toBeGreaterThan(CHANGED + 1) // the day of the change is of both
      expect(days.at(-1)).toBe(CHANGED + 8)
      const at = (day: number) => looks.find((look) => look.day === day) as Look
      expect(figureOf(at(CHANGED + 8), 'firing', 'one')?.because).toMatch(
        /^With other rules 1\d.* of calls; before [45].* standard deviations\.$/,
      )
      expect(figureOf(at(CHANGED + 9), 'firing', 'one')).toMatchObject({ state: 'not-enough-data', reference: expect.closeTo(0.05, 1) })
      expect(figureOf(at(CHANGED + 9), 'firing', 'one')?.because).toMatch(
        /^1\d.* of calls; [45].* before these rules, which answer since 2026-03-26\. Compared from 28 days before the window on\.$/,
      )
      expect(at(CHANGED + 9).service.release).toEqual({ version: 'r2', since: shiftDay(BEGIN, CHANGED), before: 'r1' })
      expect(figureOf(at(CHANGED + 37), 'firing', 'one')).toMatchObject({ state: 'ok', reference: expect.closeTo(0.12, 1) })
    })

    it('the same change without other rules goes on being told for weeks', () => {
      const days = told(watch({ seed: 31, calls: 600, rules: { one: rate } }, 140), 'firing', 'one')
      expect(days.length).toBeGreaterThan(21)
    })

    it('what they do not change is not told', () => {
      const looks = watch({ seed: 32, calls: 600, rules: { one: steady(0.05), two: steady(0.02) }, release }, 140)
      expect(alarmsOf(looks.filter(({ day }) => day > CHANGED))).toEqual([])
    })

    it('a rule that died with them stays told', () => {
      const looks = watch({ seed: 33, calls: 600, rules: { one: (day) => (day < CHANGED ? 0.05 : 0) }, release }, 125)
      expect(told(looks, 'zero', 'one').at(-1)).toBe(124)
    })

    it('the rules of before, come back, are compared with the days before them as well', () => {
      const back = (day: number) => (day < CHANGED || day > CHANGED + 3 ? 'r1' : 'r2')
      const looks = watch({ seed: 34, calls: 600, rules: { one: steady(0.05) }, release: back }, 95)
      expect(looks.at(-1)?.service.release).toEqual({ version: 'r1', since: shiftDay(BEGIN, CHANGED + 4), before: 'r2' })
    })
  })

  it('a figure on its limit does not tell its change at each look', () => {
    const site = { seed: 22, calls: 600, rules: { edge: (day: number) => (day < 80 ? 0.05 : 0.0365) } }
    const states = watch(site, 130).map((look) => figureOf(look, 'firing', 'edge'))
    const told = states.map((one) => one !== undefined && isAlarm(one))
    const changes = told.filter((one, at) => at > 0 && one !== told[at - 1]).length
    const bare = states.map((one) => one !== undefined && Math.abs(one.sigmas ?? 0) >= 3)
    const bareChanges = bare.filter((one, at) => at > 0 && one !== bare[at - 1]).length
    expect(bareChanges).toBeGreaterThan(2)
    expect(changes).toBeLessThan(bareChanges)
  })
})

/** How many alarms a year steady traffic brings by chance, per rule and per service. */
const falseAlarms = (seeds: number, restless: number) => {
  const rates = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1]
  const rules = Object.fromEntries(rates.map((rate) => [`rule ${rate}`, steady(rate)]))
  const found = { 'rule watch': 0, 'rule act': 0, 'service watch': 0, 'service act': 0 }
  for (let seed = 1; seed <= seeds; seed += 1) {
    const looks = watch({ seed: seed * 7919, calls: 400, rules, restless }, 64 + 365, 64)
    looks.forEach(({ service: { figures } }, at) => {
      const before = looks[at - 1]
      for (const { figure, kind, subject, state } of figures) {
        if (state !== 'watch' && state !== 'act') continue
        const was = before && figureOf(before, figure, subject)?.state
        const who = kind === 'service' ? 'service' : 'rule'
        if (was !== 'act' && was !== 'watch') found[`${who} watch`] += 1
        if (state === 'act' && was !== 'act') found[`${who} act`] += 1
      }
    })
  }
  const perYear = (count: number, of: number) => Number((count / of / seeds).toFixed(3))
  return {
    rules: { watch: perYear(found['rule watch'], rates.length), act: perYear(found['rule act'], rates.length) },
    service: { watch: perYear(found['service watch'], 1), act: perYear(found['service act'], 1) },
  }
}

describe('Alarms on steady traffic', () => {
  const whole = process.env.ATTUNE_TEST_WHOLE === '1'
  it.each([
    ['that varies by chance alone', 0],
    ['whose days differ more than chance makes them', 0.15],
  ])('are rare on traffic %s', { timeout: 600_000 }, (_name, restless) => {
    const { rules, service } = falseAlarms(whole ? 20 : 1, restless)
    console.info('false alarms a year', JSON.stringify({ restless, rules, service }))
    expect(rules.watch).toBeLessThan(2)
    expect(rules.act).toBeLessThan(0.2)
    expect(service.watch).toBeLessThan(3)
    expect(service.act).toBeLessThan(1)
  })

  it('the sum of a share is judged alike however its days are split when they vary by chance alone', () => {
    const even = (n: number) => Array.from({ length: n }, () => ({ count: 20, of: 400 }))
    expect(judgeShare(even(7), even(56))?.sigmas).toBeCloseTo(0, 1)
    expect(judgeShare([], even(56))).toBeNull()
    expect(
      judgeShare(
        even(7),
        even(56).map((day) => ({ ...day, count: 0 })),
      ),
    ).toBeNull()
  })
})
