import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PatientFacts } from '../../src/contract/facts.ts'
import { estimateFrom, estimatePerson } from '../../src/risk/estimate.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import {
  condition,
  conditionsRead,
  HEIGHT,
  measured,
  medicinesRead,
  type Person,
  patient,
  smoking,
  taking,
  unrecognised,
  WEIGHT,
} from './patient.ts'

let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu' })
})
afterAll(() => models.close())

const CREATININE = '2160-0'
const READ = [medicinesRead, conditionsRead]
const adult = (person: Person = {}): PatientFacts => patient({ age: 60, questions: READ, ...person })

const EGFR = 'Estimated glomerular filtration rate'
const KFRE = 'Kidney failure (dialysis or transplant)'
const TEN_YEARS = 'Cardiovascular disease within 10 years'
const MELD = 'Severity of chronic liver disease'

const asked = async (facts: PatientFacts, title: string) => {
  const all = await estimatePerson(models, facts, [])
  const one = all.find((estimate) => estimate.title.startsWith(title))
  if (!one) throw new Error(`no answer to ${title}`)
  return one
}
const given = async (facts: PatientFacts, title: string) => {
  const one = await asked(facts, title)
  if (one.state !== 'estimated') throw new Error(JSON.stringify(one.because))
  return one
}
const refused = async (facts: PatientFacts, title: string) => {
  const one = await asked(facts, title)
  return one.state === 'refused' ? one.because.map(({ because }) => because).join(' ') : `estimated ${one.value}`
}

const labs = (...values: readonly (readonly [string, number, string])[]) => values.map(([code, value, unit]) => measured(code, value, unit))

describe('kidney function', () => {
  it('is CKD-EPI 2021 from the latest creatinine, with its resource and date', async () => {
    const { value, variant, unit, inputs } = await given(adult({ labs: labs([CREATININE, 1, 'mg/dL']) }), EGFR)
    // 142 x (1/0.7)^-1.2 x 0.9938^60 x 1.012, by hand
    expect(value).toBeCloseTo(142 * (1 / 0.7) ** -1.2 * 0.9938 ** 60 * 1.012, 9)
    expect([variant, unit, inputs.map(({ name }) => name)]).toEqual(['ckd_epi_2021_cr', 'mL/min/{1.73_m2}', ['age', 'sex', 'scr_mgdl']])
    expect(inputs[2]?.facts[0]?.resource).toBe('Observation/2160-0-2026-05-01-1')
  })

  it('is the same from micromoles, and says what was converted', async () => {
    const inMicromoles = await given(adult({ labs: labs([CREATININE, 88.42, 'umol/L']) }), EGFR)
    expect(inMicromoles.value).toBeCloseTo((await given(adult({ labs: labs([CREATININE, 1, 'mg/dL']) }), EGFR)).value, 6)
    expect(inMicromoles.inputs[2]?.facts[0]?.conversion).toBe('88.42 umol/L = 1 mg/dL')
  })

  it.each([
    ['by amount of substance', '14682-9', 88.42, 'umol/L'],
    ['in whole blood', '38483-4', 1, 'mg/dL'],
  ])('is the same from the code for creatinine %s', async (_, code, value, unit) => {
    const other = await given(adult({ labs: labs([code, value, unit]) }), EGFR)
    expect(other.value).toBeCloseTo((await given(adult({ labs: labs([CREATININE, 1, 'mg/dL']) }), EGFR)).value, 6)
  })

  it('uses both markers when both are known, and shows the equations of one beside it', async () => {
    const { variant, comparison } = await given(adult({ labs: labs([CREATININE, 1, 'mg/dL'], ['33863-2', 0.9, 'mg/L']) }), EGFR)
    expect(variant).toBe('ckd_epi_2021_cr_cys')
    expect(comparison.map((row) => row.variant)).toEqual(['CKD-EPI 2012, cystatin C', 'CKD-EPI 2021, creatinine'])
  })

  it('Cockcroft-Gault takes the weight of the record and is not indexed', async () => {
    const { value, unit } = await given(adult({ labs: labs([CREATININE, 1, 'mg/dL']) }), 'Creatinine clearance')
    expect([value.toFixed(6), unit]).toEqual([(((140 - 60) * 80 * 0.85) / 72).toFixed(6), 'mL/min'])
  })

  it.each<[string, Person, string]>([
    ['no creatinine', {}, 'No creatinine is in the record.'],
    ['a child', { age: 12, labs: labs([CREATININE, 1, 'mg/dL']) }, 'Age 12 years is outside 18 to 110 years.'],
    ['a sex that the equation does not know', { sex: 'other', labs: labs([CREATININE, 1, 'mg/dL']) }, 'female and male only'],
    ['no sex', { sex: null, labs: labs([CREATININE, 1, 'mg/dL']) }, 'The sex is not recorded.'],
    ['an impossible creatinine', { labs: labs([CREATININE, 300, 'mg/dL']) }, 'outside 0.1 to 30 mg/dL'],
    ['a creatinine of zero', { labs: labs([CREATININE, 0, 'mg/dL']) }, 'outside 0.1 to 30 mg/dL'],
    ['an unknown unit', { labs: labs([CREATININE, 1, 'mg']) }, 'has a unit that cannot be converted'],
    [
      'dialysis',
      { labs: labs([CREATININE, 1, 'mg/dL']), conditions: [condition('105502003', 'Dependence on renal dialysis')] },
      'on dialysis',
    ],
    ['a stale creatinine', { labs: [measured(CREATININE, 1, 'mg/dL', '2024-05-01')] }, 'older than 365 days'],
    [
      'two results of one day',
      { labs: labs([CREATININE, 1, 'mg/dL'], [CREATININE, 3, 'mg/dL']) },
      'Values of creatinine of 2026-05-01 contradict each other.',
    ],
  ])('is not computed with %s', async (_, person, said) => {
    expect(await refused(adult(person), EGFR)).toContain(said)
  })

  it('is not computed while nobody knows whether the person is on dialysis', async () => {
    const facts = adult({ labs: labs([CREATININE, 1, 'mg/dL']), questions: [medicinesRead, { ...conditionsRead, state: 'failed' }] })
    expect(await refused(facts, EGFR)).toBe('Dialysis: the list of conditions could not be read to its end.')
  })
})

describe('kidney failure', () => {
  const sick = labs([CREATININE, 2.5, 'mg/dL'], ['9318-7', 300, 'mg/g'])

  it('takes its eGFR from the creatinine of the record, and names that resource', async () => {
    const egfr = await given(adult({ labs: sick }), EGFR)
    const { value, inputs, also, unit, variant } = await given(adult({ labs: sick }), KFRE)
    expect(variant).toBe('v6')
    const input = inputs.find(({ name }) => name === 'egfr')
    expect([input?.value, input?.facts.map(({ resource }) => resource)]).toEqual([
      Number(egfr.value.toPrecision(4)),
      ['Patient/p', 'Patient/p', 'Observation/2160-0-2026-05-01-2.5'],
    ])
    expect([unit, also?.length, value > 0 && value < 100]).toEqual(['%', 3, true])
  })

  it.each<[string, string, string]>([
    ['US', 'within 5 years, North America', 'within 5 years, outside North America'],
    ['CA', 'within 5 years, North America', 'within 5 years, outside North America'],
    ['NL', 'within 5 years, outside North America', 'within 5 years, North America'],
  ])('at a site in %s the number of its region comes first, the other stands beside it', async (country, first, beside) => {
    const local = await loadModels('models', { execution: 'cpu', country })
    const model = local.get('kfre')
    if (!model) throw new Error('no kfre')
    const [one] = await estimateFrom(model, { age: 60, male: 0, egfr: 30, acr_mg_g: 300 }, 'v4')
    if (one?.state !== 'estimated') throw new Error(JSON.stringify(one))
    const numbers = new Map([[one.label, one.value], ...(one.also ?? []).map(({ label, value }) => [label, value] as const)])
    expect([one.label, numbers.size, numbers.has(beside)]).toEqual([first, 4, true])
    // Published four-variable equation, baselines at 5 years 0.924 (North America) and 0.9365 (elsewhere).
    const lp = -0.2201 * (60 / 10 - 7.036) + 0.2467 * (0 - 0.5642) - 0.5567 * (30 / 5 - 7.222) + 0.451 * (Math.log(300) - 5.137)
    expect(one.value).toBeCloseTo(100 * (1 - (country === 'NL' ? 0.9365 : 0.924) ** Math.exp(lp)), 6)
    await local.close()
  })

  it('is refused above an eGFR of 60, and says so', async () => {
    const facts = adult({ labs: labs([CREATININE, 0.8, 'mg/dL'], ['9318-7', 300, 'mg/g']) })
    expect(await refused(facts, KFRE)).toMatch(/^eGFR [^.]* \d+(?:\.\d)? mL\/min\/1\.73 m² is outside 1 to 60 mL\/min\/1\.73 m²\.$/)
  })
})

describe('cardiovascular risk', () => {
  const person: Person = {
    age: 50,
    vitals: [measured(HEIGHT, 170, 'cm'), measured(WEIGHT, 100, 'kg'), measured('8480-6', 160, 'mm[Hg]'), measured('39156-5', 35, 'kg/m2')],
    labs: labs(['2093-3', 200, 'mg/dL'], ['2085-9', 45, 'mg/dL'], [CREATININE, 0.8, 'mg/dL']),
    lifestyle: [smoking('266919005', 'Never smoker')],
    conditions: [condition('44054006', 'Type 2 diabetes')],
    medicines: [taking('6918', 'metoprolol')],
  }

  it('is PREVENT from the record, with the other outcomes beside it', async () => {
    const { variant, value, also, inputs, label } = await given(adult(person), TEN_YEARS)
    // The printed example of the source (Table S25: 14.7 %) has an eGFR of 90; this person's is 90.1.
    expect([variant, label, value.toFixed(1)]).toEqual(['base_10yr', 'any cardiovascular disease', '14.7'])
    expect(also?.map((one) => one.label)).toEqual(['atherosclerotic disease', 'heart failure', 'coronary heart disease', 'stroke'])
    expect(inputs.find(({ name }) => name === 'smoking')?.value).toBe('Never smoker')
  })

  it('uses the table with HbA1c when it is known, and the full one with two of three', async () => {
    const more = (...extra: readonly (readonly [string, number, string])[]) =>
      adult({ ...person, labs: [...(person.labs ?? []), ...labs(...extra)] })
    expect((await given(more(['4548-4', 7, '%']), TEN_YEARS)).variant).toBe('hba1c_10yr')
    const full = await given(more(['4548-4', 53, 'mmol/mol'], ['9318-7', 10, 'mg/mmol']), TEN_YEARS)
    expect(full.variant).toBe('full_10yr')
    expect(full.missing.find(({ name }) => name === 'sdi_decile')?.effect).toContain('the term for a missing index is used')
  })

  it.each<[string, Person, string]>([
    ['a known infarction', { conditions: [condition('22298006', 'Myocardial infarction')] }, 'Cardiovascular disease is known'],
    [
      'an old infarction under another code',
      { conditions: [condition('1755008', 'Old myocardial infarction')] },
      'its code is not among those',
    ],
    [
      'a diabetes that is only suspected',
      { conditions: [condition('44054006', 'Type 2', { verificationStatus: 'provisional' })] },
      'not confirmed',
    ],
    ['an unknown kind of diabetes', { conditions: [condition('8801005', 'Secondary diabetes mellitus')] }, 'its code is not among those'],
    ['a smoking status that is not known', { lifestyle: [smoking('266927001', 'Unknown if ever smoked')] }, 'an answer that is not known'],
    ['no smoking status', { lifestyle: [] }, 'No smoking is in the record.'],
    ['a medicine that was not recognised', { medicines: [unrecognised('a local mixture')] }, '1 other active medicine may be one'],
    ['a list of medicines that was not read', { medicines: [], questions: [conditionsRead] }, 'could not be read to its end'],
    [
      'a pressure outside the source',
      { vitals: [measured('8480-6', 210, 'mm[Hg]'), measured('39156-5', 35, 'kg/m2')] },
      'outside 90 to 180',
    ],
    ['an age outside the source', { age: 85 }, 'outside 30 to 79'],
  ])('is not computed with %s', async (_, change, said) => {
    expect(await refused(adult({ ...person, ...change }), TEN_YEARS)).toContain(said)
  })

  it('counts a medicine that lowers blood pressure, and one that does not as none', async () => {
    const treated = await given(adult({ ...person, medicines: [taking('29046', 'lisinopril')] }), TEN_YEARS)
    const other = await given(adult({ ...person, medicines: [taking('161', 'acetaminophen')] }), TEN_YEARS)
    expect(treated.inputs.find(({ name }) => name === 'bp_tx')).toMatchObject({ value: 'yes', note: 'lisinopril' })
    expect(other.inputs.find(({ name }) => name === 'bp_tx')).toMatchObject({ value: 'no' })
    expect(treated.value).toBeGreaterThan(other.value)
  })

  it('over 30 years is for people under 60', async () => {
    expect(await refused(adult({ ...person, age: 60 }), 'Cardiovascular disease within 30 years')).toBe(
      'Estimates over 30 years are for ages of 30 to 59.',
    )
  })

  it('the older equations show the value without race beside the one with it', async () => {
    const facts = adult({ ...person, race: { text: 'Black or African American', codes: ['2054-5'] } })
    const { comparison, inputs } = await given(facts, 'Atherosclerotic disease within 10 years')
    expect(comparison.map(({ variant }) => variant)).toEqual(['Pooled Cohort Equations, race not used (computed as White)'])
    expect(inputs.find(({ name }) => name === 'race')?.note).toBe('an input of the published equation')
  })
})

describe('scores that presume a condition', () => {
  it('are not asked of a record without it', async () => {
    expect(await refused(adult(), MELD)).toBe('No cirrhosis or chronic hepatitis is among the conditions.')
    expect(await refused(adult(), 'Stroke in atrial fibrillation')).toBe('No atrial fibrillation is among the conditions.')
  })

  it('MELD 3.0 is given with its survival, and the older scores beside it', async () => {
    const facts = adult({
      conditions: [condition('19943007', 'Cirrhosis of liver')],
      labs: labs(
        [CREATININE, 1.9, 'mg/dL'],
        ['1975-2', 4.2, 'mg/dL'],
        ['6301-6', 1.2, '1'],
        ['2951-2', 130, 'mmol/L'],
        ['1751-7', 2.5, 'g/dL'],
      ).map((one) => ({ ...one, lineage: { ...one.lineage, date: '2026-05-20' } })),
    })
    const { variant, also, comparison } = await given(facts, MELD)
    expect([variant, also?.map(({ label }) => label), comparison.map((row) => row.variant)]).toEqual([
      'meld_3',
      ['survival at 90 days without transplant'],
      ['MELD-Na', 'MELD'],
    ])
    expect(comparison[1]?.value).toBeCloseTo(20.0391626, 6) // printed in the tests of R ameld
  })

  it('CHA2DS2-VA leaves sex out, and CHA2DS2-VASc stands beside it', async () => {
    const conditions = [condition('49436004', 'Atrial fibrillation'), condition('38341003', 'Hypertension')]
    const { value, comparison } = await given(adult({ age: 76, conditions }), 'Stroke in atrial fibrillation')
    expect([value, comparison[0]?.value]).toEqual([3, 4])
  })
})

describe('what a study saw with a score', () => {
  const INPUTS = {
    age: 70,
    female: 1,
    chf_or_lv_dysfunction: 1,
    hypertension: 1,
    diabetes: 0,
    stroke_tia_te: 0,
    vascular_disease: 0,
  }
  const HAS_BLED = {
    age: 70,
    hb_uncontrolled_hypertension_sbp_gt160: 0,
    hb_abnormal_renal: 1,
    hb_abnormal_liver: 0,
    hb_stroke: 0,
    hb_bleeding_history: 0,
    hb_labile_inr: 0,
    hb_antiplatelet_or_nsaid: 0,
    hb_alcohol_excess: 0,
  }
  const first = async (id: string, inputs: object, variant: string) => {
    const model = models.get(id)
    const [one] = model ? await estimateFrom(model, inputs as Record<string, unknown>, variant) : []
    if (one?.state !== 'estimated') throw new Error(JSON.stringify(one))
    return one
  }

  it('stands beside the points, with the study and its year, and is not the value', async () => {
    const bleeding = await first('af', HAS_BLED, 'has_bled')
    expect([bleeding.value, bleeding.also]).toEqual([
      2,
      [
        {
          label: 'major bleeding seen with this score in the study (Pisters 2010; 5 and more: too few people)',
          value: 1.88,
          unit: 'per 100 patient-years',
        },
      ],
    ])
  })

  it('is not shown where the study had too few people', async () => {
    const all = Object.fromEntries(Object.keys(HAS_BLED).map((name) => [name, name === 'age' ? 70 : 1]))
    const bleeding = await first('af', all, 'has_bled')
    expect([bleeding.value, bleeding.also]).toEqual([9, undefined])
  })

  it('stands beside a score that is shown for comparison', async () => {
    const stroke = await first('af', INPUTS, 'cha2ds2_vasc')
    expect([stroke.value, stroke.also?.map(({ value, unit }) => [value, unit])]).toEqual([4, [[4, '% per year']]])
    const { comparison } = await given(
      adult({ age: 76, conditions: [condition('49436004', 'Atrial fibrillation'), condition('38341003', 'Hypertension')] }),
      'Stroke in atrial fibrillation',
    )
    expect(comparison.map((row) => [row.variant, row.value, row.unit])).toEqual([
      ['CHA2DS2-VASc', 4, '{score}'],
      ['CHA2DS2-VASc, stroke and embolism seen with this score in the study (Lip 2010, one cohort)', 4, '% per year'],
    ])
  })
})

describe('delirium after cardiac surgery', () => {
  const withAlbumin = (albumin: number) =>
    adult({
      labs: labs(['72106-8', 28, '{score}'], ['48545-8', 2, '{score}'], ['1751-7', albumin, 'g/dL']).map((one) => ({
        ...one,
        lineage: { ...one.lineage, date: '2026-05-20' },
      })),
    })

  it.each<[number, number]>([
    [3.5, 43],
    [3.6, 18],
    [4.4, 18],
    [4.5, 43],
    [45, 0],
  ])('counts an albumin of %s g/dL by the limits of the source', async (albumin, expected) => {
    const one = await asked(withAlbumin(albumin), 'Delirium after cardiac surgery')
    expect(one.state === 'estimated' ? one.value : 0).toBe(expected)
  })
})

describe('given by name', () => {
  const from = async (id: string, inputs: Readonly<Record<string, unknown>>, variant?: string) => {
    const model = models.get(id)
    if (!model) throw new Error(id)
    return estimateFrom(model, inputs, variant)
  }

  it('a class is named with the points', async () => {
    const inputs = { bilirubin_mgdl: 4.3, albumin_gdl: 3.5, inr: 3, ascites: 'moderate_severe', encephalopathy: 'none' }
    expect(await from('liver', inputs, 'child_pugh')).toMatchObject([{ value: 12, band: 'class C' }])
  })

  it('a score whose points nobody has read is off', async () => {
    const all = await from('opioid-risk', Object.fromEntries((models.get('opioid-risk')?.inputs ?? []).map(({ name }) => [name, 0])))
    expect(all.map((one) => one.state)).toEqual(['refused', 'refused'])
  })

  it('PRE-DELIRIC gives a rank and never a percentage', async () => {
    const inputs = { age: 70, apache2: 20, coma: 'none', admission: 'medical', infection: 1, metabolic_acidosis: 0 }
    const [one] = await from('delirium', { ...inputs, morphine_mg_24h: 0, sedatives: 1, urea_mmol_l: 10, urgent: 1 }, 'pre_deliric_2012')
    if (one?.state !== 'estimated') throw new Error('refused')
    expect([one.unit, one.band, one.also]).toEqual(['{rank}', 'very high', undefined])
  })
})
