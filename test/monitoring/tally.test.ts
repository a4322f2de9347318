import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PatientFacts } from '../../src/contract/facts.ts'
import type { Standing } from '../../src/contract/monitoring.ts'
import type { RiskEstimate } from '../../src/contract/risk.ts'
import { tally } from '../../src/monitoring/tally.ts'
import { estimate, estimatePerson } from '../../src/risk/estimate.ts'
import { loadModels, type Models } from '../../src/risk/registry.ts'
import { condition, conditionsRead, HEIGHT, measured, medicinesRead, patient, WARFARIN, WEIGHT } from '../risk/patient.ts'

let models: Models
const off = new Set<string>()
const standing = (id: string): Standing => (off.has(id) ? { use: 'off', because: 'Switched off on 2026-06-30: recall' } : { use: 'on' })
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu', strict: false, standing })
}, 600_000)
afterAll(() => models?.close())

const CALL = { ms: 12 }
const cellsOf = (estimates: readonly RiskEstimate[], id: string): string[] =>
  tally(CALL, estimates, models)
    .filter(({ model }) => model === id)
    .flatMap(({ cells }) =>
      cells.map(([subject, measure, bin, value]) =>
        [subject || '-', measure, bin, ...(value === undefined ? [] : [value.toFixed(1)])].join(' '),
      ),
    )
const dose = async (facts: PatientFacts) => cellsOf(await estimate(models, facts, [], WARFARIN), 'warfarin-dose')
const person = async (id: string, facts: PatientFacts) => cellsOf(await estimatePerson(models, facts, []), id)
const READ = [medicinesRead, conditionsRead]

describe('what a call adds to the counts of a model', () => {
  it('is how it ended, the bins of its inputs, and why the others had no value: no value of the patient', async () => {
    const cells = await dose(patient({ age: 67 }))
    expect(cells).toContain('- asked estimated')
    expect(cells).toContain('- execution cpu')
    expect(cells).toContain('- latency 2')
    expect(cells.filter((cell) => cell.startsWith('age '))).toEqual([expect.stringMatching(/^age value \d+$/)])
    expect(cells.filter((cell) => cell.startsWith('race '))).toEqual(['race value white'])
    expect(cells.filter((cell) => /^(cyp2c9|vkorc1) /.test(cell))).toEqual([
      expect.stringContaining('state default:not-tested'),
      expect.stringContaining('state default:not-tested'),
    ])
    expect(cells.filter((cell) => / score /.test(cell))).toHaveLength(1)
    expect(cells.join(' ')).not.toContain('67')
  })

  it.each([
    ['missing', [measured(HEIGHT, 170, 'cm')], 'not-found'],
    ['of an unknown unit', [measured(HEIGHT, 170, 'cm'), measured(WEIGHT, 80, 'mg/dL')], 'unit-unknown'],
    ['impossible', [measured(HEIGHT, 170, 'cm'), measured(WEIGHT, 8000, 'kg')], 'out-of-range'],
    ['too old', [measured(HEIGHT, 170, 'cm'), measured(WEIGHT, 80, 'kg', '1999-01-01')], 'stale'],
    ['contradictory', [measured(HEIGHT, 170, 'cm'), measured(WEIGHT, 80, 'kg'), measured(WEIGHT, 120, 'kg')], 'conflict'],
  ])('names an input that is %s, and the refusal', async (_what, vitals, code) => {
    const cells = await dose(patient({ vitals }))
    expect(cells.filter((cell) => cell.startsWith('weight_kg '))).toEqual([`weight_kg state ${code}`])
    expect(cells).toContain('- asked refused')
    expect(cells).toContain(`- refusal ${code}`)
  })

  it('counts what fuller variants lacked although another gave an estimate', async () => {
    const facts = patient({ age: 60, questions: READ, labs: [measured('2160-0', 1, 'mg/dL')] })
    const cells = await person('kidney', facts)
    expect(cells.filter((cell) => cell.startsWith('scys'))).toEqual([expect.stringMatching(/^scys\w* state not-found$/)])
    expect(cells.filter((cell) => cell.startsWith('age '))).toHaveLength(1) // two questions used it
    expect(cells.filter((cell) => cell === '- asked estimated')).toHaveLength(2)
  })

  it('blames no model for a question that does not arise, nor for being switched off', async () => {
    const facts = patient({
      age: 60,
      questions: READ,
      labs: [measured('2160-0', 1, 'mg/dL')],
      conditions: [condition('105502003', 'Dependence on renal dialysis')],
    })
    expect(await person('kfre', facts)).toContain('- asked not-eligible')
    off.add('warfarin-dose')
    expect((await dose(patient())).filter((cell) => cell.startsWith('- asked'))).toEqual(['- asked off'])
    off.clear()
  })

  it('counts a model that holds itself back as such', async () => {
    const [one] = await estimate(models, patient({ vitals: [] }), [], WARFARIN)
    if (one?.state !== 'refused') throw new Error('refused is meant')
    const held = { ...one, because: [{ about: one.model.id, code: 'undecided' as const, because: 'Too close to call.' }] }
    expect(cellsOf([held], 'warfarin-dose').slice(0, 2)).toEqual(['- asked abstained', '- refusal undecided'])
  })

  it('counts a number in the band of neither outcome as undecided', async () => {
    const model = models.all.find(({ variants }) => variants.some(({ outputs: [main] }) => main.spec.conformal))
    const variant = model?.variants.find(({ outputs: [main] }) => main.spec.conformal)
    if (!model || !variant) throw new Error('no conformal model is served')
    const { bands = [], conformal } = variant.outputs[0].spec
    const [one] = await estimate(models, patient(), [], WARFARIN)
    if (one?.state !== 'estimated') throw new Error('an estimate is meant')
    const told = bands.map(({ id, label }) => {
      const estimated = { ...one, model: model.ref, variant: variant.spec.id, value: 1, band: label, inputs: [], alsoRead: [] }
      return [id === conformal?.abstain, cellsOf([estimated], model.ref.id)[0]]
    })
    expect(told.filter(([abstains]) => abstains)).toEqual([[true, '- asked undecided']])
    expect(told.filter(([abstains]) => !abstains)).toEqual(bands.slice(1).map(() => [false, '- asked estimated']))
  })

  it('counts a number that two drugs share once', async () => {
    const estimates = await estimate(models, patient(), [], WARFARIN)
    expect(cellsOf([...estimates, ...estimates], 'warfarin-dose')).toEqual(cellsOf(estimates, 'warfarin-dose'))
  })

  it('of a genome is the share of places that could be read', async () => {
    const cells = await person('pgs000001', patient({ questions: READ }))
    expect(cells.filter((cell) => cell.startsWith('places of the genome'))).toEqual(['places of the genome value 0'])
    expect(cells.length).toBeLessThan(12)
  })
})
