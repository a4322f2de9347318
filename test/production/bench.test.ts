import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, expect, test } from 'vitest'
import { projectRoot } from '../../src/project-root.ts'
import { buildServer } from './process.ts'

beforeAll(buildServer)

/** Cells of a row of a markdown table. */
const cellsOf = (line: string): string[] =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())

// No time is judged here: on a busy machine all of them are long.
test('the benchmark runs: every call that it makes is answered 200, or turned away with 503 and Retry-After', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [join(projectRoot, 'dist/tools/bench/bench.js'), '--quick'])
  const rows = stdout
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map(cellsOf)
  const calls = rows.filter((cells) => cells.some((cell) => cell.includes('CPU')) && cells[0] !== 'Call' && !/^P\d/.test(cells[0] ?? ''))
  expect(calls.map(([name]) => name?.replace(/ \(.*/, ''))).toEqual([
    'order-sign, 20 kB',
    'discovery, GET',
    '20 kB, open loop at 0.5 x capacity',
    '20 kB, open loop at 5 x capacity',
    'order-sign, 20 kB, ES384, a token per call',
    'order-sign, all sent along that the FHIR server below answers, RS384',
    'order-sign, no prefetch, FHIR server answers after 100 ms, RS384',
    'order-sign, no prefetch, FHIR server never answers, RS384',
  ])
  const others = calls.flatMap((cells) => (cells.at(-1) ?? '').match(/\d+ x \w+/g) ?? [])
  expect(others.filter((other) => !other.endsWith('x 503'))).toEqual([])
  const goals = rows.filter(([id]) => /^P\d/.test(id ?? '')).map(([id]) => id)
  expect(goals).toEqual(['P1', 'P2', 'P3', 'P4', 'P5', 'P6', 'P7', 'P8', 'P9', 'P10', 'P11', 'P12', 'P13', 'P14', 'P15'])
}, 600_000)
