import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runMain } from './run-main.ts'

const folder = mkdtempSync(join(tmpdir(), 'attune-predict-'))

const predict = (model: string, inputs: unknown) => {
  const file = join(folder, `${model}.json`)
  writeFileSync(file, JSON.stringify(inputs))
  return runMain('predict', model, file)
}

const firstLines = (out: string, count: number): string[] =>
  out
    .split('\n')
    .slice(0, count)
    .map((line) => line.trim())

test('a misspelt input is told, and never passes for one that is not given', async () => {
  const { status, err, out } = await predict('kidney', { age: 60, sex: 'female', scr_mgdl: 1, cystatin: 2 })
  expect([status, err.trim()]).toEqual([0, 'Not used, since kidney has no such input: cystatin.'])
  expect(out).toContain('Estimated glomerular filtration rate (CKD-EPI 2021, creatinine): 64.50')
})

test('what vector files say beside the inputs is no misspelling', async () => {
  const person = { age: 55, sex: 'male', total_c: 220, hdl_c: 45, sbp: 150, bmi: 29, egfr: 85, dm: 0, smoking: 1, bp_tx: 0, statin: 0 }
  const { status, err } = await predict('prevent', { model: 'base', horizon: '10yr', ...person })
  expect([status, err]).toEqual([0, ''])
})

test.each([
  ['readmission', { los_days: 2, acute: 1, charlson: 1, ed_visits_6mo: 2.7 }, 'Emergency visits in six months 2.7 is not a whole number.'],
  ['readmission', { los_days: 2.5, acute: 1, charlson: 1, ed_visits_6mo: 2 }, 'Length of stay 2.5 is not a whole number.'],
  ['readmission', { los_days: 2, acute: 1, charlson: 1.5, ed_visits_6mo: 2 }, 'is not a whole number.'],
])('a score has no points between two counts: %s %o', async (model, inputs, said) => {
  const { out } = await predict(model, inputs)
  const lines = out.split('\n')
  const at = lines.findIndex((line) => line.startsWith('Death or unplanned readmission'))
  expect(firstLines(lines.slice(at).join('\n'), 2)).toEqual([
    'Death or unplanned readmission within 30 days: not computed',
    expect.stringContaining(said),
  ])
})

test.each([
  [{ age: 45, project_to: 50, age_first_birth: 50 }, 'The ages at menarche, at first birth and now contradict each other.'],
  [
    { age: 45, project_to: 50, age_menarche: 20, age_first_birth: 18 },
    'The ages at menarche, at first birth and now contradict each other.',
  ],
  [{ age: 60, project_to: 50 }, 'The age to which the risk runs is below the age.'],
])('ages that cannot be in this order are not computed with: %o', async (inputs, said) => {
  const { out, status } = await predict('bcrat', { nulliparous: 0, race: 'white', ...inputs })
  expect([status, ...firstLines(out, 2)]).toEqual([1, 'Invasive breast cancer: not computed', said])
})
