import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AttuneError } from '../../../src/errors.ts'
import { loadModels } from '../../../src/risk/registry.ts'

let dir: string
const at = (file: string) => join(dir, 'readmission-diabetes', file)
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'attune-trees-'))
  cpSync('models/readmission-diabetes', join(dir, 'readmission-diabetes'), { recursive: true })
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Changes one place of a file; a place that is not there is a fault of the test. */
const edit = (file: string, from: string | RegExp, to: string): void => {
  const before = readFileSync(at(file), 'utf8')
  const after = before.replace(from, to)
  if (after === before) throw new Error(`${file} has no ${from}`)
  writeFileSync(at(file), after)
}

const problem = async (): Promise<string> => {
  const error: unknown = await loadModels(dir, { execution: 'cpu' }).then(
    async (models) => {
      await models.close()
      return null
    },
    (thrown: unknown) => thrown,
  )
  return error instanceof AttuneError && error.code === 'model-invalid' ? error.detail : `no model-invalid: ${String(error)}`
}

describe('a folder of trees is sound or it is not served', () => {
  it('as it stands it is', async () => {
    const models = await loadModels(dir, { execution: 'cpu' })
    expect(models.health()).toMatchObject({ state: 'ok', models: [{ id: 'readmission-diabetes', state: 'serving', vectors: 40 }] })
    await models.close()
  })

  it.each<[string, () => void, string]>([
    ['without its trees', () => rmSync(at('trees.json')), 'trees.json is missing'],
    ['with trees that are cut', () => truncateSync(at('trees.json'), 100_000), 'trees.json is not JSON'],
    [
      'with trees of another model',
      () => edit('trees.json', '"id": "readmission-diabetes"', '"id": "other"'),
      'trees.json is of another model',
    ],
    ['with another limit than the graph', () => edit('trees.json', /"limit":\[1,/, '"limit":[7,'), 'differ'],
    ['with another calibration than the graph', () => edit('trees.json', /"factor": [01]\.\d/, '"factor": 1.9'), 'differ'],
    ['with a cut graph', () => truncateSync(at('model.onnx'), 50_000), 'model.onnx does not have the SHA-256'],
    [
      'with trees that ask for another column',
      () => edit('trees.json', '"columns": ["age_decade"', '"columns": ["age"'),
      'no column for age',
    ],
    [
      'with a probability that the library did not give',
      () => edit('vectors.json', /"readmission_30d":(\d+)/, '"readmission_30d":9$1'),
      'made-up-01',
    ],
    ['that is not for an unknown input', () => edit('manifest.json', '"discharged_to": [\n', '"gone_to": [\n'), 'uses the input gone_to'],
    [
      'that names no formula as its trees',
      () => edit('manifest.json', '"kind": "trees"', '"kind": "equation"'),
      'coefficients.json is missing',
    ],
    ['that names a kind that there is not', () => edit('manifest.json', '"kind": "trees"', '"kind": "forest"'), 'kind'],
  ])('%s it is not, and why', async (_, spoil, said) => {
    spoil()
    expect(await problem()).toContain(said)
  })
})
