import type { Formula, Operator } from '../formula.ts'
import type { OnnxConstant, OnnxNode } from './onnx-writer.ts'

/** Operators of formulas in ONNX. Comparisons give true and false there, so they are cast back to 1 and 0. */
const OPS: Readonly<Record<Operator, string>> = {
  '+': 'Add',
  '-': 'Sub',
  '*': 'Mul',
  '/': 'Div',
  '^': 'Pow',
  '>=': 'GreaterOrEqual',
  '>': 'Greater',
  '<=': 'LessOrEqual',
  '<': 'Less',
  negate: 'Neg',
  ln: 'Log',
  exp: 'Exp',
  min: 'Min',
  max: 'Max',
  floor: 'Floor',
}
const COMPARISONS = new Set(['>=', '>', '<=', '<'])
const DOUBLE = 11 // TensorProto.DataType.DOUBLE

/** Nodes and constants of a graph that is being written. */
export type Sheet = {
  readonly nodes: OnnxNode[]
  readonly constants: OnnxConstant[]
  /** Makes a node once per content; gives the name of its output. */
  node(op: string, inputs: readonly string[], ints?: Readonly<Record<string, number>>): string
  constant(shape: readonly number[], values: readonly number[], type?: 'double' | 'int64' | 'half'): string
}

export const newSheet = (): Sheet => {
  const nodes: OnnxNode[] = []
  const constants: OnnxConstant[] = []
  const made = new Map<string, string>()
  const once = (content: unknown, make: (name: string) => void, prefix: string): string => {
    const key = JSON.stringify(content)
    const known = made.get(key)
    if (known !== undefined) return known
    const name = `${prefix}${made.size}`
    made.set(key, name)
    make(name)
    return name
  }
  return {
    nodes,
    constants,
    node: (op, inputs, ints = {}) => once([op, inputs, ints], (name) => nodes.push({ op, name, inputs, outputs: [name], ints }), 'n'),
    constant: (shape, values, type = 'double') => once([type, shape, values], (name) => constants.push({ name, shape, values, type }), 'c'),
  }
}

/** Writes a formula as nodes; `names` gives the tensors of its names. */
export const write = (sheet: Sheet, formula: Formula, names: (name: string) => string): string => {
  if (formula.op === 'number') return sheet.constant([1], [formula.value])
  if (formula.op === 'name') return names(formula.name)
  const inputs = formula.args.map((arg) => write(sheet, arg, names))
  const output = sheet.node(OPS[formula.op], inputs)
  return COMPARISONS.has(formula.op) ? sheet.node('Cast', [output], { to: DOUBLE }) : output
}

/** One column of a tensor [N, columns] as [N, 1]. */
export const pick = (sheet: Sheet, from: string, index: number): string =>
  sheet.node('Gather', [from, sheet.constant([1], [index], 'int64')], { axis: 1 })
