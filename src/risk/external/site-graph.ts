import { AttuneError } from '../../errors.ts'
import { checkOnnxFile } from '../onnx-file.ts'
import { type Field, intOf, messagesOf, readFields, textOf } from '../protobuf.ts'

/** Field numbers of the public `onnx.proto`. */
export const MODEL = { irVersion: 1, graph: 7, opset: 8 } as const
export const GRAPH = { node: 1, constant: 5, input: 11, output: 12 } as const

/** TensorProto.DataType: the types of numbers that a port may have here. */
export const NUMBER_TYPES: Readonly<Record<number, string>> = { 1: 'float32', 6: 'int32', 7: 'int64', 11: 'float64' }

export type SitePort = {
  readonly name: string
  /** TensorProto.DataType; null for a sequence or a map. */
  readonly type: number | null
  /** Numbers, or null where the size is free. */
  readonly shape: readonly (number | null)[]
}

/** A graph as a site made it, read for its ports. */
export type SiteGraph = {
  readonly model: readonly Field[]
  readonly graph: readonly Field[]
  readonly inputs: readonly SitePort[]
  readonly outputs: readonly SitePort[]
  /** Every name of a tensor, so that none is used twice. */
  readonly names: ReadonlySet<string>
  /** Version of the default operator set; null when the graph uses none of it. */
  readonly opset: number | null
}

const portOf = (fields: readonly Field[]): SitePort => {
  const [type = []] = messagesOf(fields, 2)
  const [tensor] = messagesOf(type, 1)
  const [shape = []] = tensor ? messagesOf(tensor, 2) : []
  return { name: textOf(fields, 1), type: tensor ? intOf(tensor, 1) : null, shape: messagesOf(shape, 1).map((dim) => intOf(dim, 1)) }
}

const namesOf = (graph: readonly Field[]): Set<string> => {
  const words = (fields: readonly Field[], number: number) =>
    fields.filter((one) => one.number === number && one.wire === 2).map(({ bytes }) => Buffer.from(bytes).toString('utf8'))
  return new Set([
    ...messagesOf(graph, GRAPH.node).flatMap((node) => [...words(node, 1), ...words(node, 2)]),
    ...messagesOf(graph, GRAPH.constant).map((constant) => textOf(constant, 8)),
    ...[...messagesOf(graph, GRAPH.input), ...messagesOf(graph, GRAPH.output)].map((port) => textOf(port, 1)),
  ])
}

/** @throws AttuneError `model-invalid` when the bytes are no whole ONNX file, are too many, or keep numbers elsewhere */
export const readSiteGraph = (bytes: Uint8Array, name: string): SiteGraph => {
  checkOnnxFile(bytes, name)
  try {
    const model = readFields(bytes)
    const body = model.find(({ number, wire }) => number === MODEL.graph && wire === 2)
    if (!body) throw new RangeError('without a graph')
    const graph = readFields(body.bytes)
    const constants = new Set(messagesOf(graph, GRAPH.constant).map((constant) => textOf(constant, 8)))
    const opsets = messagesOf(model, MODEL.opset)
    const standard = opsets.find((opset) => ['', 'ai.onnx'].includes(textOf(opset, 1)))
    return {
      model,
      graph,
      inputs: messagesOf(graph, GRAPH.input)
        .map(portOf)
        .filter((port) => !constants.has(port.name)),
      outputs: messagesOf(graph, GRAPH.output).map(portOf),
      names: namesOf(graph),
      opset: standard ? intOf(standard, 2) : null,
    }
  } catch (error) {
    if (error instanceof RangeError) throw new AttuneError('model-invalid', `${name}: not a whole ONNX file (${error.message})`)
    throw error
  }
}
