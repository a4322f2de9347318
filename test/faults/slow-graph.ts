import { int, message, text } from '../../src/risk/protobuf.ts'

/**
 * Parts of an ONNX file (field numbers of the public `onnx.proto`) that make a graph slow: written behind another file they become part
 * of its graph, because protocol buffers of one field are joined. Its numbers stay as they are.
 */

const [DOUBLE, INT64, BOOL] = [11, 7, 9]
/** Of the square matrix that is multiplied by itself once in each turn of the loop: some 15 million operations. */
const SIDE = 200

const doubles = (count: number, value: number): Buffer => Buffer.from(new Float64Array(count).fill(value).buffer)
const tensor = (name: string, shape: readonly number[], bytes: Buffer): Buffer =>
  message(5, ...shape.map((size) => int(1, size)), int(2, DOUBLE), text(8, name), message(9, bytes))
const attribute = (name: string, type: number, value: Buffer): Buffer => message(5, text(1, name), value, int(20, type))
const node = (op: string, inputs: readonly string[], outputs: readonly string[], ...attributes: readonly Buffer[]): Buffer =>
  message(
    1,
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(3, outputs[0] ?? ''),
    text(4, op),
    ...attributes,
  )
const port = (field: number, name: string, type: number, ...shape: readonly number[]): Buffer =>
  message(field, text(1, name), message(2, message(1, int(1, type), message(2, ...shape.map((size) => message(1, int(1, size)))))))

/** One turn: a matrix that is its own square is multiplied by itself. */
const body = message(
  6,
  node('Identity', ['go_on'], ['go_on_out']),
  node('MatMul', ['square', 'square'], ['square_out']),
  text(2, 'turn'),
  port(11, 'turn_number', INT64),
  port(11, 'go_on', BOOL),
  port(11, 'square', DOUBLE, SIDE, SIDE),
  port(12, 'go_on_out', BOOL),
  port(12, 'square_out', DOUBLE, SIDE, SIDE),
)

type Slow = {
  /** Number of the input column that makes it slow, of how many. */
  readonly column: number
  readonly columns: number
  /** Nothing is slow at this value and above it. */
  readonly from: number
  /** Turns for each unit below it. */
  readonly turns: number
}

/** The graph in this file, which takes longer the further one of its inputs lies below a value. */
export const slowed = (file: Uint8Array, { column, columns, from, turns }: Slow): Buffer => {
  const one = Buffer.from(Float64Array.from({ length: columns }, (_, at) => (at === column ? 1 : 0)).buffer)
  const parts = [
    tensor('slow_column', [columns, 1], one),
    tensor('slow_from', [], doubles(1, from)),
    tensor('slow_turns', [], doubles(1, turns)),
    tensor('slow_a', [SIDE, 1], doubles(SIDE, 1)),
    tensor('slow_b', [1, SIDE], doubles(SIDE, 1 / SIDE)),
    node('MatMul', ['x', 'slow_column'], ['slow_value']),
    node('Sub', ['slow_from', 'slow_value'], ['slow_below']),
    node('Relu', ['slow_below'], ['slow_units']),
    node('ReduceMax', ['slow_units'], ['slow_most'], attribute('keepdims', 2, int(3, 0))),
    node('Mul', ['slow_most', 'slow_turns'], ['slow_times']),
    node('Cast', ['slow_times'], ['slow_count'], attribute('to', 2, int(3, INT64))),
    node('MatMul', ['slow_a', 'slow_b'], ['slow_square']),
    node('Loop', ['slow_count', '', 'slow_square'], ['slow_end'], attribute('body', 5, body)),
    port(12, 'slow_end', DOUBLE, SIDE, SIDE),
    message(12, text(1, 'slow_value'), message(2, message(1, int(1, DOUBLE), message(2, message(1, text(2, 'N')), message(1, int(1, 1)))))),
  ]
  return Buffer.concat([file, message(7, ...parts)])
}
