import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { z as zod } from 'zod'
import type { ModelRef } from '../contract/risk.ts'
import { AttuneError } from '../errors.ts'
import { checkFolder } from './check-model.ts'
import { encodeRow } from './encode.ts'
import { type Equation, readEquations } from './equation.ts'
import { compile, type Numbered, parseFormula } from './formula.ts'
import {
  type Coefficients,
  cardSchema,
  coefficientsSchema,
  featuresSchema,
  type Graph,
  type InputSpec,
  type Manifest,
  type ModelCard,
  manifestSchema,
  type OutputSpec,
  type Variant,
  type VectorFile,
  vectorsSchema,
} from './model-folder.ts'
import { type Execution, openSession, type Session } from './onnx.ts'

export type LoadedOutput = {
  readonly spec: OutputSpec
  readonly equation: Equation
  /** Names of the graph's outputs. */
  readonly raw: string
  readonly value: string
  readonly valueOf: (raw: number) => number
}

export type LoadedVariant = {
  readonly spec: Variant
  readonly graph: Graph
  readonly session: Session
  /** Inputs that its equations use, in the order of the columns. */
  readonly inputs: readonly string[]
  readonly outputs: readonly [LoadedOutput, ...LoadedOutput[]]
}

/** A model that passed all its checks. */
export type Model = {
  readonly ref: ModelRef
  readonly manifest: Manifest
  readonly inputs: readonly InputSpec[]
  readonly card: ModelCard
  readonly variants: readonly LoadedVariant[]
  readonly vectors: VectorFile['vectors']
}

/** The parsed files of a folder, before they are held against each other. */
export type FolderParts = {
  readonly manifest: Manifest
  readonly inputs: readonly InputSpec[]
  readonly coefficients: Coefficients
  readonly equations: ReadonlyMap<string, Equation>
  readonly card: ModelCard
  readonly vectors: VectorFile
}

const readBytes = async (folder: string, file: string): Promise<Buffer> => {
  try {
    return await readFile(`${folder}/${file}`)
  } catch (cause) {
    throw new AttuneError('model-invalid', `${file} is missing or cannot be read`, { cause })
  }
}

const readPart = async <S extends z.ZodType>(folder: string, file: string, schema: S): Promise<z.output<S>> => {
  const bytes = await readBytes(folder, file)
  let raw: unknown
  try {
    raw = JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new AttuneError('model-invalid', `${file} is not JSON`, { cause })
  }
  const result = schema.safeParse(raw)
  if (result.success) return result.data
  throw new AttuneError('model-invalid', `${file}: ${zod.prettifyError(result.error)}`)
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const readParts = async (folder: string): Promise<FolderParts> => {
  const coefficients = await readPart(folder, 'coefficients.json', coefficientsSchema)
  return {
    manifest: await readPart(folder, 'manifest.json', manifestSchema),
    inputs: (await readPart(folder, 'features.json', featuresSchema)).inputs,
    coefficients,
    equations: readEquations(coefficients),
    card: await readPart(folder, 'card.json', cardSchema),
    vectors: await readPart(folder, 'vectors.json', vectorsSchema),
  }
}

/** Names of the outputs in the graph: one raw per equation, one value per output of a variant. */
export const rawPort = (equation: string): string => `raw_${equation}`
export const valuePort = (variant: string, output: string): string => `${variant}_${output}`

const openGraph = async (folder: string, graph: Graph, { manifest }: FolderParts, execution: Execution): Promise<Session> => {
  const bytes = await readBytes(folder, graph.file)
  if (sha256(bytes) !== graph.sha256)
    throw new AttuneError('model-invalid', `${graph.file} does not have the SHA-256 that manifest.json names`)
  const asked = manifest.variants.filter((variant) => variant.graph === graph.file)
  const outputs = asked.flatMap(({ id, outputs: all }) => all.flatMap((one) => [rawPort(one.equation), valuePort(id, one.id)]))
  const { columns } = graph.input
  return openSession(
    bytes,
    {
      name: `${manifest.id}/${graph.file}`,
      input: { name: graph.input.name, columns: columns.length },
      outputs: [...new Set(outputs)],
      warm: encodeRow(columns, graph.reference),
    },
    execution,
  )
}

const loadOutput = (variant: Variant, spec: OutputSpec, equations: FolderParts['equations']): LoadedOutput => {
  const equation = equations.get(spec.equation)
  if (!equation) throw new AttuneError('model-invalid', `coefficients.json has no equation ${spec.equation}`)
  const value: (values: Numbered) => number = compile(parseFormula(spec.value))
  return { spec, equation, raw: rawPort(spec.equation), value: valuePort(variant.id, spec.id), valueOf: (raw) => value({ raw }) }
}

const loadVariant = (spec: Variant, graph: Graph, session: Session, { equations }: FolderParts): LoadedVariant => {
  const [first, ...others] = spec.outputs.map((output) => loadOutput(spec, output, equations))
  if (!first) throw new AttuneError('model-invalid', `variant ${spec.id} has no output`)
  const outputs = [first, ...others] as const
  const used = new Set(outputs.flatMap(({ equation }) => equation.terms.flatMap(({ columns }) => columns)))
  const inputs = graph.input.columns.filter(({ term }) => used.has(term)).map(({ input }) => input)
  return { spec, graph, session, inputs: [...new Set(inputs)], outputs }
}

/** One hash for the model as a whole: what is read, how it is computed and what is said of it. */
const folderHash = async (folder: string, manifest: Manifest): Promise<string> => {
  const files = ['manifest.json', 'features.json', 'coefficients.json', ...manifest.graphs.map(({ file }) => file)]
  const lines = await Promise.all(files.map(async (file) => `${file} ${sha256(await readBytes(folder, file))}`))
  return sha256(Buffer.from(lines.join('\n')))
}

/**
 * Reads one folder under `models/`: schema, hashes and shapes. Complete or not loaded (DESIGN decision 10); the registry then
 * runs its test vectors.
 * @throws AttuneError `model-invalid` with what is wrong
 */
export const loadModel = async (folder: string, execution: Execution): Promise<Model> => {
  const parts = await readParts(folder)
  checkFolder(parts)
  const { manifest, inputs, card, vectors } = parts
  const variants: LoadedVariant[] = []
  for (const graph of manifest.graphs) {
    const session = await openGraph(folder, graph, parts, execution)
    for (const spec of manifest.variants) if (spec.graph === graph.file) variants.push(loadVariant(spec, graph, session, parts))
  }
  const { id, version, name, citation } = manifest
  const ref = { id, version, name, citation, sha256: await folderHash(folder, manifest) }
  return { ref, manifest, inputs, card, variants, vectors: vectors.vectors }
}
