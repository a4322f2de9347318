import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PatientFacts } from '../../src/contract/facts.ts'
import type { GeneCall } from '../../src/contract/genes.ts'
import type { RiskEstimate } from '../../src/contract/risk.ts'
import { estimate, estimateFrom } from '../../src/risk/estimate.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import {
  called,
  HEIGHT,
  indeterminate,
  measured,
  medicinesRead,
  notTested,
  openBetween,
  ordering,
  patient,
  taking,
  WARFARIN,
  WEIGHT,
} from './patient.ts'

let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu' })
})
afterAll(() => models.close())

const GENES = [called('VKORC1', 'rs9923231 C/T'), called('CYP2C9', '*1/*3')]

const forWarfarin = async (facts: PatientFacts, calls: readonly GeneCall[] = GENES): Promise<RiskEstimate> => {
  const [one] = await estimate(models, facts, calls, WARFARIN)
  if (!one) throw new Error('no model speaks about warfarin')
  return one
}

const given = async (facts: PatientFacts, calls: readonly GeneCall[] = GENES) => {
  const one = await forWarfarin(facts, calls)
  if (one.state !== 'estimated') throw new Error(JSON.stringify(one.because))
  return one
}

const refused = async (facts: PatientFacts, calls: readonly GeneCall[] = GENES) => {
  const one = await forWarfarin(facts, calls)
  if (one.state !== 'refused') throw new Error(`estimated ${one.value}`)
  return one.because.map(({ code, because }) => ({ code, because }))
}

// 5.6044 - 0.2614*6 + 0.0087*170 + 0.0128*80 - 0.8677 (A/G) - 0.9357 (*1/*3), White: 0
const RAW = 5.6044 - 0.2614 * 6 + 0.0087 * 170 + 0.0128 * 80 - 0.8677 - 0.9357

describe('warfarin starting dose from a record', () => {
  it('is the IWPC pharmacogenetic dose for a person with both genotypes', async () => {
    const { value, variant, unit, missing, execution, population, comparison, interval } = await given(patient())
    expect({ variant, unit, missing, execution, fits: population.fits }).toEqual({
      variant: 'iwpc_pg',
      unit: 'mg/wk',
      missing: [],
      execution: 'cpu',
      fits: true,
    })
    expect(value).toBeCloseTo(RAW ** 2, 9)
    expect(comparison.map((row) => [row.variant, Number(row.value.toFixed(4))])).toEqual([
      ['IWPC pharmacogenetic equation, race not used', Number(((RAW - 0.1032) ** 2).toFixed(4))],
      ['IWPC clinical equation', Number(((4.0376 - 0.2546 * 6 + 0.0118 * 170 + 0.0134 * 80) ** 2).toFixed(4))],
    ])
    // 5 % and 95 % residual quantiles of the White group.
    expect(interval?.low).toBeCloseTo((RAW - 1.46) ** 2, 9)
    expect(interval?.high).toBeCloseTo((RAW + 1.655) ** 2, 9)
    expect(interval).toMatchObject({ level: 0.9, basis: expect.stringContaining('White, n = 2456') })
  })

  it('names every input with its value, unit, resource and date', async () => {
    const { inputs } = await given(patient({ medicines: [taking('703', 'amiodarone')] }))
    expect(inputs.map(({ name, value, unit, facts }) => [name, value, unit, facts.map(({ resource }) => resource)])).toEqual([
      ['age', 67, 'years', ['Patient/p']],
      ['height_cm', 170, 'cm', [`Observation/${HEIGHT}-2026-05-01-170`]],
      ['weight_kg', 80, 'kg', [`Observation/${WEIGHT}-2026-05-01-80`]],
      ['race', 'White', '', ['Patient/p']],
      ['vkorc1', 'A/G', '', ['Observation/VKORC1']],
      ['cyp2c9', '*1/*3', '', ['Observation/CYP2C9']],
      ['enzyme_inducer', 'no', '', []],
      ['amiodarone', 'yes', '', ['MedicationRequest/703']],
    ])
  })

  it('explains itself: baseline and contributions add up to the square root of the dose', async () => {
    const { baseline, baselineBasis, reasons, value } = await given(patient({ medicines: [taking('703', 'amiodarone')] }))
    expect(reasons.reduce((sum, { contribution }) => sum + contribution, baseline)).toBeCloseTo(Math.sqrt(value), 9)
    expect(reasons.map(({ label, contribution }) => [label, Number(contribution.toFixed(4))])).toEqual([
      ['CYP2C9: *1/*3', -0.9357],
      ['VKORC1 -1639G>A: A/G', -0.8677],
      ['Amiodarone: yes', -0.5503],
      ['Race as recorded: White', 0.1032],
    ])
    expect(baselineBasis).toContain('race not used')
  })

  it('reads pounds and inches by UCUM and says what was converted', async () => {
    const { value, inputs } = await given(patient({ vitals: [measured(HEIGHT, 66, '[in_i]'), measured(WEIGHT, 180, '[lb_av]')] }))
    const raw = RAW + 0.0087 * (66 * 2.54 - 170) + 0.0128 * (180 * 0.45359237 - 80)
    expect(value).toBeCloseTo(raw ** 2, 4)
    expect(inputs[2]?.facts[0]?.conversion).toBe('180 [lb_av] = 81.6466 kg')
  })

  it('takes the latest weight, not an older one', async () => {
    const { inputs } = await given(
      patient({ vitals: [measured(HEIGHT, 170, 'cm'), measured(WEIGHT, 90, 'kg', '2026-01-01'), measured(WEIGHT, 80, 'kg')] }),
    )
    expect(inputs.find(({ name }) => name === 'weight_kg')?.value).toBe(80)
  })

  it('counts a draft of amiodarone written in the same visit', async () => {
    const { inputs } = await given(patient({ orders: [ordering('703', 'amiodarone')] }))
    expect(inputs.at(-1)).toMatchObject({ name: 'amiodarone', value: 'yes', note: 'amiodarone (draft)' })
  })

  it('does not count a medicine that was stopped', async () => {
    const { inputs } = await given(patient({ medicines: [taking('2002', 'carbamazepine', 'stopped')] }))
    expect(inputs.find(({ name }) => name === 'enzyme_inducer')?.value).toBe('no')
  })

  it.each([
    ['2002', 'carbamazepine'],
    ['8183', 'phenytoin'],
    ['9384', 'rifampin'],
  ])('counts %s %s as an enzyme inducer', async (rxcui, name) => {
    const { value } = await given(patient({ medicines: [taking(rxcui, name)] }))
    expect(value).toBeCloseTo((RAW + 1.1816) ** 2, 9)
  })

  it('says that the equation is for a start when warfarin is already taken', async () => {
    const { population } = await given(patient({ medicines: [taking('11289', 'warfarin')] }))
    expect(population.fits).toBe(false)
    expect(population.limits.join(' ')).toContain('already an active medicine')
  })

  it('speaks about no other drug', async () => {
    expect(await estimate(models, patient(), GENES, { name: 'clopidogrel', rxcui: '32968' })).toEqual([])
  })
})

describe('genotypes that the equation does not know', () => {
  it.each(['*1/*5', '*2/*8', '*6/*11', '*1/*12'])(
    'CYP2C9 %s: no dose, and the reason; the clinical equation would leave out what the result says',
    async (diplotype) => {
      expect(await refused(patient(), [called('VKORC1', 'rs9923231 C/T'), called('CYP2C9', diplotype)])).toEqual([
        { code: 'out-of-range', because: expect.stringMatching(/^CYP2C9 \*.*: The equation knows \*1, \*2 and \*3 only.*CPIC \(2017\)/) },
      ])
    },
  )

  it('the order of the alleles carries no meaning', async () => {
    const swapped = await given(patient(), [called('VKORC1', 'rs9923231 T/C'), called('CYP2C9', '*3/*1')])
    expect(swapped.value).toBe((await given(patient())).value)
  })

  it('one genotype not tested: the equation’s own term, a wider interval, and it is said', async () => {
    const { variant, value, missing, interval } = await given(patient(), [called('VKORC1', 'rs9923231 C/T'), notTested('CYP2C9')])
    expect(variant).toBe('iwpc_pg')
    expect(value).toBeCloseTo((RAW + 0.9357 - 0.2188) ** 2, 9)
    expect(missing).toEqual([{ name: 'cyp2c9', label: 'CYP2C9', effect: expect.stringContaining('No result') }])
    expect(interval?.basis).toContain('one genotype unknown, n = 106')
  })

  it('no genotype at all: the clinical equation', async () => {
    const { variant, missing } = await given(patient(), [])
    expect(variant).toBe('iwpc_clinical')
    expect(missing[0]?.effect).toContain('Neither genotype is known')
  })

  it.each([
    ['indeterminate', indeterminate('CYP2C9')],
    ['open between two diplotypes', openBetween('CYP2C9', '*1/*2', '*1/*3')],
    ['known as a phenotype only', called('CYP2C9', null)],
  ])('a result that is %s is not taken for "unknown", not for normal, and not left out', async (_, call) => {
    expect(await refused(patient(), [called('VKORC1', 'rs9923231 C/T'), call])).toEqual([
      { code: expect.any(String), because: expect.stringMatching(/^CYP2C9: /) },
    ])
  })

  it('candidates that all mean the same value are used', async () => {
    const { variant, value } = await given(patient(), [called('VKORC1', 'rs9923231 C/T'), openBetween('CYP2C9', '*1/*3', '*3/*1')])
    expect([variant, value]).toEqual(['iwpc_pg', (await given(patient())).value])
  })
})

describe('race', () => {
  const asBlack = { text: 'Black or African American', codes: ['2054-5'] }

  it('not recorded: the equation’s own term for missing race, and no group interval', async () => {
    const { value, missing, interval, comparison } = await given(patient({ race: null }))
    expect(value).toBeCloseTo((RAW - 0.1032) ** 2, 9)
    expect(missing.map(({ name }) => name)).toEqual(['race'])
    expect(interval?.basis).toContain('all people of the cohort')
    expect(comparison.map(({ variant }) => variant)).toEqual(['IWPC clinical equation'])
  })

  it('several races recorded: the term for mixed race', async () => {
    const { value } = await given(patient({ race: { text: 'White; Asian', codes: ['2106-3', '2028-9'] } }))
    expect(value).toBeCloseTo((RAW - 0.1032) ** 2, 9)
  })

  it('African ancestry: clinical equation unless CYP2C9 *5, *6, *8 and *11 were tested (CPIC 2017)', async () => {
    const { variant, missing } = await given(patient({ race: asBlack }))
    expect([variant, missing[0]?.effect]).toEqual(['iwpc_clinical', expect.stringContaining('advises clinical dosing unless')])
  })

  it.each([
    ['Tested: *2, *3, *5, *6, *8, *11', 'iwpc_pg'],
    ['CYP2C9 *2 *3 *5 *6 *8 *11, VKORC1 rs9923231', 'iwpc_pg'],
    ['CYP2C9 *2 *3', 'iwpc_clinical'],
    ['CYP2C19 *2 *3 *5 *6 *8 *11, CYP2C9 *2 *3', 'iwpc_clinical'],
    ['Sequencing', 'iwpc_clinical'],
  ])('African ancestry and a result that covers "%s": %s', async (coverage, expected) => {
    const tested = [called('VKORC1', 'rs9923231 C/T'), called('CYP2C9', '*1/*3', coverage)]
    expect((await given(patient({ race: asBlack }), tested)).variant).toBe(expected)
  })
})

describe('the other published equations, beside the first', () => {
  const WARFARIN_INPUTS = {
    age: 67,
    height_cm: 170,
    weight_kg: 80,
    race: 'white',
    sex: 'female',
    vkorc1: 'A/G',
    cyp2c9: '*1/*3',
    enzyme_inducer: 0,
    amiodarone: 0,
    target_inr: 2.5,
    smoker: 0,
    dvt_or_pe: 1,
    n_drugs_raising_inr: 1,
  }
  const asked = async (change: object, variant?: string) => {
    const model = models.get('warfarin-dose')
    const [one] = model ? await estimateFrom(model, { ...WARFARIN_INPUTS, ...change }, variant) : []
    if (!one) throw new Error('no answer')
    return one
  }
  const beside = async (change: object) => {
    const one = await asked(change)
    return one.state === 'estimated' ? one.comparison.map(({ variant }) => variant) : one.because.map(({ because }) => because)
  }
  const NOT_USED = 'IWPC pharmacogenetic equation, race not used'

  it('one estimate shows the dose of every equation', async () => {
    const one = await asked({})
    if (one.state !== 'estimated') throw new Error('refused')
    const bsa = 0.007184 * 80 ** 0.425 * 170 ** 0.725
    const gage = 0.9751 - 0.3238 + 0.4317 * bsa - 0.4008 - 0.00745 * 67 + 0.2029 * 2.5 + 0.0664
    const gageClinical = 0.613 + 0.425 * bsa - 0.0075 * 67 + 0.216 * 2.5 + 0.0784
    const warg = 9.46832 - 0.90112 - 0.97546 - 0.03686 * 67 - 0.27698 - 0.06992
    expect(one.variant).toBe('iwpc_pg')
    expect(one.comparison.map(({ variant, value }) => [variant, value.toFixed(6)])).toEqual([
      [NOT_USED, expect.any(String)],
      ['IWPC clinical equation', expect.any(String)],
      ['Gage pharmacogenetic equation', (7 * Math.exp(gage)).toFixed(6)],
      ['Gage clinical equation', (7 * Math.exp(gageClinical)).toFixed(6)],
      ['WARG equation', (warg * warg).toFixed(6)],
    ])
  })

  it.each<[string, object, string[]]>([
    [
      'without target INR and interacting medicines: not shown',
      { target_inr: null, n_drugs_raising_inr: null },
      [NOT_USED, 'IWPC clinical equation'],
    ],
    [
      'with a target INR alone: Gage',
      { n_drugs_raising_inr: null },
      [NOT_USED, 'IWPC clinical equation', 'Gage pharmacogenetic equation', 'Gage clinical equation'],
    ],
    ['with an enzyme inducer: only the equations that know it', { enzyme_inducer: 1 }, [NOT_USED, 'IWPC clinical equation']],
    [
      'of African ancestry, other alleles not tested: no genetic equation',
      { race: 'black' },
      ['IWPC clinical equation, race not used', 'Gage clinical equation'],
    ],
    ['one genotype unknown: no equation that needs both', { cyp2c9: null }, [NOT_USED, 'IWPC clinical equation', 'Gage clinical equation']],
  ])('%s', async (_, change, expected) => {
    expect((await beside(change)).sort()).toEqual(expected.sort())
  })

  it.each<[string, object, string, string]>([
    ['gage_pg', { race: 'black' }, 'CYP2C9 *5, *6, *8 and *11', 'incomplete'],
    ['warg', { race: 'black' }, 'rs12777823', 'incomplete'],
    ['gage_pg', { enzyme_inducer: 1 }, 'does not know carbamazepine', 'out-of-range'],
    ['warg', { enzyme_inducer: 1 }, 'does not know carbamazepine', 'out-of-range'],
    ['gage_clinical', { enzyme_inducer: 1 }, 'does not know carbamazepine', 'out-of-range'],
    ['warg', { vkorc1: null }, 'Both genotypes have to be known', 'incomplete'],
  ])('%s alone, with %j, is refused with the reason', async (variant, change, says, code) => {
    const one = await asked(change, variant)
    expect(one).toMatchObject({ state: 'refused', because: [{ code, because: expect.stringContaining(says) }] })
  })

  it.each([
    ['white', 'people recorded as White, n = 2410', 10.79282175343347, 40.274800571232284],
    ['asian', 'people recorded as Asian, n = 1130', 8.586324203509076, 36.69019310101215],
    [null, 'all people of the cohort with both genotypes, n = 4194', 9.729677068116713, 39.68046272659441],
  ])('the interval of the genetic Gage equation is that of the group: %s', async (race, group, low, high) => {
    const one = await asked({ race }, 'gage_pg')
    expect(one.state === 'estimated' && one.interval).toEqual({
      low: expect.closeTo(low, 9),
      high: expect.closeTo(high, 9),
      level: 0.9,
      basis: expect.stringContaining(group),
    })
  })

  it.each(['warg', 'gage_clinical'])('%s has no interval, and it is said why', async (variant) => {
    const one = await asked({}, variant)
    expect(one.state === 'estimated' && [one.interval, one.limits.at(-1)]).toEqual([
      null,
      'No interval: no residuals of this equation were available.',
    ])
  })
})

describe('inputs that cannot be used are refused with the reason', () => {
  const body = (weight: ReturnType<typeof measured>) => patient({ vitals: [measured(HEIGHT, 170, 'cm'), weight] })
  it.each([
    ['no weight', patient({ vitals: [measured(HEIGHT, 170, 'cm')] }), 'not-found', 'No weight is in the record.'],
    ['a stale weight', body(measured(WEIGHT, 80, 'kg', '2025-03-01')), 'stale', 'The latest weight is of 2025-03-01, older than 365 days.'],
    [
      'a weight in an unknown unit',
      body(measured(WEIGHT, 80, 'mm[Hg]')),
      'unit-unknown',
      'The latest weight has a unit that cannot be converted.',
    ],
    ['a weight of 800 kg', body(measured(WEIGHT, 800, 'kg')), 'out-of-range', 'The latest weight is outside 1 to 400 kg.'],
    ['a weight without a date', body(measured(WEIGHT, 80, 'kg', null)), 'incomplete', 'Weight is recorded without a usable date.'],
    ['a weight from the future', body(measured(WEIGHT, 80, 'kg', '2027-01-01')), 'incomplete', 'Weight is recorded without a usable date.'],
    [
      'a weight entered in error',
      body(measured(WEIGHT, 80, 'kg', '2026-05-01', { status: 'entered-in-error' })),
      'not-found',
      'No weight is in the record.',
    ],
    [
      'a weight below a limit',
      body(measured(WEIGHT, 80, 'kg', '2026-05-01', { value: { kind: 'quantity', value: 80, unit: 'kg', comparator: '<' } })),
      'unreadable',
      'The latest weight is not a plain number.',
    ],
    [
      'two weights of one day',
      patient({ vitals: [measured(HEIGHT, 170, 'cm'), measured(WEIGHT, 80, 'kg'), measured(WEIGHT, 180, 'kg')] }),
      'conflict',
      'Values of weight of 2026-05-01 contradict each other.',
    ],
    ['a child', patient({ age: 12 }), 'out-of-range', 'Age 12 years is outside 18 to 110 years.'],
    ['a negative age', patient({ age: -3 }), 'out-of-range', 'Age -3 years is outside 18 to 110 years.'],
    ['an unknown age', patient({ age: null }), 'not-found', 'The age is not known.'],
  ])('%s', async (_, facts, code, because) => {
    expect(await refused(facts)).toEqual([{ code, because }])
  })

  it('an unread list of medicines is not an empty one', async () => {
    for (const questions of [[], [{ ...medicinesRead, state: 'failed' as const }], [{ ...medicinesRead, state: 'partial' as const }]])
      expect(await refused(patient({ questions }))).toEqual([
        { code: 'unavailable', because: 'Carbamazepine, phenytoin or rifampin: the list of medicines could not be read to its end.' },
        { code: 'unavailable', because: 'Amiodarone: the list of medicines could not be read to its end.' },
      ])
  })
})

describe('laws', () => {
  it('a missing input never makes the interval narrower on the square-root scale', async () => {
    const width = async (calls: readonly GeneCall[]) => {
      const { interval } = await given(patient({ race: null }), calls)
      return interval ? Math.sqrt(interval.high) - Math.sqrt(interval.low) : Number.NaN
    }
    const both = await width(GENES)
    const one = await width([called('VKORC1', 'rs9923231 C/T')])
    const none = await width([])
    expect([one >= both, none >= both]).toEqual([true, true])
  })

  it('whatever the inputs, the answer is a finite dose with an interval round it, or a refusal', async () => {
    const model = models.get('warfarin-dose')
    if (!model) throw new Error('model missing')
    const odd = fc.oneof(fc.double(), fc.constantFrom(null, '*1/*5', '', Number.NaN, -1, '__proto__', {}, []))
    const likely: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
      age: fc.integer({ min: 18, max: 110 }),
      height_cm: fc.double({ min: 30, max: 260, noNaN: true }),
      weight_kg: fc.double({ min: 1, max: 400, noNaN: true }),
      race: fc.constantFrom('white', 'black', 'asian', 'other', null),
      vkorc1: fc.constantFrom('G/G', 'A/G', 'A/A', null),
      cyp2c9: fc.constantFrom('*1/*1', '*1/*2', '*2/*3', '*3/*3', null),
      enzyme_inducer: fc.constantFrom(0, 1),
      amiodarone: fc.constantFrom(0, 1),
    }
    const inputs = fc.record(
      Object.fromEntries(
        Object.entries(likely).map(([name, value]) => [name, fc.oneof({ weight: 30, arbitrary: value }, { weight: 1, arbitrary: odd })]),
      ),
    )
    await fc.assert(
      fc.asyncProperty(inputs, async (values) => {
        const [one] = await estimateFrom(model, values)
        if (!one) return false
        if (one.state === 'refused') return one.because.length > 0
        const { low = Number.NaN, high = Number.NaN } = one.interval ?? {}
        return Number.isFinite(one.value) && one.value > 0 && low <= one.value && one.value <= high
      }),
      { numRuns: 500 },
    )
  })
})
