import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { z } from 'zod'
import { AttuneError } from '../../errors.ts'
import { LEAST_VECTORS, TODO } from '../../risk/external/scaffold.ts'
import { externalSchema } from '../../risk/kinds/external.ts'
import { fileOf } from '../../risk/load-model.ts'
import { cardSchema, featuresSchema, type Manifest, manifestSchema, vectorsSchema } from '../../risk/model-folder.ts'
import { loadModels, type ModelHealth } from '../../risk/registry.ts'

/** What keeps a folder from being a model: where, what, and what to do about it. */
export type Problem = { readonly where: string; readonly what: string; readonly fix: string }

type Serving = Extract<ModelHealth, { state: 'serving' }>
export type Checked = { readonly manifest: Manifest | null; readonly problems: readonly Problem[]; readonly health: Serving | null }

const SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  'manifest.json': manifestSchema,
  'features.json': featuresSchema,
  'card.json': cardSchema,
  'vectors.json': vectorsSchema,
}

type Parsed = { readonly file: string; readonly content: unknown }

const readJson = (folder: string, file: string): Parsed | Problem => {
  if (!existsSync(join(folder, file)))
    return { where: file, what: 'it is missing', fix: '`attune models new` makes a folder with every file, from the graph' }
  try {
    return { file, content: JSON.parse(readFileSync(join(folder, file), 'utf8')) }
  } catch {
    return { where: file, what: 'it is not JSON', fix: 'look for a missing comma, quote or bracket' }
  }
}

/** Every text that still asks to be replaced. */
const todosIn = ({ file, content }: Parsed, path = ''): Problem[] => {
  if (typeof content === 'string')
    return content.startsWith(TODO) ? [{ where: `${file} ${path}`, what: 'it is not filled in', fix: content.slice(TODO.length) }] : []
  if (typeof content !== 'object' || content === null) return []
  return Object.entries(content).flatMap(([key, value]) => {
    const step = Array.isArray(content) ? `[${key}]` : path === '' ? key : `.${key}`
    return todosIn({ file, content: value }, `${path}${step}`)
  })
}

const pathOf = (path: readonly PropertyKey[]): string =>
  path.map((step, n) => (typeof step === 'number' ? `[${step}]` : n === 0 ? String(step) : `.${String(step)}`)).join('')

/** What a schema has against a file; a place that is only not filled in is told once, as that. */
const schemaProblems = ({ file, content }: Parsed, schema: z.ZodType, todos: readonly Problem[]): Problem[] => {
  const result = schema.safeParse(content)
  if (result.success) return []
  const asked = new Set(todos.map(({ where }) => where))
  return result.error.issues
    .map((issue) => ({
      where: `${file} ${pathOf(issue.path)}`.trim(),
      what: issue.message,
      fix: 'see "Files of a model" in docs/models.md',
    }))
    .filter(({ where }) => ![...asked].some((todo) => todo === where || todo.startsWith(`${where}[`) || todo.startsWith(`${where}.`)))
}

/** A graph without a second implementation is held to its vectors alone, so there have to be some that differ. */
const vectorProblems = (manifest: Manifest, vectors: z.output<typeof vectorsSchema>): Problem[] => {
  if (manifest.kind !== 'external') return []
  const different = new Set(vectors.vectors.map(({ expected }) => JSON.stringify(expected))).size
  return different >= LEAST_VECTORS
    ? []
    : [
        {
          where: 'vectors.json',
          what: `it has ${different} cases with different answers`,
          fix: `give at least ${LEAST_VECTORS}: the graph has no other check`,
        },
      ]
}

const cardProblems = (manifest: Manifest, card: z.output<typeof cardSchema>): Problem[] =>
  manifest.kind === 'external' && card.chai === undefined
    ? [
        {
          where: 'card.json',
          what: 'chai is missing',
          fix: 'the project cannot speak for a model of the site: contact, availability, risk, consultation, consent',
        },
      ]
    : []

/** Files of a model; whatever else lies in the folder (training data, notes) stays where it is. */
export const filesOf = (manifest: Manifest): string[] => [
  ...Object.keys(SCHEMAS),
  fileOf(manifest),
  ...manifest.graphs.map(({ file }) => file),
]

/** Loads the folder as a start of the server would, apart from the installation, with the tables that models share. */
const loadAlone = async (folder: string, modelsDir: string, manifest: Manifest): Promise<ModelHealth | undefined> => {
  const apart = mkdtempSync(join(tmpdir(), 'attune-model-'))
  try {
    mkdirSync(join(apart, manifest.id))
    for (const file of filesOf(manifest)) if (existsSync(join(folder, file))) cpSync(join(folder, file), join(apart, manifest.id, file))
    const shared = existsSync(modelsDir) ? readdirSync(modelsDir).filter((name) => name.endsWith('.json')) : []
    for (const file of shared) cpSync(join(modelsDir, file), join(apart, file))
    const models = await loadModels(apart, { execution: 'cpu', strict: false })
    await models.close()
    return models.health().models.find(({ id }) => id === manifest.id)
  } finally {
    rmSync(apart, { recursive: true })
  }
}

const FIXES: readonly (readonly [pattern: RegExp, fix: string])[] = [
  [/SHA-256/, 'the graph is not the one that manifest.json was written for; make the folder anew, or put the right file back'],
  [/test vectors missed/, 'the graph gives another number than your tool: compare order and units of the columns'],
  [/cannot read the graph/, 'ONNX Runtime refuses it: export it again with an operator set that it knows, numbers inside the file'],
  [/outside its file/, 'export it with all numbers in one file (MLflow: save_as_external_data=False)'],
  [/not a whole ONNX file|is cut|larger than|is empty/, 'export the graph again'],
  [/source attribute|card\.json/, 'card.json needs all 31 attributes, each once'],
  [/is not a unit/, 'write the unit by UCUM, for example mg/dL, mmol/L, kg, mm[Hg]'],
]

const loadProblems = (health: ModelHealth | undefined): Problem[] => {
  if (health?.state === 'serving') return []
  return (health?.because ?? 'it is not loaded').split('; ').map((what) => ({
    where: 'folder',
    what,
    fix: FIXES.find(([pattern]) => pattern.test(what))?.[1] ?? 'see docs/models.md',
  }))
}

/** Models that this one takes a number from, and that are not here. */
const sourceProblems = (features: z.output<typeof featuresSchema>, modelsDir: string): Problem[] =>
  features.inputs.flatMap((spec) =>
    spec.kind === 'computed' && !existsSync(join(modelsDir, spec.model, 'manifest.json'))
      ? [
          {
            where: `features.json ${spec.name}`,
            what: `it comes from the model ${spec.model}, which is not here`,
            fix: 'add that model first',
          },
        ]
      : [],
  )

const isParsed = (one: Parsed | Problem): one is Parsed => 'file' in one

/** Everything that keeps a folder from being served, all at once. */
export const checkModelFolder = async (folder: string, modelsDir: string): Promise<Checked> => {
  const read = Object.keys(SCHEMAS).map((file) => readJson(folder, file))
  const found = manifestSchema.safeParse(read.filter(isParsed).find(({ file }) => file === 'manifest.json')?.content)
  const manifest = found.success ? found.data : null
  const kindFile = manifest?.kind === 'external' || existsSync(join(folder, 'external.json')) ? [readJson(folder, 'external.json')] : []
  const all = [...read, ...kindFile]
  const parsed = all.filter(isParsed)
  const todos = parsed.flatMap((one) => todosIn(one))
  const schemas: Readonly<Record<string, z.ZodType>> = { ...SCHEMAS, 'external.json': externalSchema }
  const written = parsed.flatMap((one) => {
    const schema = schemas[one.file]
    return schema ? schemaProblems(one, schema, todos) : []
  })
  const problems = [...all.filter((one): one is Problem => !isParsed(one)), ...todos, ...written]
  if (problems.length > 0 || manifest === null) return { manifest, problems, health: null }
  const content = (file: string) => parsed.find((one) => one.file === file)?.content
  const features = featuresSchema.parse(content('features.json'))
  const health = await loadAlone(folder, modelsDir, manifest)
  return {
    manifest,
    health: health?.state === 'serving' ? health : null,
    problems: [
      ...loadProblems(health),
      ...vectorProblems(manifest, vectorsSchema.parse(content('vectors.json'))),
      ...cardProblems(manifest, cardSchema.parse(content('card.json'))),
      ...sourceProblems(features, modelsDir),
    ],
  }
}

/** @throws AttuneError `input-unreadable` when there is no such folder, or an MLflow folder in its place */
export const requireFolder = (folder: string): void => {
  if (!existsSync(folder)) throw new AttuneError('input-unreadable', `${folder} is not there`)
  if (existsSync(join(folder, 'MLmodel')) && !existsSync(join(folder, 'manifest.json')))
    throw new AttuneError(
      'input-unreadable',
      `${folder} is a folder of MLflow; make a model folder from it first: attune models new NEW-FOLDER --mlflow ${folder}`,
    )
}
