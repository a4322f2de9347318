import { AttuneError } from '../../errors.ts'
import { again, type Field, int, intOf, message, readFields, text, textOf } from '../protobuf.ts'
import { GRAPH, MODEL, NUMBER_TYPES, type SiteGraph, type SitePort } from './site-graph.ts'

/** One number that the site's graph gives: a column of one of its outputs. */
export type Taken = {
  /** Port of the new graph. */
  readonly as: string
  readonly output: string
  readonly column: number
  /** The number times this. */
  readonly factor: number
}

/** Name of the one input of an adapted graph. */
export const INPUT = 'attune_x'

const DOUBLE = 11
const INT64 = 7
const INT = 2 // AttributeProto.AttributeType.INT
const OWN = 'attune_'

/** The first version in which constants need not be among the inputs; older files are carried to it. */
const LEAST_IR = 4

export const irVersionOf = ({ model }: SiteGraph): number => Math.max(intOf(model, MODEL.irVersion) ?? 0, LEAST_IR)

type Refuse = (because: string) => never

/** Columns of an input: [N, columns], [N] counts as one. */
export const widthOf = ({ shape }: SitePort): number | null => (shape.length === 1 ? 1 : shape.length === 2 ? (shape[1] ?? null) : null)

const fixedRows = ({ shape: [rows] }: SitePort): boolean => rows !== null && rows !== undefined && rows !== 0

const node = (op: string, inputs: readonly string[], output: string, ints: Readonly<Record<string, number>> = {}): Buffer =>
  message(
    GRAPH.node,
    ...inputs.map((name) => text(1, name)),
    text(2, output),
    text(3, `${OWN}give_${output}`),
    text(4, op),
    ...Object.entries(ints).map(([name, value]) => message(5, text(1, name), int(3, value), int(20, INT))),
  )

const constant = (name: string, type: number, shape: readonly number[], values: readonly number[]): Buffer => {
  const raw = Buffer.alloc(values.length * 8)
  values.forEach((value, n) => {
    if (type === INT64) raw.writeBigInt64LE(BigInt(value), n * 8)
    else raw.writeDoubleLE(value, n * 8)
  })
  return message(GRAPH.constant, ...shape.map((size) => int(1, size)), int(2, type), text(8, name), message(9, raw))
}

const port = (field: number, name: string, columns: number): Buffer =>
  message(field, text(1, name), message(2, message(1, int(1, DOUBLE), message(2, message(1, text(2, 'N')), message(1, int(1, columns))))))

type Made = { readonly nodes: Buffer[]; readonly constants: Buffer[] }

/** The columns of an input, out of the one tensor of doubles, in the type that the site's graph takes. */
const feed = (input: SitePort, first: number, width: number): Made => {
  const [columns, picked] = [`${OWN}columns_${input.name}`, `${OWN}picked_${input.name}`]
  const indices = Array.from({ length: width }, (_, n) => first + n)
  const flat = input.shape.length === 1
  return {
    constants: [constant(columns, INT64, [width], indices), ...(flat ? [constant(`${columns}_shape`, INT64, [1], [-1])] : [])],
    nodes: [
      node('Gather', [INPUT, columns], picked, { axis: 1 }),
      ...(flat ? [node('Reshape', [picked, `${columns}_shape`], `${picked}_flat`)] : []),
      node('Cast', [flat ? `${picked}_flat` : picked], input.name, { to: input.type ?? DOUBLE }),
    ],
  }
}

/** One number per row as a column of doubles, times its factor. */
const take = ({ as, output, column, factor }: Taken, { shape }: SitePort): Made => {
  const at = `${OWN}of_${as}`
  const flat = shape.length === 1
  return {
    constants: [
      flat ? constant(`${at}_shape`, INT64, [2], [-1, 1]) : constant(`${at}_column`, INT64, [1], [column]),
      constant(`${at}_factor`, DOUBLE, [1], [factor]),
    ],
    nodes: [
      flat ? node('Reshape', [output, `${at}_shape`], `${at}_one`) : node('Gather', [output, `${at}_column`], `${at}_one`, { axis: 1 }),
      node('Cast', [`${at}_one`], `${at}_double`, { to: DOUBLE }),
      node('Mul', [`${at}_double`, `${at}_factor`], as),
    ],
  }
}

const isNumbers = ({ type }: SitePort): boolean => type !== null && NUMBER_TYPES[type] !== undefined

const checkInputs = (inputs: readonly SitePort[], columns: number, refuse: Refuse): void => {
  for (const input of inputs) {
    if (!isNumbers(input)) refuse(`the input ${input.name} is not a tensor of numbers; encode texts before the graph`)
    if (fixedRows(input)) refuse(`the input ${input.name} takes exactly ${input.shape[0]} rows; export it with a free first dimension`)
    if (widthOf(input) === null) refuse(`the input ${input.name} does not say how many columns it has`)
  }
  const have = inputs.reduce((sum, input) => sum + (widthOf(input) ?? 0), 0)
  if (have !== columns) refuse(`it takes ${have} columns, not ${columns}`)
}

const checkTaken = ({ output, column }: Taken, outputs: readonly SitePort[], refuse: Refuse): SitePort => {
  const found = outputs.find(({ name }) => name === output)
  if (!found) return refuse(`it has no output called ${output}; it has ${outputs.map(({ name }) => name).join(', ')}`)
  if (!isNumbers(found)) refuse(`the output ${output} is a list of maps and not a tensor of numbers; export it without that step (ZipMap)`)
  const width = widthOf(found)
  if (found.shape.length > 2 || (width !== null && column >= width)) refuse(`the output ${output} has no column ${column}`)
  return found
}

/**
 * The site's graph between ports of our form: one input of doubles [N, columns], outputs of doubles [N, 1]. Its own nodes and numbers
 * are carried over byte for byte.
 * @throws AttuneError `model-invalid` when its ports cannot be brought into that form
 */
export const adaptGraph = (site: SiteGraph, columns: number, taken: readonly Taken[], name: string): Buffer => {
  const refuse: Refuse = (because) => {
    throw new AttuneError('model-invalid', `${name}: ${because}`)
  }
  if (site.inputs.length === 0) refuse('it has no input')
  checkInputs(site.inputs, columns, refuse)
  const clash = [INPUT, ...taken.map(({ as }) => as)].find((wanted) => site.names.has(wanted))
  if (clash !== undefined) refuse(`it already has a tensor called ${clash}`)
  let first = 0
  const before = site.inputs.map((input) => {
    const width = widthOf(input) ?? 0
    first += width
    return feed(input, first - width, width)
  })
  const after = taken.map((one) => take(one, checkTaken(one, site.outputs, refuse)))
  const own = new Set(site.inputs.map((input) => input.name))
  // Old files list their constants among the inputs, and have to.
  const isPort = ({ number, bytes }: Field) => number === GRAPH.output || (number === GRAPH.input && own.has(textOf(readFields(bytes), 1)))
  const kept = site.graph.filter((field) => !isPort(field) && field.number !== GRAPH.node)
  const nodes = site.graph.filter(({ number }) => number === GRAPH.node)
  const parts = [
    ...before.flatMap(({ nodes: made }) => made),
    ...nodes.map(again),
    ...after.flatMap(({ nodes: made }) => made),
    ...kept.map(again),
    ...[...before, ...after].flatMap(({ constants }) => constants),
    port(GRAPH.input, INPUT, columns),
    ...taken.map(({ as }) => port(GRAPH.output, as, 1)),
  ]
  return Buffer.concat([
    int(MODEL.irVersion, irVersionOf(site)),
    ...site.model.filter(({ number }) => number !== MODEL.graph && number !== MODEL.irVersion).map(again),
    ...(site.opset === null ? [message(MODEL.opset, text(1, ''), int(2, 13))] : []),
    message(MODEL.graph, ...parts),
  ])
}
