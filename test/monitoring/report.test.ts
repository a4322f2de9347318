import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { MonitoringReport, WatchedModel } from '../../src/contract/monitoring.ts'
import type { Counted, Judged } from '../../src/ledger/model-store.ts'
import { type Material, makeReport } from '../../src/monitoring/report.ts'
import { releaseOf } from '../../src/monitoring/tally.ts'
import { readThresholds } from '../../src/monitoring/thresholds.ts'
import type { Model } from '../../src/risk/load-model.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { randomOf } from './site.ts'

const LEARNED = 'readmission-diabetes'
let models: Models
let model: Model
const thresholds = readThresholds(join('models', 'monitoring.json'), {})

beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu', strict: false })
  const one = models.get(LEARNED)
  if (!one) throw new Error(`${LEARNED} is not served`)
  model = one
}, 600_000)
afterAll(() => models?.close())

const base = () => ({
  tenant: 'north',
  model: LEARNED,
  release: releaseOf(model.ref),
  mode: 'shown' as const,
  place: '',
  early: false,
  age: 0,
})

const reportOf = (counts: readonly Counted[], more: Partial<Material> = {}): WatchedModel => {
  const made: MonitoringReport = makeReport({
    today: '2026-06-30',
    days: 28,
    windows: 3,
    baselineDays: 28,
    sandbox: false,
    tenants: ['north'],
    models: [model],
    standing: () => ({ use: 'on' }),
    switches: [],
    counts,
    firstDays: [{ ...base(), day: '2026-01-01' }],
    judged: [],
    thresholds,
    ...more,
  })
  const [one] = made.models
  if (!one) throw new Error('no model')
  return one
}

const variant = () => model.variants[0]?.spec.id ?? ''
const reference = () => {
  const { monitoring } = model.manifest
  if (!monitoring) throw new Error('the model brings no reference')
  return monitoring
}

/** Estimates of so many people in the bins of the reference, by these shares; each stands in the middle of its bin. */
const scores = (n: number, shares: readonly number[]): Counted[] => {
  const { edges } = reference().scores[variant()] ?? { edges: [] }
  return shares.map((share, at) => {
    const [low, high] = [edges[at - 1] ?? 1, edges[at] ?? 45]
    const value = (low + high) / 2
    const count = Math.round(share * n)
    return {
      ...base(),
      subject: variant(),
      measure: 'score',
      bin: String(at),
      n: count,
      total: count * value,
      squares: count * value * value,
    }
  })
}
const values = (subject: string, n: number, shares: readonly number[]): Counted[] =>
  shares.map((share, at) => ({ ...base(), subject, measure: 'value', bin: String(at), n: Math.round(share * n), total: 0, squares: 0 }))
const states = (subject: string, bin: string, n: number): Counted => ({
  ...base(),
  subject,
  measure: 'state',
  bin,
  n,
  total: 0,
  squares: 0,
})

const figure = (one: WatchedModel, id: string, subject: string) => one.figures.find((own) => own.figure === id && own.subject === subject)

describe('a model that brings its reference', () => {
  it('is compared with it from the first day', () => {
    const { shares } = reference().inputs.age ?? { shares: [] }
    const one = reportOf(values('age', 4000, shares), { firstDays: [{ ...base(), day: '2026-06-30' }] })
    expect(one.reference).toEqual({ kind: 'training', on: reference().on, n: reference().n })
    expect([figure(one, 'psi', 'age')?.state, (figure(one, 'psi', 'age')?.value ?? 1) < 0.001]).toEqual(['ok', true])
  })

  it('is watched when people are somewhat others, and acts on much others', () => {
    const turned = (share: readonly number[], by: number) => {
      const moved = share.map((own, at) => own * Math.exp((at - share.length / 2) * by))
      const sum = moved.reduce((total, own) => total + own, 0)
      return moved.map((own) => own / sum)
    }
    const { shares } = reference().inputs.age ?? { shares: [] }
    const state = (by: number, n: number) => figure(reportOf(values('age', n, turned(shares, by))), 'psi', 'age')?.state
    expect([state(0.05, 4000), state(0.25, 4000), state(0.5, 4000), state(0.05, 60)]).toEqual(['ok', 'watch', 'act', 'not-enough-data'])
  })

  it('has the share of missing values from it', () => {
    const { missing, shares } = reference().inputs.hba1c ?? { missing: 0, shares: [] }
    const usual = reportOf([...values('hba1c', 1000 * (1 - missing), shares), states('hba1c', 'default:not-found', 1000 * missing)])
    expect(figure(usual, 'missing', 'hba1c')).toMatchObject({ state: 'ok', reference: missing })
    const gone = reportOf([states('hba1c', 'default:not-found', 1000)])
    expect(figure(gone, 'missing', 'hba1c')?.state).toBe('act')
    const better = reportOf([...values('hba1c', 900, shares), states('hba1c', 'default:not-found', 100)])
    expect(figure(better, 'missing', 'hba1c')?.state).toBe('ok')
  })
})

describe('expected performance', () => {
  it('of estimates like those of the reference is about what the model states', () => {
    const one = reportOf(scores(4000, reference().scores[variant()]?.shares ?? []))
    const area = figure(one, 'estimated-auroc', variant())
    const stated = model.manifest.performance?.[0]?.figures
    expect(Math.abs((area?.value ?? 0) - (stated?.auroc?.value ?? 0))).toBeLessThan(0.03)
    expect(area?.state).not.toBe('act')
    expect(Math.abs((figure(one, 'estimated-brier', variant())?.value ?? 0) - (stated?.brier?.value ?? 0))).toBeLessThan(0.01)
  })

  it('falls, and asks for action, where the model tells people no longer apart', () => {
    const one = reportOf(scores(4000, [0, 0, 0, 0.5, 0.5, 0, 0, 0, 0]))
    const area = figure(one, 'estimated-auroc', variant())
    expect([area?.state, (area?.value ?? 1) < 0.6, figure(one, 'score-psi', variant())?.state]).toEqual(['act', true, 'act'])
  })

  it('does not apply to points, nor to percentages that nobody calibrated', () => {
    const because = (id: string, subject: string) => {
      const other = models.get(id)
      if (!other) throw new Error(id)
      const row = {
        ...base(),
        model: id,
        release: releaseOf(other.ref),
        subject,
        measure: 'score' as const,
        bin: '9',
        n: 10,
        total: 10,
        squares: 10,
      }
      const one = reportOf([row], { models: [other], firstDays: [{ ...row, day: '2026-01-01' }] })
      const own = figure(one, 'estimated-auroc', subject)
      return [own?.state, own?.value, own?.because]
    }
    expect(because('kidney', 'ckd_epi_2021_cr')).toEqual(['not-applicable', null, 'The estimate is no probability.'])
    expect(because('prevent', 'base_10yr')).toEqual([
      'not-applicable',
      null,
      'The model does not state that its probabilities were calibrated.',
    ])
  })
})

describe('performance with outcomes', () => {
  const people = (factor: number, n = 3000): Judged[] => {
    const random = randomOf(19)
    return Array.from({ length: n }, () => {
      const p = 0.03 + 0.4 * random() ** 2
      return { ...base(), variant: variant(), unit: '%', value: 100 * p, outcome: random() < Math.min(1, p * factor) ? 1 : 0 }
    })
  }
  const told = (judged: readonly Judged[]) => {
    const one = reportOf([], { judged })
    return Object.fromEntries(['auroc', 'brier', 'calibration-slope', 'expected-observed'].map((id) => [id, figure(one, id, variant())]))
  }

  it('of events that come as often as estimated is well, with intervals that hold the truth', () => {
    const good = told(people(1))
    expect([good['expected-observed']?.state, good['calibration-slope']?.state]).toEqual(['ok', 'ok'])
    for (const id of ['expected-observed', 'calibration-slope']) {
      expect(good[id]?.low ?? 2).toBeLessThan(1)
      expect(good[id]?.high ?? 0).toBeGreaterThan(1)
    }
    expect(good.auroc?.n).toBe(3000)
  })

  it('of events that come half as often again asks for action', () => {
    const bad = told(people(1.5))
    expect([bad['expected-observed']?.state, Number(bad['expected-observed']?.value?.toFixed(1))]).toEqual(['act', 0.7])
  })

  it('of a handful, or of events only, is said to be too little', () => {
    expect(told(people(1, 3).map((one) => ({ ...one, outcome: 1 }))).auroc).toMatchObject({ state: 'not-enough-data', value: null })
  })
})

describe('limits', () => {
  it('are set by a site, and say so', () => {
    const own = readThresholds(join('models', 'monitoring.json'), { psi: { watch: 0.2, act: 0.5 } })
    expect(own.of.get('psi')).toMatchObject({ watch: 0.2, act: 0.5 })
    expect(own.of.get('psi')?.source).toMatch(/^Set by this site. Default 0.1 and 0.25/)
  })

  it.each([
    ['a figure that is not known', { mood: { watch: 1 } }, /unknown mood; known: psi/],
    ['watch above act', { psi: { watch: 0.3 } }, /watch 0.3 is above act 0.25/],
  ])('with %s stop the start', (_what, overrides, says) => {
    expect(() => readThresholds(join('models', 'monitoring.json'), overrides)).toThrow(says)
  })

  it('each have a source', () => {
    expect(thresholds.rows.map(({ source }) => source.length > 20)).not.toContain(false)
  })
})
