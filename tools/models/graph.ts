import { type Equation, readEquations } from '../../src/risk/equation.ts'
import { type Formula, type Operator, parseFormula } from '../../src/risk/formula.ts'
import { rawPort, valuePort } from '../../src/risk/load-model.ts'
import type { Coefficients, Graph, Manifest, Variant } from '../../src/risk/model-folder.ts'
import type { OnnxConstant, OnnxGraph, OnnxNode } from './onnx-writer.ts'

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

type Sheet = {
  readonly nodes: OnnxNode[]
  readonly constants: OnnxConstant[]
  /** Makes a node once per content; gives the name of its output. */
  node(op: string, inputs: readonly string[], ints?: Readonly<Record<string, number>>): string
  constant(shape: readonly number[], values: readonly number[], type?: 'double' | 'int64'): string
}

const newSheet = (): Sheet => {
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
const write = (sheet: Sheet, formula: Formula, names: (name: string) => string): string => {
  if (formula.op === 'number') return sheet.constant([1], [formula.value])
  if (formula.op === 'name') return names(formula.name)
  const inputs = formula.args.map((arg) => write(sheet, arg, names))
  const output = sheet.node(OPS[formula.op], inputs)
  return COMPARISONS.has(formula.op) ? sheet.node('Cast', [output], { to: DOUBLE }) : output
}

const pick = (sheet: Sheet, from: string, index: number): string =>
  sheet.node('Gather', [from, sheet.constant([1], [index], 'int64')], { axis: 1 })

/** All equations at once: the distinct terms side by side, times one matrix of coefficients. */
const writeRaw = (sheet: Sheet, { input }: Graph, equations: readonly Equation[]): string => {
  const place = new Map(input.columns.map(({ term }, index) => [term, index]))
  const column = (name: string): string => {
    const index = place.get(name)
    if (index === undefined) throw new Error(`no column for ${name}`)
    return pick(sheet, input.name, index)
  }
  const weights = new Map<string, number[]>()
  equations.forEach(({ terms }, n) => {
    for (const { formula, coefficient } of terms) {
      const tensor = write(sheet, formula, column)
      const row = weights.get(tensor) ?? equations.map(() => 0)
      row[n] = (row[n] ?? 0) + coefficient
      weights.set(tensor, row)
    }
  })
  const terms = sheet.node('Concat', [...weights.keys()], { axis: 1 })
  const matrix = sheet.constant([weights.size, equations.length], [...weights.values()].flat())
  const intercepts = sheet.constant(
    [equations.length],
    equations.map(({ intercept }) => intercept),
  )
  return sheet.node('Add', [sheet.node('MatMul', [terms, matrix]), intercepts])
}

/** The ONNX graph of one file of a folder: every output of every variant that uses it. */
export const graphOf = (graph: Graph, manifest: Manifest, coefficients: Coefficients): OnnxGraph => {
  const variants: readonly Variant[] = manifest.variants.filter((variant) => variant.graph === graph.file)
  const all = readEquations(coefficients)
  const ids = [...new Set(variants.flatMap(({ outputs }) => outputs.map(({ equation }) => equation)))]
  const equations = ids.map((id) => {
    const equation = all.get(id)
    if (!equation) throw new Error(`no equation ${id}`)
    return equation
  })
  const sheet = newSheet()
  const raws = writeRaw(sheet, graph, equations)
  const ports: { readonly name: string; readonly tensor: string }[] = [
    ...ids.map((id, index) => ({ name: rawPort(id), tensor: pick(sheet, raws, index) })),
    ...variants.flatMap(({ id, outputs }) =>
      outputs.map((output) => ({
        name: valuePort(id, output.id),
        tensor: write(sheet, parseFormula(output.value), () => pick(sheet, raws, ids.indexOf(output.equation))),
      })),
    ),
  ]
  return {
    name: manifest.id,
    doc: `${manifest.name}. ${coefficients.citation}`,
    irVersion: graph.irVersion,
    opset: graph.opset,
    nodes: [
      ...sheet.nodes,
      ...ports.map(({ name, tensor }): OnnxNode => ({ op: 'Identity', name: `give_${name}`, inputs: [tensor], outputs: [name] })),
    ],
    constants: sheet.constants,
    inputs: [{ name: graph.input.name, shape: ['N', graph.input.columns.length] }],
    outputs: ports.map(({ name }) => ({ name, shape: ['N', 1] })),
  }
}
