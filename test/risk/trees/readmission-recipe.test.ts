import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { refuseValue } from '../../../src/risk/encode.ts'
import { takeInputs } from '../../../src/risk/features.ts'
import { featuresSchema } from '../../../src/risk/model-folder.ts'
import { loadModels } from '../../../src/risk/registry.ts'
import { randomOf } from '../../../src/validation/resample.ts'
import { checkCodeLists } from '../../../tools/models/readmission/codes.ts'
import { type Part, partOf, readStays, staysOf } from '../../../tools/models/readmission/encounters.ts'
import { inputsOf, MAKERS } from '../../../tools/models/readmission/inputs.ts'
import { tableOf } from '../../../tools/models/readmission/prepare.ts'
import { COLUMNS, type Encounter, parseCodeLists, parseEncounters, readEncounters } from '../../../tools/models/readmission/published.ts'
import { train } from '../../../tools/models/readmission/train.ts'
import { fileOf, LISTS, STAY, stay } from './published-lists.ts'

describe('inputs of the readmission model from the published table', () => {
  it('a stay becomes the inputs that the model names, and all of them', () => {
    const { inputs } = featuresSchema.parse(JSON.parse(readFileSync('models/readmission-diabetes/features.json', 'utf8')))
    const values = inputsOf(STAY)
    expect(Object.keys(values)).toEqual(inputs.map(({ name }) => name))
    expect(values).toEqual({
      age: 75,
      sex: 'female',
      los_days: 6,
      admissions_prior_year: 2,
      ed_visits_prior_year: 1,
      outpatient_visits_prior_year: 0,
      acute: 1,
      discharged_to: 'skilled-nursing',
      main_diagnosis: 'circulatory',
      heart_failure: 1,
      ischaemic_heart_disease: 0,
      peripheral_vascular_disease: 0,
      copd: 0,
      kidney_disease: 0,
      liver_disease: 0,
      cancer: 0,
      skin_ulcer: 0,
      mental_disorder: 0,
      diabetes_complication: 1,
      hba1c: 9,
      insulin: 1,
      metformin: 0,
      sulfonylurea: 1,
    })
    const refused = [...takeInputs(inputs, values).values()].filter(({ state }) => state === 'unusable')
    expect(refused).toEqual([])
  })

  it.each<[Partial<Encounter>, Record<string, unknown>]>([
    [{ A1Cresult: 'None' }, { hba1c: null }],
    [{ A1Cresult: 'Norm' }, { hba1c: 6 }],
    [{ A1Cresult: '>7' }, { hba1c: 7.5 }],
    [{ admission_type_id: '6' }, { acute: null }],
    [{ admission_type_id: '3' }, { acute: 0 }],
    [{ discharge_disposition_id: '18' }, { discharged_to: null }],
    [{ diag_1: '250.83' }, { main_diagnosis: 'diabetes' }],
    [{ diag_1: '786' }, { main_diagnosis: 'respiratory' }],
    [
      { diag_1: 'V57', diag_2: '?', diag_3: '?' },
      { main_diagnosis: 'other', heart_failure: 0 },
    ],
    [
      { diag_1: '?', diag_2: '?', diag_3: '?' },
      { main_diagnosis: null, heart_failure: null },
    ],
    [
      { diag_2: '250', diag_3: '403' },
      { diabetes_complication: 0, kidney_disease: 1 },
    ],
    [{ age: '[0-10)' }, { age: 5 }],
  ])('%j gives %j', (change, wanted) => {
    expect(inputsOf(stay(change))).toMatchObject(wanted)
  })

  it('stays that end in death or a hospice, or of which the sex is not stated, are left out', () => {
    const left = ['11', '13', '14', '19', '20', '21'].map((id) => stay({ discharge_disposition_id: id }))
    expect(staysOf([...left, stay({ gender: 'Unknown/Invalid' }), STAY])).toHaveLength(1)
  })

  it('only readmission within 30 days is the outcome', () => {
    expect(
      staysOf([stay({ readmitted: '<30' }), stay({ readmitted: '>30' }), stay({ readmitted: 'NO' })]).map(({ outcome }) => outcome),
    ).toEqual([1, 0, 0])
  })
})

describe('what an input can know', () => {
  /** What was not known when the patient left: what became of the patient, and who the patient is. */
  const AFTER_DISCHARGE_OR_IDENTITY = ['readmitted', 'patient_nbr']
  /** Known, and kept out: reported by, never predicted from. */
  const NOT_AN_INPUT = ['race']

  it('no input declares a column that is later than the discharge, an identity, or race', () => {
    const declared = new Set(MAKERS.flatMap(({ from }) => from))
    for (const column of [...AFTER_DISCHARGE_OR_IDENTITY, ...NOT_AN_INPUT]) expect(declared).not.toContain(column)
    expect([...declared, ...AFTER_DISCHARGE_OR_IDENTITY, ...NOT_AN_INPUT].sort()).toEqual([...COLUMNS].sort())
  })

  it('changing the outcome, the identity or race changes no input', () => {
    fc.assert(
      fc.property(fc.constantFrom('<30', '>30', 'NO', ''), fc.string(), fc.string(), (readmitted, patient_nbr, race) => {
        expect(inputsOf(stay({ readmitted, patient_nbr, race }))).toEqual(inputsOf(STAY))
      }),
    )
  })

  it('an input sees the columns that it declares and no other', () => {
    const cell = fc.string({ maxLength: 6 })
    const shuffled = fc.record(Object.fromEntries(COLUMNS.map((name) => [name, cell]))) as fc.Arbitrary<Encounter>
    fc.assert(
      fc.property(shuffled, (other) => {
        for (const { input, from } of MAKERS) {
          const kept = Object.fromEntries(from.map((name) => [name, STAY[name]]))
          const safe = { admission_type_id: '1', discharge_disposition_id: '1' } // codes that are in no list are an error, as they should be
          expect(inputsOf({ ...other, ...safe, ...kept })[input]).toEqual(inputsOf(STAY)[input])
        }
      }),
    )
  })
})

describe('the split', () => {
  it('is the law of the hash', () => {
    // First eight digits of the MD5, modulo 100: 10, 27, 37 and 71.
    expect(['3', '5', '8222157', '1001'].map(partOf)).toEqual(['outside', 'test', 'tuning', 'training'])
  })

  it('keeps all stays of a patient in one part, whatever else differs', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200_000_000 }), fc.constantFrom('1', '3', '6'), (patient, to) => {
        const [one, other] = staysOf([
          stay({ patient_nbr: String(patient) }),
          stay({ patient_nbr: String(patient), discharge_disposition_id: to, number_inpatient: '9', readmitted: 'NO' }),
        ])
        expect(one?.part).toBe(other?.part)
      }),
    )
  })

  it('shares patients out as it says', () => {
    const counts = new Map<Part, number>()
    for (let n = 0; n < 20_000; n += 1) counts.set(partOf(String(n)), (counts.get(partOf(String(n))) ?? 0) + 1)
    const shares = Object.fromEntries([...counts].map(([part, count]) => [part, count / 20_000]))
    const near = (share: number) => expect.closeTo(share, 2)
    expect(shares).toEqual({ outside: near(0.15), test: near(0.13), tuning: near(0.12), training: near(0.6) })
  })
})

describe('a file that is not laid out as published', () => {
  it.each<[string, () => unknown, string]>([
    ['without a column', () => parseEncounters(fileOf([STAY]).replace('number_inpatient', 'inpatients')), 'no column number_inpatient'],
    ['with a line that is cut', () => parseEncounters(`${fileOf([STAY])}\n1,2,3`), 'line 3 has 3 cells'],
    [
      'with a code that is in no list',
      () => staysOf([stay({ discharge_disposition_id: '99' })]),
      'discharge_disposition_id 99 is not known',
    ],
    [
      'with another code list',
      () => checkCodeLists(parseCodeLists(LISTS.replace('3,Elective', '3,Night'))),
      'admission_type_id 3 is not what it was',
    ],
    [
      'with a list that has grown',
      () => checkCodeLists(parseCodeLists(LISTS.replace('8,Not Mapped', '8,Not Mapped\n9,Other'))),
      '9 is not known',
    ],
    ['without a list', () => checkCodeLists(parseCodeLists('1,Emergency')), 'no discharge_disposition_id'],
  ])('%s is refused', (_, read, said) => {
    expect(read).toThrow(said)
  })
})

describe('the table for a validation', () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'attune-readmission-'))
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  it('names patient, inputs, race and outcome and numbers the rows, since two stays may be alike; what is not known is empty', () => {
    const [published, lists] = [join(dir, 'stays.csv.gz'), join(dir, 'lists.csv')]
    writeFileSync(
      published,
      gzipSync(
        fileOf([
          STAY,
          stay({ A1Cresult: 'None', race: '?', readmitted: 'NO', discharge_disposition_id: '11' }),
          stay({ A1Cresult: 'None', race: '?', readmitted: 'NO' }),
        ]),
      ),
    )
    writeFileSync(lists, LISTS)
    expect(tableOf(readStays(published, lists)).split('\n')).toEqual([
      'id,row,age,sex,los_days,admissions_prior_year,ed_visits_prior_year,outpatient_visits_prior_year,acute,discharged_to,main_diagnosis,heart_failure,ischaemic_heart_disease,peripheral_vascular_disease,copd,kidney_disease,liver_disease,cancer,skin_ulcer,mental_disorder,diabetes_complication,hba1c,insulin,metformin,sulfonylurea,race,outcome',
      '1001,1,75,female,6,2,1,0,1,skilled-nursing,circulatory,1,0,0,0,0,0,0,0,0,1,9,1,0,1,White,1',
      '1001,2,75,female,6,2,1,0,1,skilled-nursing,circulatory,1,0,0,0,0,0,0,0,0,1,,1,0,1,,0',
      '',
    ])
  })
})

/** The published data are no part of this project; with `ATTUNE_DATASETS` they are looked at, else these tests skip themselves. */
const folder = process.env.ATTUNE_DATASETS
const found = (part: string): string =>
  folder && existsSync(folder) ? (readdirSync(folder).find((name) => name.startsWith('uci-diabetes-130') && name.includes(part)) ?? '') : ''
const [table, lists] = [found('.csv.gz'), found('ids-mapping')]

describe.skipIf(table === '' || lists === '')('on the published data (skipped without ATTUNE_DATASETS)', () => {
  it('no patient is on two sides, and the parts have the sizes of the report', () => {
    const stays = readStays(join(folder ?? '', table), join(folder ?? '', lists))
    const sides = new Map<string, Set<Part>>()
    for (const { patient, part } of stays) sides.set(patient, (sides.get(patient) ?? new Set()).add(part))
    expect([...sides.values()].filter(({ size }) => size > 1)).toEqual([])
    const manifest = JSON.parse(readFileSync('models/readmission-diabetes/manifest.json', 'utf8'))
    const sizes = (part: Part) => ({
      rows: stays.filter((one) => one.part === part).length,
      events: stays.filter((one) => one.part === part && one.outcome === 1).length,
    })
    expect(sizes('training')).toEqual({ rows: manifest.training.rows, events: manifest.training.events })
    expect(sizes('test')).toEqual({ rows: manifest.performance[0].n, events: manifest.performance[0].events })
  })

  it('every value of every stay is one that the model takes', () => {
    const { inputs } = featuresSchema.parse(JSON.parse(readFileSync('models/readmission-diabetes/features.json', 'utf8')))
    const stays = staysOf(readEncounters(join(folder ?? '', table)))
    const refused = inputs.flatMap((spec) =>
      [...new Set(stays.map(({ values }) => values[spec.name] ?? null))].flatMap((value) => refuseValue(spec, value) ?? []),
    )
    expect(refused).toEqual([])
  })
})

/** An interpreter with numpy and xgboost, where there is one. */
const python = process.env.ATTUNE_PYTHON ?? ''

/** Stays of nobody, in which earlier admissions raise the chance of another. */
const madeUpStays = (many: number): Encounter[] => {
  const random = randomOf('made-up stays')
  const draw = (from: readonly string[]): string => from[random() % from.length] ?? ''
  return Array.from({ length: many }, (_, n) => {
    const before = random() % 4
    return stay({
      patient_nbr: String(1000 + Math.floor(n / 2)),
      gender: draw(['Female', 'Male']),
      age: draw(['[40-50)', '[60-70)', '[80-90)']),
      discharge_disposition_id: draw(['1', '3', '6', '18']),
      number_inpatient: String(before),
      diag_1: draw(['428', '250.8', '486', '715']),
      A1Cresult: draw(['None', 'Norm', '>8']),
      readmitted: random() % 10 < 1 + 2 * before ? '<30' : 'NO',
    })
  })
}

describe.skipIf(python === '')('the whole recipe on made-up stays (skipped without ATTUNE_PYTHON)', () => {
  let dir: string
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'attune-recipe-'))
    writeFileSync(join(dir, 'stays.csv'), fileOf(madeUpStays(3000)))
    writeFileSync(join(dir, 'lists.csv'), LISTS)
  })
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  const FILES = ['trees.json', 'vectors.json', 'shap-vectors.json', 'model.onnx', 'manifest.json', 'report.json', 'report.md', 'card.md']
  const run = (into: string): string[] => {
    const model = join(dir, into, 'readmission-diabetes')
    cpSync('models/readmission-diabetes', model, { recursive: true })
    train({ published: join(dir, 'stays.csv'), codeLists: join(dir, 'lists.csv'), model, python }, () => {})
    return FILES.map(
      (file) =>
        `${file} ${createHash('sha256')
          .update(readFileSync(join(model, file)))
          .digest('hex')}`,
    )
  }

  it('writes the same bytes twice, and a model that passes all checks and has learnt what there was', { timeout: 600_000 }, async () => {
    const first = run('a')
    expect(run('b')).toEqual(first)
    expect(first).not.toEqual(
      FILES.map(
        (file) =>
          `${file} ${createHash('sha256')
            .update(readFileSync(`models/readmission-diabetes/${file}`))
            .digest('hex')}`,
      ),
    )
    const models = await loadModels(join(dir, 'a'), { execution: 'cpu' })
    const { performance } = models.get('readmission-diabetes')?.manifest ?? {}
    expect(performance?.[0]?.figures.auroc?.value).toBeGreaterThan(0.65)
    await models.close()
  })
})
