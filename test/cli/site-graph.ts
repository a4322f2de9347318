import { int, message, text } from '../../src/risk/protobuf.ts'

/** A logistic regression as training tools export it: single precision, one input, a class label and the probabilities of two classes. */
export type Logistic = {
  readonly weights: readonly number[]
  readonly bias: number
  /** One input for each column in place of one for all. */
  readonly split?: boolean
  /** A batch size that is fixed in the graph. */
  readonly rows?: number
  readonly outputs?: 'probabilities' | 'maps'
  /** The third version of the format, in which constants stand among the inputs. */
  readonly old?: boolean
  /** Weights in another file: its name, and where in it they begin. */
  readonly beside?: { readonly location: string; readonly offset: number; readonly length: number }
}

const FLOAT = 1
const INT64 = 7

const floats = (name: string, shape: readonly number[], values: readonly number[]): Buffer => {
  const raw = Buffer.alloc(values.length * 4)
  values.forEach((value, n) => {
    raw.writeFloatLE(value, n * 4)
  })
  return message(5, ...shape.map((size) => int(1, size)), int(2, FLOAT), text(8, name), message(9, raw))
}

/** A tensor whose numbers lie in another file. */
const floatsBeside = (name: string, shape: readonly number[], beside: NonNullable<Logistic['beside']>): Buffer =>
  message(
    5,
    ...shape.map((size) => int(1, size)),
    int(2, FLOAT),
    text(8, name),
    ...Object.entries(beside).map(([key, value]) => message(13, text(1, key), text(2, String(value)))),
    int(14, 1),
  )

/** The numbers of such a file, after some bytes of others. */
export const weightFile = ({ weights }: Logistic, offset: number): Buffer => {
  const bytes = Buffer.alloc(offset + weights.length * 4)
  weights.forEach((value, n) => {
    bytes.writeFloatLE(value, offset + n * 4)
  })
  return bytes
}

const node = (op: string, inputs: readonly string[], output: string, ints: Readonly<Record<string, number>> = {}): Buffer =>
  message(
    1,
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(4, op),
    ...Object.entries(ints).map(([name, value]) => message(5, text(1, name), int(3, value), int(20, 2))),
  )

const dimension = (size: number | null): Buffer => message(1, size === null ? text(2, 'batch') : int(1, size))
const port = (field: number, name: string, type: number, shape: readonly (number | null)[]): Buffer =>
  message(field, text(1, name), message(2, message(1, int(1, type), message(2, ...shape.map(dimension)))))
/** A sequence of maps, as a ZipMap gives it. */
const maps = (name: string): Buffer => message(12, text(1, name), message(2, message(4, message(1, message(5, int(1, INT64))))))

/** Column names of the split form. */
export const COLUMNS = ['Age (years)', 'creatinine', 'sodium']

export const logisticOnnx = ({ weights, bias, split = false, rows, outputs = 'probabilities', old = false, beside }: Logistic): Buffer => {
  const batch = rows ?? null
  const names = weights.map((_, n) => COLUMNS[n] ?? `c${n}`)
  const graph = [
    ...(split ? [node('Concat', names, 'all', { axis: 1 })] : []),
    node('MatMul', [split ? 'all' : 'float_input', 'w'], 'linear'),
    node('Add', ['linear', 'b'], 'logit'),
    node('Sigmoid', ['logit'], 'one'),
    node('Sub', ['unit', 'one'], 'zero'),
    node('Concat', ['zero', 'one'], 'probabilities', { axis: 1 }),
    node('ArgMax', ['probabilities'], 'label', { axis: 1, keepdims: 0 }),
    text(2, 'logistic'),
    beside ? floatsBeside('w', [weights.length, 1], beside) : floats('w', [weights.length, 1], weights),
    floats('b', [1], [bias]),
    floats('unit', [1], [1]),
    ...(split ? names.map((name) => port(11, name, FLOAT, [batch, 1])) : [port(11, 'float_input', FLOAT, [batch, weights.length])]),
    ...(old ? [port(11, 'w', FLOAT, [weights.length, 1]), port(11, 'b', FLOAT, [1]), port(11, 'unit', FLOAT, [1])] : []),
    port(12, 'label', INT64, [batch]),
    outputs === 'maps' ? maps('probabilities') : port(12, 'probabilities', FLOAT, [batch, 2]),
  ]
  return Buffer.concat([int(1, old ? 3 : 8), text(2, 'test'), message(8, text(1, ''), int(2, 13)), message(7, ...graph)])
}

/** The same in double precision: the site's own tool. */
export const logistic = ({ weights, bias }: Logistic, values: readonly number[]): number =>
  1 / (1 + Math.exp(-weights.reduce((sum, weight, n) => sum + weight * (values[n] ?? Number.NaN), bias)))
