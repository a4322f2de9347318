import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { z } from 'zod'
import { z as zod } from 'zod'
import type { ModelRef } from '../contract/risk.ts'
import { AttuneError } from '../errors.ts'
import { checkFolder } from './check-model.ts'
import {
  type Coefficients,
  cardSchema,
  coefficientsSchema,
  type Equation,
  featuresSchema,
  type InputSpec,
  type Manifest,
  type ModelCard,
  manifestSchema,
  type Variant,
  type VectorFile,
  vectorsSchema,
} from './model-folder.ts'
import { type Execution, openSession, type Session } from './onnx.ts'

export type LoadedVariant = { readonly spec: Variant; readonly equation: Equation; readonly session: Session }

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

const readParts = async (folder: string): Promise<FolderParts> => ({
  manifest: await readPart(folder, 'manifest.json', manifestSchema),
  inputs: (await readPart(folder, 'features.json', featuresSchema)).inputs,
  coefficients: await readPart(folder, 'coefficients.json', coefficientsSchema),
  card: await readPart(folder, 'card.json', cardSchema),
  vectors: await readPart(folder, 'vectors.json', vectorsSchema),
})

const openVariant = async (folder: string, spec: Variant, parts: FolderParts, execution: Execution): Promise<LoadedVariant> => {
  const bytes = await readBytes(folder, spec.file)
  if (sha256(bytes) !== spec.sha256)
    throw new AttuneError('model-invalid', `${spec.file} does not have the SHA-256 that manifest.json names`)
  const equation = parts.coefficients.equations[spec.id]
  if (!equation) throw new AttuneError('model-invalid', `coefficients.json has no equation ${spec.id}`)
  const input = { name: spec.input.name, columns: spec.input.columns.length }
  const name = `${parts.manifest.id}/${spec.id}`
  return { spec, equation, session: await openSession(bytes, { name, input, outputs: [spec.outputs.raw, spec.outputs.value] }, execution) }
}

/** One hash for the model as a whole: what is read, how it is computed and what is said of it. */
const folderHash = async (folder: string, manifest: Manifest): Promise<string> => {
  const files = ['manifest.json', 'features.json', 'coefficients.json', ...manifest.variants.map(({ file }) => file)]
  const lines = await Promise.all(files.map(async (file) => `${file} ${sha256(await readBytes(folder, file))}`))
  return sha256(Buffer.from(lines.join('\n')))
}

/**
 * Reads one folder under `models/`: schema, hashes, shapes, and all its test vectors. Complete or not loaded (DESIGN decision 10).
 * @throws AttuneError `model-invalid` with what is wrong
 */
export const loadModel = async (folder: string, execution: Execution): Promise<Model> => {
  const parts = await readParts(folder)
  checkFolder(parts)
  const { manifest, inputs, card, vectors } = parts
  const variants: LoadedVariant[] = []
  for (const spec of manifest.variants) variants.push(await openVariant(folder, spec, parts, execution))
  const { id, version, name, citation } = manifest
  const ref = { id, version, name, citation, sha256: await folderHash(folder, manifest) }
  return { ref, manifest, inputs, card, variants, vectors: vectors.vectors }
}
