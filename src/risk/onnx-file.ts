import { AttuneError } from '../errors.ts'

/**
 * The parts of an ONNX file that decide whether it is let in, read from its protocol buffers (field numbers of the public `onnx.proto`):
 * nothing of a graph may lie outside the file whose hash the manifest names.
 */

/** Message types and their fields that may hold tensors, and the field by which a tensor says that its data is elsewhere. */
const INSIDE = {
  model: { 7: 'graph', 25: 'function' },
  graph: { 1: 'node', 5: 'tensor', 15: 'sparse' },
  function: { 7: 'node', 11: 'attribute' },
  node: { 5: 'attribute' },
  attribute: { 5: 'tensor', 6: 'graph', 10: 'tensor', 11: 'graph', 22: 'sparse', 23: 'sparse' },
  sparse: { 1: 'tensor', 2: 'tensor' },
  tensor: {},
} as const satisfies Record<string, Readonly<Record<number, string>>>

type Message = keyof typeof INSIDE
const EXTERNAL_DATA = 13
const DATA_LOCATION = 14

type Reader = { readonly bytes: Uint8Array; at: number; readonly end: number }

const BROKEN = 'not a whole ONNX file'

const varint = (from: Reader): number => {
  let value = 0
  for (let scale = 1; scale < 2 ** 70; scale *= 128) {
    if (from.at >= from.end) throw new RangeError(BROKEN)
    const byte = from.bytes[from.at] ?? 0
    from.at += 1
    value += (byte & 0x7f) * scale
    if (byte < 0x80) return value
  }
  throw new RangeError(BROKEN)
}

/** Length of a field's content by its wire type: number, 8 bytes, anything with a length, 4 bytes. */
const lengthOf = (wire: number, from: Reader): number => {
  if (wire === 0) {
    const start = from.at
    varint(from)
    const length = from.at - start
    from.at = start
    return length
  }
  if (wire === 2) return varint(from)
  if (wire === 1 || wire === 5) return wire === 1 ? 8 : 4
  throw new RangeError(BROKEN)
}

/** Deepest nesting that is followed; a graph inside a graph costs three. */
const DEEPEST = 64

const looksOutside = (message: Message, from: Reader, depth: number): boolean => {
  if (depth > DEEPEST) throw new RangeError('nested too deeply')
  let outside = false
  while (from.at < from.end) {
    const key = varint(from)
    const field = Math.floor(key / 8)
    const length = lengthOf(key % 8, from)
    const end = from.at + length
    if (end > from.end) throw new RangeError(BROKEN)
    const inner: Message | undefined = (INSIDE[message] as Readonly<Record<number, Message>>)[field]
    if (message === 'tensor' && (field === EXTERNAL_DATA || (field === DATA_LOCATION && from.bytes[from.at] !== 0))) outside = true
    else if (inner !== undefined && key % 8 === 2)
      outside = looksOutside(inner, { bytes: from.bytes, at: from.at, end }, depth + 1) || outside
    from.at = end
  }
  return outside
}

/** Largest ONNX file that is read. */
export const MAX_GRAPH_BYTES = 256 * 1024 * 1024

/** @throws AttuneError `model-invalid` when the file is cut, too large, or keeps numbers in other files */
export const checkOnnxFile = (bytes: Uint8Array, name: string): void => {
  const refuse = (because: string): never => {
    throw new AttuneError('model-invalid', `${name}: ${because}`)
  }
  if (bytes.length > MAX_GRAPH_BYTES) refuse(`the graph is larger than ${MAX_GRAPH_BYTES} bytes`)
  if (bytes.length === 0) refuse('the graph is empty')
  try {
    if (looksOutside('model', { bytes, at: 0, end: bytes.length }, 0)) refuse('the graph keeps numbers outside its file')
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    refuse(`the graph is ${error.message}`)
  }
}
