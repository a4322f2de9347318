import { toHalf } from '../half.ts'
import { int, message, text, varint } from '../protobuf.ts'

/**
 * Writes ONNX files without a training library. Only the fields we use, by number, from the public `onnx.proto` (ONNX 1.x).
 * The same graph always gives the same bytes, so a model file's SHA-256 can be committed and checked.
 */
export type OnnxNode = {
  readonly op: string
  readonly name: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Of an operator that is not in the standard set: `ai.onnx.ml`. */
  readonly domain?: string
  /** Whole-number attributes, for example `axis`. */
  readonly ints?: Readonly<Record<string, number>>
  /** Attributes that are lists of whole numbers. */
  readonly lists?: Readonly<Record<string, readonly number[]>>
  /** Attributes that are tensors of one dimension. */
  readonly tensors?: Readonly<Record<string, { readonly type: OnnxType; readonly values: readonly number[] }>>
}

/** Double tensor; `shape` entries that are words are free dimensions (`N` rows). */
export type OnnxPort = { readonly name: string; readonly shape: readonly (number | string)[] }
export type OnnxConstant = {
  readonly name: string
  readonly shape: readonly number[]
  readonly values: readonly number[]
  /** `double` when not said. */
  readonly type?: OnnxType
}

export type OnnxGraph = {
  readonly name: string
  readonly doc: string
  readonly irVersion: number
  readonly opset: number
  /** Operator sets beyond the standard one: domain -> version. */
  readonly domains?: Readonly<Record<string, number>>
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxConstant[]
  readonly inputs: readonly OnnxPort[]
  readonly outputs: readonly OnnxPort[]
}

/** TensorProto.DataType */
const TYPES = { double: 11, int64: 7, uint8: 2, half: 10 } as const
type OnnxType = keyof typeof TYPES
/** AttributeProto.AttributeType */
const ATTRIBUTE = { int: 2, tensor: 4, ints: 7 } as const

const doubles = (values: readonly number[]): Buffer => {
  const buffer = Buffer.alloc(values.length * 8)
  values.forEach((value, index) => {
    buffer.writeDoubleLE(value, index * 8)
  })
  return buffer
}

const longs = (values: readonly number[]): Buffer => {
  const buffer = Buffer.alloc(values.length * 8)
  values.forEach((value, index) => {
    buffer.writeBigInt64LE(BigInt(value), index * 8)
  })
  return buffer
}

const halves = (values: readonly number[]): Buffer => {
  const buffer = Buffer.alloc(values.length * 2)
  values.forEach((value, index) => {
    buffer.writeUInt16LE(toHalf(value), index * 2)
  })
  return buffer
}

const PACK: { readonly [T in OnnxType]: (values: readonly number[]) => Buffer } = {
  double: doubles,
  int64: longs,
  uint8: (values) => Buffer.from(values),
  half: halves,
}

const attribute = (name: string, value: Buffer, type: number): Buffer => message(5, text(1, name), value, int(20, type))

const node = ({ op, name, inputs, outputs, domain, ints = {}, lists = {}, tensors = {} }: OnnxNode): Buffer =>
  message(
    1,
    ...inputs.map((input) => text(1, input)),
    ...outputs.map((output) => text(2, output)),
    text(3, name),
    text(4, op),
    ...Object.entries(ints).map(([key, value]) => attribute(key, int(3, value), ATTRIBUTE.int)),
    ...Object.entries(lists).map(([key, values]) => attribute(key, message(8, ...values.map(varint)), ATTRIBUTE.ints)),
    ...Object.entries(tensors).map(([key, { type, values }]) =>
      attribute(key, tensor(5, key, [values.length], type, values), ATTRIBUTE.tensor),
    ),
    ...(domain === undefined ? [] : [text(7, domain)]),
  )

const tensor = (field: number, name: string, shape: readonly number[], type: OnnxType, values: readonly number[]): Buffer =>
  message(field, ...shape.map((size) => int(1, size)), int(2, TYPES[type]), text(8, name), message(9, PACK[type](values)))

const constant = ({ name, shape, values, type = 'double' }: OnnxConstant): Buffer => tensor(5, name, shape, type, values)

const dimension = (size: number | string): Buffer => message(1, typeof size === 'number' ? int(1, size) : text(2, size))

const port =
  (field: number) =>
  ({ name, shape }: OnnxPort): Buffer =>
    message(field, text(1, name), message(2, message(1, int(1, TYPES.double), message(2, ...shape.map(dimension)))))

/** ModelProto bytes of a graph over doubles. */
export const writeOnnx = (graph: OnnxGraph): Buffer =>
  Buffer.concat([
    int(1, graph.irVersion),
    text(2, 'attune'),
    text(6, graph.doc),
    message(
      7,
      ...graph.nodes.map(node),
      text(2, graph.name),
      ...graph.constants.map(constant),
      ...graph.inputs.map(port(11)),
      ...graph.outputs.map(port(12)),
    ),
    message(8, text(1, ''), int(2, graph.opset)),
    ...Object.entries(graph.domains ?? {}).map(([domain, version]) => message(8, text(1, domain), int(2, version))),
  ])
