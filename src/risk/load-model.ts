import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { z } from 'zod'
import { z as zod } from 'zod'
import type { ModelRef } from '../contract/risk.ts'
import { AttuneError } from '../errors.ts'
import type { Basis, Kind, Numbers } from './basis.ts'
import { checkFolder } from './check-model.ts'
import { encodeRow } from './encode.ts'
import { compile, compileMany, type Numbered, parseFormula } from './formula.ts'
import { openSession, type Where } from './inference/open-session.ts'
import type { Session } from './inference/session.ts'
import { keptParts } from './kept-parts.ts'
import { KINDS } from './kinds.ts'
import {
  cardSchema,
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
import { MAX_GRAPH_BYTES } from './onnx-file.ts'
import { correctionOf } from './recalibration.ts'
import { hashOfResolved, NOTHING_SHARED, resolveInputs, resolveManifest, type Shared } from './share.ts'

export type LoadedOutput = {
  readonly spec: OutputSpec
  readonly basis: Basis
  /** Names of the graph's outputs. */
  readonly raw: string
  readonly value: string
  /** What the graph gives for a raw number. */
  readonly valueOf: (raw: number) => number
  /** The same for many rows. */
  readonly valuesOf: (raw: Float64Array) => Float64Array
  /** What a site's recalibration makes of that; the number that is shown. */
  readonly correct: (value: number) => number
}

export type LoadedVariant = {
  readonly spec: Variant
  readonly graph: Graph
  readonly session: Session
  /** How near graph and formula must be (Kind). */
  readonly agree: number
  /** Inputs that its bases use, in the order of the columns. */
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
  readonly numbers: Numbers
  readonly card: ModelCard
  readonly vectors: VectorFile
}

/** Gives the bytes of a file. @throws AttuneError `model-invalid` */
type ReadFile = (file: string) => Promise<Buffer>

/** Each file of a folder is read once: what is parsed, what is run and what is hashed are the same bytes. */
const filesOf = (folder: string): ReadFile => {
  const reading = new Map<string, Promise<Buffer>>()
  return (file) => {
    const bytes = reading.get(file) ?? readBytes(folder, file)
    reading.set(file, bytes)
    return bytes
  }
}

const readBytes = async (folder: string, file: string): Promise<Buffer> => {
  const size = await stat(`${folder}/${file}`).then(
    (entry) => entry.size,
    () => 0, // what cannot be looked at cannot be read either
  )
  if (size > MAX_GRAPH_BYTES) throw new AttuneError('model-invalid', `${file} is larger than ${MAX_GRAPH_BYTES} bytes`)
  try {
    return await readFile(`${folder}/${file}`)
  } catch (cause) {
    throw new AttuneError('model-invalid', `${file} is missing or cannot be read`, { cause })
  }
}

const parseJson = (file: string, bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (cause) {
    throw new AttuneError('model-invalid', `${file} is not JSON`, { cause })
  }
}

const readPart = async <S extends z.ZodType>(read: ReadFile, file: string, schema: S): Promise<z.output<S>> => {
  const bytes = await read(file)
  return keptParts.parse(`${file} ${sha256(bytes)}`, () => {
    const result = schema.safeParse(parseJson(file, bytes))
    if (result.success) return result.data
    throw new AttuneError('model-invalid', `${file}: ${zod.prettifyError(result.error)}`)
  })
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const kindOf = ({ kind }: Manifest): Kind => {
  const known = KINDS[kind]
  if (known) return known
  throw new AttuneError('model-invalid', `models of the kind ${kind} are not in this release`)
}

/** The file that holds the numbers of a model. */
export const fileOf = (manifest: Manifest): string => kindOf(manifest).file

const readNumbers = async (read: ReadFile, kind: Kind): Promise<Numbers> => {
  const { file } = kind
  const raw = parseJson(file, await read(file))
  try {
    return kind.read(raw)
  } catch (error) {
    if (error instanceof zod.ZodError) throw new AttuneError('model-invalid', `${file}: ${zod.prettifyError(error)}`)
    throw error
  }
}

const readParts = async (read: ReadFile, shared: Shared): Promise<FolderParts> => {
  const manifest = resolveManifest(await readPart(read, 'manifest.json', manifestSchema), shared)
  return {
    manifest,
    inputs: resolveInputs((await readPart(read, 'features.json', featuresSchema)).inputs, shared),
    numbers: await readNumbers(read, kindOf(manifest)),
    card: await readPart(read, 'card.json', cardSchema),
    vectors: await readPart(read, 'vectors.json', vectorsSchema),
  }
}

/** Names of the outputs in the graph: one raw per basis, one value per output of a variant. */
export const rawPort = (basis: string): string => `raw_${basis}`
export const valuePort = (variant: string, output: string): string => `${variant}_${output}`

/** Where the graph of this file is to run. */
export type WhereOf = (graph: { readonly model: string; readonly file: string }) => Where

const openGraph = async (read: ReadFile, graph: Graph, { manifest, numbers }: FolderParts, where: WhereOf): Promise<Session> => {
  const bytes = await read(graph.file)
  if (sha256(bytes) !== graph.sha256)
    throw new AttuneError('model-invalid', `${graph.file} does not have the SHA-256 that manifest.json names`)
  const asked = manifest.variants.filter((variant) => variant.graph === graph.file)
  const all = asked.flatMap(({ id, outputs }) => outputs.map(({ id: output, basis }) => ({ basis, value: valuePort(id, output) })))
  const ports = all.map(({ basis }) => numbers.bases.get(basis)?.ports ?? {})
  const { columns } = graph.input
  return openSession(
    bytes,
    {
      name: `${manifest.id}/${graph.file}`,
      input: {
        name: graph.input.name,
        columns: columns.length,
        mayBeMissing: columns.map(({ ifMissing }) => ifMissing === 'nan'),
      },
      outputs: [...new Set(all.flatMap(({ basis, value }) => [rawPort(basis), value]))],
      wide: Object.assign({}, ...ports),
      warm: encodeRow(columns, graph.reference),
    },
    where({ model: manifest.id, file: graph.file }),
  )
}

const loadOutput = (variant: Variant, spec: OutputSpec, bases: Numbers['bases']): LoadedOutput => {
  const basis = bases.get(spec.basis)
  if (!basis) throw new AttuneError('model-invalid', `there is no basis ${spec.basis}`)
  const formula = parseFormula(spec.value)
  const value: (values: Numbered) => number = compile(formula)
  const values = compileMany(formula)
  const ports = { raw: rawPort(spec.basis), value: valuePort(variant.id, spec.id) }
  return {
    spec,
    basis,
    ...ports,
    valueOf: (raw) => value({ raw }),
    valuesOf: (raw) => values({ raw }, raw.length),
    correct: correctionOf(spec),
  }
}

const loadVariant = (spec: Variant, graph: Graph, session: Session, { manifest, numbers }: FolderParts): LoadedVariant => {
  const [first, ...others] = spec.outputs.map((output) => loadOutput(spec, output, numbers.bases))
  if (!first) throw new AttuneError('model-invalid', `variant ${spec.id} has no output`)
  const outputs = [first, ...others] as const
  const used = new Set(outputs.flatMap(({ basis }) => basis.columns))
  const inputs = graph.input.columns.filter(({ term }) => used.has(term)).map(({ input }) => input)
  return { spec, graph, session, agree: kindOf(manifest).agree, inputs: [...new Set(inputs)], outputs }
}

/** One hash for the model as a whole: what is read, how it is computed and what is said of it. */
const folderHash = async (read: ReadFile, { manifest, inputs }: FolderParts): Promise<string> => {
  const files = ['manifest.json', 'features.json', fileOf(manifest), ...manifest.graphs.map(({ file }) => file)]
  const lines = await Promise.all(files.map(async (file) => `${file} ${sha256(await read(file))}`))
  return sha256(Buffer.from([...lines, `shared ${hashOfResolved(inputs, manifest)}`].join('\n')))
}

/**
 * Reads one folder under `models/`: schema, hashes and shapes. Complete or not loaded (DESIGN decision 10); the registry then
 * runs its test vectors.
 * @throws AttuneError `model-invalid` with what is wrong
 */
export const loadModel = async (folder: string, where: WhereOf, shared: Shared = NOTHING_SHARED): Promise<Model> => {
  const read = filesOf(folder)
  const parts = await readParts(read, shared)
  checkFolder(parts)
  const { manifest, inputs, card, vectors } = parts
  const variants: LoadedVariant[] = []
  for (const graph of manifest.graphs) {
    const session = await openGraph(read, graph, parts, where)
    for (const spec of manifest.variants) if (spec.graph === graph.file) variants.push(loadVariant(spec, graph, session, parts))
  }
  const { id, version, name, citation } = manifest
  const ref = { id, version, name, citation, sha256: await folderHash(read, parts) }
  return { ref, manifest, inputs, card, variants, vectors: vectors.vectors }
}
