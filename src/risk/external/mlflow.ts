import { z } from 'zod'
import { AttuneError } from '../../errors.ts'

/**
 * The folder that MLflow writes for a model of the ONNX flavour: `MLmodel` (YAML) names the file of the graph under
 * `flavors.onnx.data` and, under `signature`, the columns as JSON text: `{name, type}` each, or one tensor with dtype and shape.
 * Example inputs that lie beside it are not read: they are mostly rows of the training data, which means patients.
 */
const mlmodelSchema = z.looseObject({
  flavors: z.looseObject({ onnx: z.looseObject({ data: z.string() }).optional() }),
  signature: z.looseObject({ inputs: z.string(), outputs: z.string().nullish() }).optional(),
})

const columnSchema = z.looseObject({ name: z.string().optional(), type: z.string() })

export type MlflowModel = {
  /** File of the graph, within the folder. */
  readonly data: string
  /** Columns of the signature; null where it names none. */
  readonly columns: readonly string[] | null
}

const refuse = (because: string): never => {
  throw new AttuneError('input-unreadable', `MLmodel: ${because}`)
}

/** A path of the folder that stays within it. */
const inside = (path: string): string =>
  /^[\w.-]+(\/[\w.-]+)*$/.test(path) && !path.split('/').includes('..') ? path : refuse(`"${path}" is no file of the folder`)

const NUMBERS = ['double', 'float', 'integer', 'long', 'boolean']

const columnsOf = (text: string): readonly string[] | null => {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return refuse('the signature is not readable')
  }
  const read = z.array(columnSchema).safeParse(raw)
  if (!read.success) return refuse('the signature is not a list of columns')
  const odd = read.data.find(({ type }) => type !== 'tensor' && !NUMBERS.includes(type))
  if (odd) refuse(`the column ${odd.name ?? ''} is of the type ${odd.type}; a graph here takes numbers only`)
  const names = read.data.flatMap(({ type, name }) => (type === 'tensor' || name === undefined ? [] : [name]))
  return names.length === read.data.length ? names : null
}

/** @param raw `MLmodel`, parsed. @throws AttuneError `input-unreadable` with what is wrong */
export const readMlflow = (raw: unknown): MlflowModel => {
  const read = mlmodelSchema.safeParse(raw)
  if (!read.success) return refuse(z.prettifyError(read.error))
  const { flavors, signature } = read.data
  if (!flavors.onnx)
    return refuse(`the model has no ONNX flavour, only ${Object.keys(flavors).join(', ')}; log it with mlflow.onnx after conversion`)
  return {
    data: inside(flavors.onnx.data),
    columns: signature ? columnsOf(signature.inputs) : null,
  }
}
