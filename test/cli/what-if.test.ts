import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { WhatIf } from '../../src/contract/risk.ts'
import { runMain } from './run-main.ts'

const person = { age: 55, sex: 'male', total_c: 220, hdl_c: 45, sbp: 150, bmi: 29, egfr: 85, dm: 0, smoking: 1, bp_tx: 0, statin: 0 }
const file = join(mkdtempSync(join(tmpdir(), 'attune-what-if-')), 'person.json')
writeFileSync(file, JSON.stringify(person))

const predict = (change: string, ...more: string[]) =>
  runMain('predict', 'prevent', file, '--variant', 'base_10yr', '--what-if', change, ...more)

test('a grid is told line by line, under the estimate as given', async () => {
  const { status, out } = await predict('sbp=120:150:15,smoking=0|1')
  const lines = out
    .split('\n')
    .slice(0, 8)
    .map((line) => line.trim().replace(/^[\d.]+ %/, 'N %'))
  expect(status).toBe(0)
  expect(lines).toEqual([
    'Cardiovascular disease within 10 years (PREVENT, base): any cardiovascular disease',
    'N %  as given (sbp 150, smoking 1)',
    'N %  sbp 120, smoking 0',
    'N %  sbp 120, smoking 1',
    'N %  sbp 135, smoking 0',
    'N %  sbp 135, smoking 1',
    'N %  sbp 150, smoking 0',
    'N %  sbp 150, smoking 1',
  ])
})

test('without a step the input has its own', async () => {
  const { out } = await predict('sbp=110:130', '--json')
  const [answer] = JSON.parse(out) as WhatIf[]
  expect(answer?.state === 'estimated' && answer.points.map(({ values }) => values.sbp)).toEqual([110, 115, 120, 125, 130])
})

test('what may not be changed is refused with exit 1, what is not understood with exit 2', async () => {
  const age = await predict('age=40:50:5')
  expect([age.status, age.out]).toEqual([1, expect.stringContaining('Age is not an input that a what-if may change')])
  expect((await predict('sbp=high:low')).status).toBe(2)
  expect((await predict('sbp')).status).toBe(2)
})
