import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isReadingsFile, verifyReadings } from '../../src/cli/verify-readings.ts'
import { theKnowledge } from '../builders/knowledge.ts'
import { genotype, ROBIN } from '../genomics/results.ts'

const folder = mkdtempSync(join(tmpdir(), 'attune-readings-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const reading = {
  ref: 'Observation/geno-CYP2C19',
  gene: 'CYP2C19',
  diplotype: '*1/*2',
  phenotype: 'Intermediate Metabolizer',
  date: '2024-05-06',
  dateSource: 'effective',
  status: 'final',
  confidence: 'high',
  use: 'act',
  flags: [],
}

const verify = (expected: object) => {
  writeFileSync(
    join(folder, 'result.json'),
    JSON.stringify({
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: genotype('CYP2C19', '*1/*2') }, { resource: genotype('CYP2D6', '*4/*4') }],
    }),
  )
  return verifyReadings(
    { files: { 'result.json': { contextPatient: `Patient/${ROBIN}`, ...expected } } },
    join(folder, 'expected.json'),
    theKnowledge(),
  )
}

test('a reading as expected passes; one that nobody expected and would be acted on fails', () => {
  expect(verify({ readings: [reading] })).toEqual({
    readings: [{ file: 'result.json', name: 'Observation/geno-CYP2C19', passed: true, differences: [] }],
    calls: [],
    unexpected: [
      {
        file: 'result.json',
        name: 'Observation/geno-CYP2D6',
        passed: false,
        differences: ['not expected, but would be acted on: "CYP2D6" "*4/*4" "Poor Metabolizer"'],
      },
    ],
  })
})

test('every member that differs is named', () => {
  const { readings } = verify({ readings: [{ ...reading, phenotype: 'Poor Metabolizer', flags: ['preliminary'] }] })
  expect(readings[0]).toMatchObject({
    passed: false,
    differences: ['phenotype: expected "Poor Metabolizer", read "Intermediate Metabolizer"', 'flags: expected ["preliminary"], read []'],
  })
})

test('a reading that is not there fails', () => {
  expect(verify({ readings: [{ ...reading, ref: 'Observation/gone', gene: 'TPMT' }] }).readings[0]).toMatchObject({
    passed: false,
    differences: ['nothing was read'],
  })
})

test('an acceptable alternative passes', () => {
  const { readings } = verify({ readings: [{ ...reading, phenotype: null, alsoAcceptable: ['Intermediate Metabolizer'] }] })
  expect(readings[0]?.passed).toBe(true)
})

test('calls of all results together are compared, too', () => {
  const { calls } = verify({
    readings: [reading],
    merged: [
      { gene: 'CYP2D6', use: 'act', diplotype: '*4/*4', phenotype: 'Poor Metabolizer' },
      { gene: 'CYP2C19', use: 'candidates' },
    ],
  })
  expect(calls.map((call) => call.passed)).toEqual([true, false])
})

test('a file that is missing fails, and other content is not taken for expected readings', () => {
  const report = verifyReadings(
    { files: { 'gone.json': { contextPatient: null, readings: [] } } },
    join(folder, 'expected.json'),
    theKnowledge(),
  )
  expect(report.unexpected).toMatchObject([{ file: 'gone.json', passed: false }])
  expect([isReadingsFile({ files: {} }), isReadingsFile({ files: [] }), isReadingsFile({ vectors: [] }), isReadingsFile(null)]).toEqual([
    true,
    false,
    false,
    false,
  ])
  expect(() => verifyReadings({ files: { x: 1 } }, 'expected.json', theKnowledge())).toThrow('input-unreadable')
})
