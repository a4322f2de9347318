import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readConfig } from '../../src/config.ts'
import type { Condition, PatientFacts } from '../../src/contract/facts.ts'
import { loadThinking } from '../../src/engine.ts'
import { AttuneError } from '../../src/errors.ts'
import { projectRoot } from '../../src/project-root.ts'
import { estimatePerson } from '../../src/risk/estimate.ts'
import { readInputs } from '../../src/risk/features.ts'
import type { Moments } from '../../src/risk/moments/moments.ts'
import { openSituation } from '../../src/risk/moments/situation.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { copyModels } from './models-copy.ts'
import { condition, conditionsRead, measured, medicinesRead, ordering, patient, taking, unrecognised } from './patient.ts'

let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu' })
})
afterAll(() => models.close())

const READ = [medicinesRead, conditionsRead]
const ICD10_CM = 'http://hl7.org/fhir/sid/icd-10-cm'

const coded = (
  code: string,
  { system = ICD10_CM, name = 'as coded', ...more }: { system?: string; name?: string } & Partial<Condition> = {},
) => condition('1', name, { ref: `Condition/${code}`, name, codes: [{ system, code, display: name }], ...more })

const NO_MOMENTS: Moments = { all: [], forDrug: () => [], discharge: [], chart: [], isOf: () => false }

const neverComputed = () => {
  throw new Error('no input of these models comes from another model')
}

/** What the input of a model reads from a record: its value, or why there is none. */
const reads = async (model: string, input: string, facts: PatientFacts): Promise<unknown> => {
  const inputs = models.get(model)?.inputs ?? []
  const reading = (await readInputs(inputs, { facts, calls: [], compute: neverComputed })).get(input)
  if (!reading) throw new Error(`${model} has no input ${input}`)
  return reading.state === 'unusable' ? reading.gap.because : reading.value
}

const withConditions = (...conditions: readonly Condition[]) => patient({ conditions, questions: READ })
const heartFailure = (...conditions: readonly Condition[]) => reads('af', 'chf_or_lv_dysfunction', withConditions(...conditions))
const MAY_BE = 'a condition of the record may be one, but its code is not among those that are known.'

describe('conditions by ICD-10', () => {
  it.each<[string, Condition, unknown]>([
    ['a code below the one of the set', coded('I50.9'), 1],
    ['the code of the set itself', coded('I50'), 1],
    ['written without the point', coded('I5022'), 1],
    ['of the World Health Organization', coded('I50.1', { system: 'http://hl7.org/fhir/sid/icd-10' }), 1],
    ['of Germany, with its certainty', coded('I50.14 G', { system: 'http://fhir.de/CodeSystem/bfarm/icd-10-gm' }), 1],
    ['by its OID', coded('I50.9', { system: 'urn:oid:2.16.840.1.113883.6.90' }), 1],
    ['by SNOMED CT', condition('84114007', 'Heart failure'), 1],
    ['a neighbour', coded('I51.9', { name: 'Heart disease, unspecified' }), `Heart failure: ${MAY_BE}`],
    ['a neighbour that leaves it open', coded('I42.0'), `Heart failure: ${MAY_BE}`],
    ['another illness', coded('J44.9'), 0],
    ['another illness whose name has its words', coded('Z82.49', { name: 'Family history of heart failure' }), 0],
    ['the same letters in another system', coded('I50.9', { system: 'urn:local', name: 'a local code' }), 0],
    ['words without a known code', coded('X1', { system: 'urn:local', name: 'Congestive heart failure' }), `Heart failure: ${MAY_BE}`],
    ['not confirmed', coded('I50.9', { verificationStatus: 'provisional' }), 'Heart failure: the record has it as not confirmed.'],
    ['refuted', coded('I50.9', { verificationStatus: 'refuted' }), 0],
  ])('%s', async (_, one, expected) => {
    expect(await heartFailure(one)).toEqual(expected)
  })

  it('a sure one outweighs one that is unclear', async () => {
    expect(await heartFailure(coded('I42.0'), coded('I50.9'))).toBe(1)
  })

  it.each<[string, string, boolean]>([
    ['atrial fibrillation', 'I48.91', true],
    ['fibrillation or flutter, which of them is not said', 'I48.9', true],
    ['atrial flutter', 'I48.92', false],
  ])('a code with = holds for itself alone: %s', async (_, code, computed) => {
    const strokes = await estimatePerson(models, withConditions(coded(code)), [])
    const one = strokes.find(({ model, state }) => model.id === 'af' && state === 'estimated')
    expect(one !== undefined).toBe(computed)
  })
})

describe('medicines by class', () => {
  const onList = (medicines: Parameters<typeof patient>[0]) => patient({ questions: READ, ...medicines })

  it.each<[string, PatientFacts, unknown]>([
    ['none', onList({ medicines: [] }), 0],
    ['one', onList({ medicines: [taking('703', 'amiodarone')] }), 1],
    ['two', onList({ medicines: [taking('703', 'amiodarone'), taking('6813', 'methadone')] }), 2],
    ['the same twice', onList({ medicines: [taking('703', 'amiodarone'), taking('703', 'amiodarone')] }), 1],
    ['one that is drafted', onList({ medicines: [taking('703', 'amiodarone')], orders: [ordering('6813', 'methadone')] }), 2],
    ['one that was stopped', onList({ medicines: [taking('703', 'amiodarone', 'stopped')] }), 0],
    [
      'a list that was not read',
      patient({ questions: [conditionsRead] }),
      'Drugs that prolong the QT interval: the list of medicines could not be read to its end.',
    ],
  ])('QT-prolonging medicines, counted: %s', async (_, facts, expected) => {
    expect(await reads('tisdale', 'n_qt_drugs', facts)).toEqual(expected)
  })

  it('a medicine that was not recognised leaves the count open, until enough are known', async () => {
    const unknown = unrecognised('a local mixture')
    const one = await reads('tisdale', 'n_qt_drugs', onList({ medicines: [unknown, taking('703', 'amiodarone')] }))
    expect(one).toContain('1 other active medicine may be one')
    const two = await reads(
      'tisdale',
      'n_qt_drugs',
      onList({ medicines: [unknown, taking('703', 'amiodarone'), taking('6813', 'methadone')] }),
    )
    expect(two).toBe(2)
  })

  it('what stays in the eye or on the skin is not taken, and leaves nothing open', async () => {
    const drops = taking('10600', 'timolol 5 MG/ML Ophthalmic Solution')
    const tablet = { ...drops, drug: { ...drops.drug, ingredients: [{ name: 'timolol', rxcui: '10600' }] } }
    const timolol = { ...tablet, local: true as const }
    expect(await reads('pce', 'bp_tx', onList({ medicines: [timolol] }))).toBe(0)
    expect(await reads('pce', 'bp_tx', onList({ medicines: [{ ...unrecognised('an ointment'), local: true }] }))).toBe(0)
    expect(await reads('pce', 'bp_tx', onList({ medicines: [tablet] }))).toBe(1)
    const held = (...medicines: (typeof tablet)[]) =>
      openSituation(NO_MOMENTS, models, onList({ medicines }), []).held.map(({ drug }) => drug.text)
    expect(held(tablet, { ...timolol, ref: 'MedicationRequest/drops' })).toEqual([tablet.drug.text])
  })

  it('the stability of the INR matters only with a vitamin K antagonist, and is then asked', async () => {
    expect(await reads('af', 'hb_labile_inr', onList({}))).toBe(0)
    expect(await reads('af', 'hb_labile_inr', onList({ medicines: [taking('11289', 'warfarin')] }))).toContain('has to be given')
  })
})

describe('inputs made from others', () => {
  const CREATININE = '2160-0'
  const kidney = (value: number | null, ...conditions: readonly Condition[]) =>
    reads(
      'af',
      'hb_abnormal_renal',
      patient({ questions: READ, conditions, labs: value === null ? [] : [measured(CREATININE, value, 'mg/dL')] }),
    )

  it.each<[string, number | null, Condition[], unknown]>([
    ['creatinine below the bound', 2.25, [], 0],
    ['creatinine at the bound', 2.26, [], 1],
    ['dialysis, whatever the creatinine', 1, [coded('Z99.2')], 1],
    ['dialysis without a creatinine', null, [coded('Z99.2')], 1],
    ['a transplant of the past', 1, [coded('Z94.0', { clinicalStatus: 'resolved' })], 1],
  ])('abnormal kidney function: %s', async (_, value, conditions, expected) => {
    expect(await kidney(value, ...conditions)).toBe(expected)
  })

  it('abnormal kidney function: nothing known of the creatinine is not "none"', async () => {
    expect(await kidney(null)).toBe('No creatinine is in the record.')
  })
})

describe('Charlson points of LACE', () => {
  const points = (...conditions: readonly Condition[]) => reads('readmission', 'charlson', withConditions(...conditions))

  it.each<[string, Condition[], unknown]>([
    ['nothing', [], 0],
    ['two illnesses', [coded('I50.9'), coded('I21.4')], 3],
    ['one illness coded twice', [coded('I50.9'), coded('I50.1')], 2],
    ['diabetes with and without complications: the higher alone', [coded('E11.9'), coded('E11.22')], 2],
    ['metastases outrank the tumour', [coded('C50.9'), coded('C79.5')], 6],
  ])('%s', async (_, conditions, expected) => {
    const value = await points(...conditions)
    expect(value).toBe(expected)
  })
})

describe('the shared tables are complete or nothing is served', () => {
  let copy: ReturnType<typeof copyModels>
  beforeEach(() => {
    copy = copyModels('tisdale')
  })
  afterEach(() => copy.remove())

  const change = (file: string, edit: (text: string) => string) =>
    writeFileSync(join(copy.dir, file), edit(readFileSync(join(copy.dir, file), 'utf8')))
  const problem = async () => {
    const loaded = await loadModels(copy.dir, { execution: 'cpu' }).catch((error: unknown) => error)
    return loaded instanceof AttuneError ? `${loaded.code}: ${loaded.detail}` : 'loaded'
  }

  it.each<[string, string, (text: string) => string, string]>([
    [
      'an unknown class',
      'tisdale/features.json',
      (text) => text.replace('"qt-prolonging"', '"qt-lengthening"'),
      'n_qt_drugs names the class qt-lengthening',
    ],
    ['an unknown set', 'tisdale/features.json', (text) => text.replace('"sepsis"]', '"septicaemia"]'), 'sepsis names the set septicaemia'],
    [
      'a row without its source',
      'medicine-classes.json',
      (text) => text.replace(/"source": ?"[^"]+"/, '"source": "hearsay"'),
      'hearsay, which is not there',
    ],
    ['a code that is none', 'medicine-classes.json', (text) => text.replace(/"rxcui": ?"\d+"/, '"rxcui": "many"'), 'medicine-classes.json'],
    [
      'a set without its source',
      'condition-sets.json',
      (text) => text.replace(/"sources": ?\["[^"]+"/, '"sources": ["hearsay"'),
      'hearsay, which is not there',
    ],
    [
      'a code that is no ICD-10',
      'condition-sets.json',
      (text) => text.replace(/"icd10": ?\["[^"]+"/, '"icd10": ["50I"'),
      'condition-sets.json',
    ],
    ['no JSON', 'condition-sets.json', (text) => text.slice(1), 'condition-sets.json'],
  ])('%s', async (_, file, edit, says) => {
    change(file, edit)
    expect(await problem()).toMatch(/^model-invalid: /)
    expect(await problem()).toContain(says)
  })

  it('a class with a drug that the rules do not know by that name and code stops the start', async () => {
    const row = /"name": ?"amiodarone", ?"rxcui": ?"703"/
    const start = async () => {
      const config = { ...readConfig({}, projectRoot), modelsDir: copy.dir }
      const error: unknown = await loadThinking(config).then(
        ({ kit }) => kit.models.close(),
        (thrown: unknown) => thrown,
      )
      return error instanceof AttuneError ? `${error.code}: ${error.detail}` : 'started'
    }
    expect(readFileSync(join(copy.dir, 'medicine-classes.json'), 'utf8')).toMatch(row)
    change('medicine-classes.json', (text) => text.replace(new RegExp(row, 'g'), '"name": "amiodarone", "rxcui": "704"'))
    expect(await start()).toBe('model-invalid: medicine-classes.json: amiodarone (704) is not a drug of the rules by that name and code')
  })

  it('another member of a class is another model', async () => {
    const before = await loadModels(copy.dir, { execution: 'cpu' })
    change('condition-sets.json', (text) => text.replace('"A40"', '"A39"'))
    const after = await loadModels(copy.dir, { execution: 'cpu' })
    expect(after.versions.tisdale).not.toBe(before.versions.tisdale)
    await Promise.all([before.close(), after.close()])
  })
})
