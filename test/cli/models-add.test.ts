import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { estimateFrom } from '../../src/risk/estimate.ts'
import { loadModels } from '../../src/risk/registry.ts'
import { runMain } from './run-main.ts'
import { COLUMNS, type Logistic, logistic, logisticOnnx, weightFile } from './site-graph.ts'

const MODEL: Logistic = { weights: [0.03, 0.5, -0.02], bias: -1.25 }
const PEOPLE = [
  [30, 0.8, 140],
  [45, 1.1, 138],
  [60, 1.6, 135],
  [72, 2.4, 131],
  [85, 4.1, 128],
]

let dir: string
let models: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'attune-site-'))
  models = join(dir, 'installed')
  mkdirSync(models)
  cpSync('models/kidney', join(models, 'kidney'), { recursive: true })
  for (const file of readdirSync('models').filter((name) => name.endsWith('.json'))) cpSync(join('models', file), join(models, file))
  writeFileSync(join(dir, 'config.json'), JSON.stringify({ auth: 'required', modelsDir: models }))
  vi.stubEnv('ATTUNE_CONFIG', join(dir, 'config.json'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(dir, { recursive: true, force: true })
})

const at = (...path: readonly string[]) => join(dir, ...path)
const folder = () => at('sepsis-risk')

/** Lists of the four files, of which each has some. */
type Json = Readonly<Record<'inputs' | 'graphs' | 'vectors' | 'attributes', { expected?: object }[]>>
const edit = (file: string, change: (content: Json) => void): void => {
  const content = JSON.parse(readFileSync(join(folder(), file), 'utf8')) as Json
  change(content)
  writeFileSync(join(folder(), file), JSON.stringify(content, null, 2))
}

/** Every TODO that is a text, filled with a sentence; numbers and vectors are filled by hand. */
const fillTexts = (content: unknown): unknown => {
  if (typeof content === 'string') return content.startsWith('TODO: ') ? `The site says: ${content.slice(6)}.` : content
  if (Array.isArray(content)) return content.map(fillTexts)
  if (typeof content !== 'object' || content === null) return content
  return Object.fromEntries(Object.entries(content).map(([key, value]) => [key, fillTexts(value)]))
}

const INPUTS = [
  { label: 'Age', range: { low: 18, high: 110 } },
  {
    label: 'Creatinine',
    unit: 'mg/dL',
    codes: [{ system: 'http://loinc.org', code: '2160-0', seen: true }],
    freshDays: 30,
    range: { low: 0.2, high: 15 },
  },
  {
    label: 'Sodium',
    unit: 'mmol/L',
    codes: [{ system: 'http://loinc.org', code: '2951-2', seen: true }],
    freshDays: 30,
    range: { low: 100, high: 170 },
  },
]

/** What the people of the site do with a new folder. */
const fillIn = (names: readonly string[]): void => {
  edit('features.json', (content) => {
    content.inputs.forEach((input, n) => {
      Object.assign(input, n === 0 ? { kind: 'age', unit: 'years', sensitive: 'date of birth' } : {}, INPUTS[n])
      if (n === 0)
        for (const key of ['from', 'codes', 'aggregate', 'freshDays', 'agreeWithin']) delete (input as Record<string, unknown>)[key]
    })
  })
  edit('manifest.json', (content) => {
    Object.assign(content.graphs[0] ?? {}, { reference: Object.fromEntries(names.map((name, n) => [name, [50, 1, 140][n]])) })
  })
  edit('vectors.json', (content) => {
    content.vectors.forEach((vector, n) => {
      const person = PEOPLE[n] ?? []
      Object.assign(vector, {
        inputs: Object.fromEntries(names.map((name, column) => [name, person[column]])),
        expected: { risk: 100 * logistic(MODEL, person) },
      })
    })
  })
  for (const file of ['manifest.json', 'card.json', 'external.json'])
    writeFileSync(join(folder(), file), JSON.stringify(fillTexts(JSON.parse(readFileSync(join(folder(), file), 'utf8'))), null, 2))
}

const ONE = ['float_input_1', 'float_input_2', 'float_input_3']

const make = async (model: Logistic = MODEL, ...options: readonly string[]) => {
  writeFileSync(at('sepsis.onnx'), logisticOnnx(model))
  return runMain('models', 'new', folder(), '--onnx', at('sepsis.onnx'), ...options)
}

const whole = async (): Promise<void> => {
  expect((await make()).status).toBe(0)
  fillIn(ONE)
}

const problems = async (...options: readonly string[]) => {
  const { status, out } = await runMain('models', 'add', folder(), '--json', ...options)
  const told = JSON.parse(out) as { ok: boolean; problems: { where: string; what: string; fix: string }[] }
  return { status, ...told }
}

describe('a hospital adds its own model', () => {
  it('from its graph to the number in use: new, filled in, added, served, with reasons', async () => {
    await whole()
    expect(await problems('--dry-run')).toMatchObject({ status: 0, ok: true, problems: [] })
    expect(existsSync(join(models, 'sepsis-risk'))).toBe(false)

    const { status, out } = await runMain('models', 'add', folder())
    expect([status, out]).toEqual([0, expect.stringMatching(/^sepsis-risk 1\.0\.0: added\. SHA-256 [0-9a-f]{64}, 5 vectors right\./)])
    expect(readdirSync(join(models, 'sepsis-risk')).sort()).toEqual(
      ['card.json', 'card.md', 'external.json', 'features.json', 'manifest.json', 'model.onnx', 'vectors.json'].sort(),
    )
    expect(readdirSync(models).filter((name) => name.startsWith('.'))).toEqual([])

    const loaded = await loadModels(models, { execution: 'cpu' })
    const model = loaded.get('sepsis-risk')
    if (!model) throw new Error('not served')
    const person = [72, 2.4, 131]
    const [estimate] = await estimateFrom(model, Object.fromEntries(ONE.map((name, n) => [name, person[n]])))
    if (estimate?.state !== 'estimated') throw new Error('refused')
    expect(estimate.value).toBeCloseTo(100 * logistic(MODEL, person), 4)
    expect(estimate.baseline).toBeCloseTo(logistic(MODEL, [50, 1, 140]), 6)
    expect(estimate.baseline + estimate.reasons.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(
      logistic(MODEL, person),
      6,
    )
    expect(estimate.limits.join(' ')).toContain('no second implementation')
    const [refused] = await estimateFrom(model, { float_input_1: 72, float_input_2: 99, float_input_3: 131 })
    expect(refused).toMatchObject({ state: 'refused', because: [{ code: 'out-of-range' }] })
    await loaded.close()
  })

  it('one input for each column works too, and names them', async () => {
    expect((await make({ ...MODEL, split: true })).status).toBe(0)
    const names = ['age_years', 'creatinine', 'sodium']
    fillIn(names)
    expect(await problems('--dry-run')).toMatchObject({ ok: true, problems: [] })
    expect(COLUMNS).toHaveLength(3)
  })

  it('a file of the old form, with its constants among the inputs, is carried to the form of today', async () => {
    expect((await make({ ...MODEL, old: true })).status).toBe(0)
    fillIn(ONE)
    expect(JSON.parse(readFileSync(join(folder(), 'manifest.json'), 'utf8'))).toMatchObject({ graphs: [{ irVersion: 4, opset: 13 }] })
    expect(await problems('--dry-run')).toMatchObject({ ok: true, problems: [] })
  })

  it('a new folder asks for everything, and nothing of it is taken for an answer', async () => {
    const { out } = await make(MODEL, '--json')
    const { open } = JSON.parse(out) as { open: number }
    const told = await problems()
    expect(told.ok).toBe(false)
    expect(told.problems.filter(({ what }) => what === 'it is not filled in')).toHaveLength(open)
    expect(told.problems).toHaveLength(open)
    expect(told.problems.filter(({ where }) => where.startsWith('card.json attributes'))).toHaveLength(31)
    expect(existsSync(join(models, 'sepsis-risk'))).toBe(false)
  })

  it('takes nothing along that is not part of a model', async () => {
    await whole()
    writeFileSync(join(folder(), 'training.csv'), 'name,outcome\n')
    expect((await runMain('models', 'add', folder())).status).toBe(0)
    expect(existsSync(join(models, 'sepsis-risk', 'training.csv'))).toBe(false)
  })

  it('the same again changes nothing; the same version with other files is refused; a newer one takes its place', async () => {
    await whole()
    await runMain('models', 'add', folder())
    expect((await runMain('models', 'add', folder())).out).toContain('already here, unchanged')
    edit('features.json', (content) => Object.assign(content.inputs[1] ?? {}, { freshDays: 7 }))
    expect((await problems()).problems).toEqual([
      {
        where: 'manifest.json version',
        what: 'sepsis-risk 1.0.0 is already here with other files, and 1.0.0 is not newer',
        fix: expect.stringContaining('raise the version'),
      },
    ])
    for (const file of ['manifest.json', 'card.json']) edit(file, (content) => Object.assign(content, { version: '1.1.0' }))
    expect((await runMain('models', 'add', folder())).out).toContain('1.1.0: added, in place of an older version')
    const listed = JSON.parse((await runMain('models', 'list', '--json')).out) as { id: string; version: string }[]
    expect(listed.map(({ id, version }) => [id, version])).toEqual([
      ['kidney', '1.0.0'],
      ['sepsis-risk', '1.1.0'],
    ])
  })
})

describe('a folder that is not right is refused with the reason and what to do', () => {
  it.each<[string, () => void, { where: string; what: RegExp; fix: RegExp }]>([
    ['a cut graph', () => truncateSync(join(folder(), 'model.onnx'), 200), { where: 'folder', what: /SHA-256/, fix: /not the one/ }],
    [
      'a swapped graph',
      () => cpSync(at('sepsis.onnx'), join(folder(), 'model.onnx')),
      { where: 'folder', what: /SHA-256/, fix: /not the one/ },
    ],
    [
      'a unit that is none',
      () => edit('features.json', (content) => Object.assign(content.inputs[1] ?? {}, { unit: 'milligrammes' })),
      { where: 'folder', what: /"milligrammes" is not a unit/, fix: /UCUM/ },
    ],
    [
      'an unknown kind of fact',
      () => edit('features.json', (content) => Object.assign(content.inputs[1] ?? {}, { kind: 'horoscope' })),
      { where: 'features.json inputs[1].kind', what: /Invalid/, fix: /docs\/models\.md/ },
    ],
    [
      'a misspelt key',
      () => edit('manifest.json', (content) => Object.assign(content, { stnading: 'research' })),
      { where: 'manifest.json', what: /stnading/, fix: /docs\/models\.md/ },
    ],
    [
      'a missing attribute',
      () => edit('card.json', (content) => void content.attributes.splice(4, 1)),
      { where: 'folder', what: /no source attribute purpose\.1/, fix: /31 attributes/ },
    ],
    [
      'a card of another model',
      () => edit('card.json', (content) => Object.assign(content, { model: 'other' })),
      { where: 'folder', what: /another model or version/, fix: /card\.json/ },
    ],
    [
      'a card that leaves the contact to the project',
      () => edit('card.json', (content) => Object.assign(content, { chai: undefined })),
      { where: 'card.json', what: /chai is missing/, fix: /cannot speak/ },
    ],
    [
      'a vector that the graph misses',
      () => edit('vectors.json', (content) => Object.assign(content.vectors[2]?.expected ?? {}, { risk: 99 })),
      { where: 'folder', what: /test vectors missed: case-3/, fix: /order and units/ },
    ],
    [
      'fewer vectors than hold it to anything',
      () => edit('vectors.json', (content) => void content.vectors.splice(1)),
      { where: 'vectors.json', what: /1 cases/, fix: /at least 5/ },
    ],
    [
      'an age that is not marked as sensitive',
      () => edit('features.json', (content) => Object.assign(content.inputs[0] ?? {}, { sensitive: undefined })),
      { where: 'folder', what: /has to be marked as sensitive "date of birth"/, fix: /docs/ },
    ],
    [
      'a file that is not JSON',
      () => writeFileSync(join(folder(), 'card.json'), '{,'),
      { where: 'card.json', what: /not JSON/, fix: /comma/ },
    ],
    ['a missing file', () => rmSync(join(folder(), 'vectors.json')), { where: 'vectors.json', what: /missing/, fix: /attune models new/ }],
    [
      'a number from a model that is not here',
      () =>
        edit('features.json', (content) =>
          Object.assign(content.inputs, {
            1: {
              name: ONE[1],
              label: 'eGFR',
              unit: 'mL/min/{1.73_m2}',
              kind: 'computed',
              model: 'nosuch',
              variant: 'x',
              range: { low: 0, high: 200 },
              missing: { do: 'refuse' },
            },
          }),
        ),
      { where: `features.json ${ONE[1]}`, what: /nosuch, which is not here/, fix: /add that model first/ },
    ],
  ])('%s', async (_, spoil, expected) => {
    await whole()
    spoil()
    const { status, ok, problems: told } = await problems()
    expect([status, ok]).toEqual([1, false])
    expect(told).toContainEqual({
      where: expect.stringContaining(expected.where),
      what: expect.stringMatching(expected.what),
      fix: expect.stringMatching(expected.fix),
    })
    expect(existsSync(join(models, 'sepsis-risk'))).toBe(false)
  })

  it('several problems are told at once', async () => {
    await whole()
    writeFileSync(join(folder(), 'card.json'), '{')
    rmSync(join(folder(), 'vectors.json'))
    edit('manifest.json', (content) => Object.assign(content, { version: 'one', licence: 'TODO: say it' }))
    const { problems: told } = await problems()
    expect(told.map(({ where }) => where).sort()).toEqual(['card.json', 'manifest.json licence', 'manifest.json version', 'vectors.json'])
  })
})

describe('a graph that cannot be brought into the form of the contract is refused when the folder is made', () => {
  it.each<[string, Logistic | Buffer, readonly string[], RegExp]>([
    ['bytes that are no graph', Buffer.from('not a graph'), [], /not a whole ONNX file/],
    ['an empty file', Buffer.alloc(0), [], /empty/],
    ['a cut file', logisticOnnx(MODEL).subarray(0, 150), [], /not a whole ONNX file/],
    ['a fixed number of rows', { ...MODEL, rows: 1 }, [], /takes exactly 1 rows; export it with a free first dimension/],
    ['maps in place of numbers', { ...MODEL, outputs: 'maps' }, ['--output', 'probabilities'], /ZipMap/],
    ['maps, and no output chosen', { ...MODEL, outputs: 'maps' }, [], /One of them is a list of maps: export without ZipMap/],
    ['no output of that name', MODEL, ['--output', 'risk'], /the graph has label, probabilities/],
    ['no such column', MODEL, ['--output', 'probabilities:7'], /no column 7/],
  ])('%s', async (_, graph, options, said) => {
    writeFileSync(at('x.onnx'), graph instanceof Uint8Array ? graph : logisticOnnx(graph))
    const { status, err } = await runMain('models', 'new', folder(), '--onnx', at('x.onnx'), ...options)
    expect([status > 0, err]).toEqual([true, expect.stringMatching(said)])
    expect(existsSync(folder())).toBe(false)
  })
})

describe('a model as MLflow keeps it', () => {
  const mlflow = (mlmodel: string, graph = logisticOnnx(MODEL)): string => {
    mkdirSync(at('mlflow'))
    writeFileSync(at('mlflow', 'MLmodel'), mlmodel)
    writeFileSync(at('mlflow', 'model.onnx'), graph)
    writeFileSync(at('mlflow', 'input_example.json'), JSON.stringify({ columns: ['a'], data: [[77]] }))
    return at('mlflow')
  }
  const MLMODEL = `artifact_path: model
flavors:
  onnx:
    data: model.onnx
    onnx_version: 1.16.0
  python_function:
    data: model.onnx
    loader_module: mlflow.onnx
saved_input_example_info:
  artifact_path: input_example.json
  pandas_orient: split
  type: dataframe
signature:
  inputs: '[{"type": "double", "name": "Age (years)", "required": true}, {"type": "double", "name": "creatinine"}, {"type": "long", "name": "sodium"}]'
  outputs: '[{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 2]}}]'
`

  it('gives its column names to the new folder, and none of its example rows', async () => {
    const { status, out } = await runMain('models', 'new', folder(), '--mlflow', mlflow(MLMODEL), '--json')
    expect([status, JSON.parse(out)]).toEqual([
      0,
      expect.objectContaining({ columns: COLUMNS, output: 'probabilities', column: 1, percent: true }),
    ])
    expect(readFileSync(join(folder(), 'vectors.json'), 'utf8')).not.toContain('77')
    fillIn(['age_years', 'creatinine', 'sodium'])
    expect(await problems('--dry-run')).toMatchObject({ ok: true, problems: [] })
  })

  const BESIDE = { ...MODEL, beside: { location: 'model.onnx.data', offset: 8, length: 12 } }

  it('with its weights in a second file, as MLflow writes it by default, becomes one file', async () => {
    const folderOfMlflow = mlflow(MLMODEL, logisticOnnx(BESIDE))
    writeFileSync(join(folderOfMlflow, 'model.onnx.data'), weightFile(MODEL, 8))
    expect((await runMain('models', 'new', folder(), '--mlflow', folderOfMlflow)).status).toBe(0)
    fillIn(['age_years', 'creatinine', 'sodium'])
    expect(await problems('--dry-run')).toMatchObject({ ok: true, problems: [] })
  })

  it.each<[string, Logistic, Buffer | null, RegExp]>([
    ['that is missing', BESIDE, null, /model\.onnx\.data is missing/],
    ['that is cut', BESIDE, weightFile(MODEL, 8).subarray(0, 15), /shorter than the graph says/],
    ['of another folder', { ...MODEL, beside: { ...BESIDE.beside, location: '../secret' } }, null, /no file beside it/],
    ['that begins before it begins', { ...MODEL, beside: { ...BESIDE.beside, offset: -4 } }, weightFile(MODEL, 8), /shorter than/],
  ])('with weights in a file %s is refused', async (_, model, weights, said) => {
    const folderOfMlflow = mlflow(MLMODEL, logisticOnnx(model))
    if (weights) writeFileSync(join(folderOfMlflow, 'model.onnx.data'), weights)
    const { status, err } = await runMain('models', 'new', folder(), '--mlflow', folderOfMlflow)
    expect([status > 0, err]).toEqual([true, expect.stringMatching(said)])
    expect(existsSync(folder())).toBe(false)
  })

  it('given to add as it is, says how to make a folder of it', async () => {
    const { status, err } = await runMain('models', 'add', mlflow(MLMODEL))
    expect([status, err]).toEqual([2, expect.stringContaining('attune models new NEW-FOLDER --mlflow')])
  })

  it.each<[string, string, RegExp]>([
    ['of another flavour', MLMODEL.replace('  onnx:\n', '  sklearn:\n'), /no ONNX flavour, only sklearn, python_function/],
    ['with a column of texts', MLMODEL.replace('"long"', '"string"'), /sodium is of the type string/],
    ['with another number of columns', MLMODEL.replace(', {"type": "long", "name": "sodium"}', ''), /names 2 columns, the graph takes 3/],
    ['that points out of its folder', MLMODEL.replace('data: model.onnx', 'data: ../secret.onnx'), /no file of the folder/],
    ['that is not YAML', 'flavors: [', /not YAML/],
  ])('one %s is refused', async (_, mlmodel, said) => {
    const { status, err } = await runMain('models', 'new', folder(), '--mlflow', mlflow(mlmodel))
    expect([status, err]).toEqual([2, expect.stringMatching(said)])
  })
})
