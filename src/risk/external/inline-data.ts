import { AttuneError } from '../../errors.ts'
import { again, type Field, intOf, message, messagesOf, readFields, textOf } from '../protobuf.ts'
import { GRAPH, MODEL } from './site-graph.ts'

/** TensorProto: numbers as bytes, where they are in another file, and whether they are. */
const TENSOR = { raw: 9, elsewhere: 13, location: 14 } as const

/** Gives the bytes of a file that lies beside the graph. */
export type ReadBeside = (name: string) => Uint8Array

const refuse = (name: string, because: string): never => {
  throw new AttuneError('model-invalid', `${name}: ${because}`)
}

/** Part of a file: the entries `location`, `offset` and `length` of the public `onnx.proto`. */
const partOf = (tensor: readonly Field[], readBeside: ReadBeside, name: string): Uint8Array => {
  const entries = new Map(messagesOf(tensor, TENSOR.elsewhere).map((entry) => [textOf(entry, 1), textOf(entry, 2)]))
  const location = entries.get('location') ?? ''
  if (!/^[\w.-]+$/.test(location) || /^\.+$/.test(location)) refuse(name, `its numbers are in "${location}", which is no file beside it`)
  const file = readBeside(location)
  const start = Number(entries.get('offset') ?? 0)
  const end = entries.has('length') ? start + Number(entries.get('length')) : file.length
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start || end > file.length)
    refuse(name, `${location} is shorter than the graph says`)
  return file.subarray(start, end)
}

const isElsewhere = (tensor: readonly Field[]): boolean => intOf(tensor, TENSOR.location) === 1

const inline = (field: Field, readBeside: ReadBeside, name: string): Buffer => {
  const tensor = readFields(field.bytes)
  if (!isElsewhere(tensor)) return again(field)
  const kept = tensor.filter(({ number }) => ![TENSOR.raw, TENSOR.elsewhere, TENSOR.location].includes(number as never))
  return message(GRAPH.constant, ...kept.map(again), message(TENSOR.raw, partOf(tensor, readBeside, name)))
}

/**
 * A graph with the numbers that it keeps beside its file (as MLflow writes it) inside of it: one file, one hash.
 * @throws AttuneError `model-invalid` when the other file is not there, is too short, or lies elsewhere
 */
export const inlineData = (bytes: Uint8Array, readBeside: ReadBeside, name: string): Uint8Array => {
  try {
    const model = readFields(bytes)
    const graph = model.find(({ number, wire }) => number === MODEL.graph && wire === 2)
    const fields = graph ? readFields(graph.bytes) : []
    const elsewhere = fields.some(
      ({ number, wire, bytes: inner }) => number === GRAPH.constant && wire === 2 && isElsewhere(readFields(inner)),
    )
    if (!elsewhere) return bytes
    const whole = fields.map((field) =>
      field.number === GRAPH.constant && field.wire === 2 ? inline(field, readBeside, name) : again(field),
    )
    return Buffer.concat(model.map((field) => (field === graph ? message(MODEL.graph, ...whole) : again(field))))
  } catch (error) {
    if (error instanceof RangeError) return bytes // no ONNX file: the reader of graphs says so
    throw error
  }
}
