import { z } from 'zod'
import { AttuneError } from '../../errors.ts'
import { type Columns, type Rows, type SessionSpec, widthOf } from '../onnx.ts'

/**
 * Bodies of the Open Inference Protocol v2 (KServe v2) with the binary tensor extension: a JSON object, then the numbers as
 * little-endian doubles, in the order of the JSON; the header Inference-Header-Content-Length says where the JSON ends.
 * https://kserve.github.io/website/docs/concepts/architecture/data-plane/v2-protocol/binary-tensor-data-extension
 * ONNX Runtime has no build for a big-endian machine, so typed arrays are these bytes already.
 */
export const JSON_LENGTH = 'inference-header-content-length'

/** Names and numbers of the graph, and nothing else: no `id`, no name of a patient, visit or caller. */
export const writeInferRequest = ({ input }: SessionSpec, { count, values }: Rows, outputs: readonly string[]) => {
  const numbers = Buffer.from(values.buffer, values.byteOffset, values.byteLength)
  const head = Buffer.from(
    JSON.stringify({
      inputs: [{ name: input.name, shape: [count, input.columns], datatype: 'FP64', parameters: { binary_data_size: numbers.length } }],
      outputs: outputs.map((name) => ({ name, parameters: { binary_data: true } })),
    }),
  )
  return { body: Buffer.concat([head, numbers]), jsonLength: head.length }
}

const outputSchema = z.object({
  name: z.string(),
  shape: z.array(z.number().int()),
  datatype: z.string(),
  parameters: z.object({ binary_data_size: z.number().int().nonnegative().optional() }).optional(),
  data: z.array(z.unknown()).optional(),
})
const answerSchema = z.object({ outputs: z.array(outputSchema) })
type Output = z.output<typeof outputSchema>

const refuse = (because: string): never => {
  throw new AttuneError('inference-failed', `the inference server's answer ${because}`)
}

const parse = (text: string): z.output<typeof answerSchema> => {
  try {
    const result = answerSchema.safeParse(JSON.parse(text))
    if (result.success) return result.data
  } catch {
    // told below
  }
  return refuse('is not an inference answer')
}

const jsonEnd = (body: Buffer, header: string | undefined): number => {
  if (header === undefined) return body.length
  const end = Number(header)
  return Number.isInteger(end) && end >= 0 && end <= body.length ? end : refuse('has a wrong length of its JSON')
}

/** A server without the binary extension sends numbers as JSON, which has no word for NaN. */
const fromJson = ({ name, data = [] }: Output): Float64Array => {
  const flat = data.flat(2)
  if (!flat.every((value) => typeof value === 'number')) refuse(`has something other than numbers in ${name}`)
  return Float64Array.from(flat as number[])
}

const fromBytes = (bytes: Buffer): Float64Array => {
  const values = new Float64Array(bytes.length / 8)
  Buffer.from(values.buffer).set(bytes)
  return values
}

/**
 * The asked outputs of an answer. Names, type, shape and sizes must be exactly those that were asked for.
 * @throws AttuneError `inference-failed`
 */
export const readInferAnswer = (
  body: Buffer,
  header: string | undefined,
  asked: { readonly spec: SessionSpec; readonly count: number; readonly outputs: readonly string[] },
): Columns => {
  let at = jsonEnd(body, header)
  const columns: Record<string, Float64Array> = {}
  for (const output of parse(body.toString('utf8', 0, at)).outputs) {
    const { name, shape, datatype, parameters } = output
    const width = widthOf(asked.spec, name)
    if (datatype !== 'FP64') refuse(`has ${name} as ${datatype}, not as FP64`)
    if (shape.length !== 2 || shape[0] !== asked.count || shape[1] !== width)
      refuse(`has ${name} in another shape than [${asked.count}, ${width}]`)
    const size = parameters?.binary_data_size
    if (size !== undefined && (size !== asked.count * width * 8 || at + size > body.length))
      refuse(`has another number of bytes for ${name}`)
    const values = size === undefined ? fromJson(output) : fromBytes(body.subarray(at, at + size))
    if (values.length !== asked.count * width) refuse(`has another number of values for ${name}`)
    at += size ?? 0
    columns[name] = values
  }
  if (header !== undefined && at !== body.length) refuse('has bytes that belong to no output')
  const missing = asked.outputs.find((name) => !Object.hasOwn(columns, name))
  return missing === undefined
    ? Object.fromEntries(asked.outputs.map((name) => [name, columns[name] as Float64Array]))
    : refuse(`lacks ${missing}`) // looked at one line above
}
