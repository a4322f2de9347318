import { encodeColumns } from '../encode.ts'
import { attributionPort, encodeModality, MOST_EXPLAINED } from '../kinds/network.ts'
import { type Layer, type Member, type Modality, type Network, readNetworkFile, widthOf } from '../kinds/network-file.ts'
import type { Graph } from '../model-folder.ts'
import type { RawWriter, WidePort } from './graph.ts'
import { legendre } from './legendre.ts'
import type { Sheet } from './sheet.ts'

/** TensorProto.DataType */
const DOUBLE = 11

/** What all parts of a network are written with. Names of tensors; `N` rows. */
type Desk = { readonly sheet: Sheet; readonly network: Network; readonly input: string; readonly place: ReadonlyMap<string, number> }

const whole = (sheet: Sheet, numbers: readonly number[]): string => sheet.constant([numbers.length], numbers, 'int64')
const row = (sheet: Sheet, numbers: readonly number[]): string => sheet.constant([1, numbers.length], numbers)
const one = (sheet: Sheet): string => sheet.constant([1], [1])

const cut = (sheet: Sheet, tensor: string, from: number, to: number): string =>
  sheet.node('Slice', [tensor, whole(sheet, [from]), whole(sheet, [to]), whole(sheet, [1])])

/** 1 where a value of the named columns is there, 0 where it is missing. */
const there = ({ sheet, input, place }: Desk, names: readonly string[]): string => {
  const values = sheet.node(
    'Gather',
    [
      input,
      whole(
        sheet,
        names.map((name) => place.get(name) ?? -1),
      ),
    ],
    { axis: 1 },
  )
  const missing = sheet.node('Cast', [sheet.node('IsNaN', [values])], { to: DOUBLE })
  return sheet.node('Sub', [one(sheet), missing])
}

/** A modality as its encoder takes it: [N, width]. The same as `encodeModality`. */
const writeCoded = (desk: Desk, { inputs, present }: Modality): string => {
  const { sheet, input, place } = desk
  const bins = inputs.flatMap(({ input: name, edges, mean }) =>
    mean.map((missing, n) => ({ at: place.get(name) ?? -1, low: edges[n] ?? 0, width: (edges[n + 1] ?? 0) - (edges[n] ?? 0), missing })),
  )
  const values = sheet.node(
    'Gather',
    [
      input,
      whole(
        sheet,
        bins.map(({ at }) => at),
      ),
    ],
    { axis: 1 },
  )
  const above = sheet.node('Sub', [
    values,
    row(
      sheet,
      bins.map(({ low }) => low),
    ),
  ])
  const share = sheet.node('Div', [
    above,
    row(
      sheet,
      bins.map(({ width }) => width),
    ),
  ])
  const clipped = sheet.node('Min', [one(sheet), sheet.node('Max', [sheet.constant([1], [0]), share])])
  const filled = sheet.node('Where', [
    sheet.node('IsNaN', [values]),
    row(
      sheet,
      bins.map(({ missing }) => missing),
    ),
    clipped,
  ])
  const names = inputs.map((each) => each.input)
  const ones = sheet.constant(
    [names.length, 1],
    names.map(() => 1),
  )
  const any = sheet.node('Min', [one(sheet), sheet.node('MatMul', [there(desk, names), ones])])
  return sheet.node('Concat', [filled, ...(present.length > 0 ? [there(desk, present)] : []), any], { axis: 1 })
}

/** Weights are kept as they are in the file, in half precision, and computed with as doubles. */
const weightOf = (sheet: Sheet, rows: number, units: number, values: readonly number[]): string =>
  sheet.node('Cast', [sheet.constant([rows, units], values, 'half')], { to: DOUBLE })

const linear = (sheet: Sheet, input: string, { rows, units, weight, offset }: Layer): string =>
  sheet.node('Add', [sheet.node('MatMul', [input, weightOf(sheet, rows, units, [...weight])]), sheet.constant([units], [...offset])])

/** 1 + exp(-x). With `Sigmoid` in its place ONNX Runtime 1.30 joins x and it to an operator that it does not have for doubles. */
const logisticUnder = (sheet: Sheet, input: string): string =>
  sheet.node('Add', [one(sheet), sheet.node('Exp', [sheet.node('Neg', [input])])])

const silu = (sheet: Sheet, input: string): string => sheet.node('Div', [input, logisticUnder(sheet, input)])

/** Derivative of silu: s + x s (1 - s), s the logistic function of x. */
const siluSlope = (sheet: Sheet, input: string): string => {
  const s = sheet.node('Div', [one(sheet), logisticUnder(sheet, input)])
  const falling = sheet.node('Mul', [sheet.node('Mul', [input, s]), sheet.node('Sub', [one(sheet), s])])
  return sheet.node('Add', [s, falling])
}

/** The encoders of all members for one modality side by side, as one layer. */
const sideBySide = (members: readonly Member[], m: number): Layer => {
  const layers = members.map(({ encoders }) => encoders[m] as Layer)
  const rows = layers[0]?.rows ?? 0
  const units = layers.reduce((sum, layer) => sum + layer.units, 0)
  const weight = Array.from({ length: rows }, (_, r) =>
    layers.flatMap((layer) => [...layer.weight.subarray(r * layer.units, (r + 1) * layer.units)]),
  )
  return { rows, units, weight: Float64Array.from(weight.flat()), offset: Float64Array.from(layers.flatMap(({ offset }) => [...offset])) }
}

/** Columns of member `n` in what the encoders of all members give for each modality, joined. */
const joinedFor = ({ sheet, network }: Desk, coded: readonly string[], n: number): string => {
  const parts = coded.map((tensor, m) => {
    const widths = network.members.map(({ encoders }) => encoders[m]?.units ?? 0)
    const from = widths.slice(0, n).reduce((a, b) => a + b, 0)
    return cut(sheet, tensor, from, from + (widths[n] ?? 0))
  })
  return sheet.node('Concat', parts, { axis: 1 })
}

const writeMember = (sheet: Sheet, joined: string, { fusion, head }: Member): string =>
  linear(sheet, silu(sheet, linear(sheet, silu(sheet, joined), fusion)), head)

const writeRaw = ({ sheet, network }: Desk, joined: readonly string[]): string => {
  const { members, slope, intercept } = network
  const logits = members.map((member, n) => writeMember(sheet, joined[n] ?? '', member))
  const sum = logits.reduce((total, logit) => sheet.node('Add', [total, logit]))
  const mean = sheet.node('Div', [sum, sheet.constant([1], [members.length])])
  return sheet.node('Add', [sheet.node('Mul', [mean, sheet.constant([1], [slope])]), sheet.constant([1], [intercept])])
}

/** Before the activation, what the encoders of a member give for one encoded person. */
const joinedReference = ({ encoders }: Member, reference: readonly (readonly number[])[]): number[] =>
  encoders.flatMap(({ rows, units, weight, offset }, m) =>
    Array.from({ length: units }, (_, unit) => {
      let sum = offset[unit] ?? 0
      for (let r = 0; r < rows; r += 1) sum += (reference[m]?.[r] ?? Number.NaN) * (weight[r * units + unit] ?? 0)
      return sum
    }),
  )

/**
 * Mean gradient of a member's log-odds along the straight path from the reference to the person, at what its encoders give:
 * [K, units]. The encoders are linear up to there, so the path is straight there too and the wide first layer is passed only once.
 */
const writeMeanGradient = (desk: Desk, joined: string, member: Member, reference: readonly (readonly number[])[]): string => {
  const { sheet, network } = desk
  const { fusion, head } = member
  const { points, weights } = legendre(network.points)
  const start = row(sheet, joinedReference(member, reference))
  const step = sheet.node('Unsqueeze', [sheet.node('Sub', [joined, start]), whole(sheet, [1])])
  const path = sheet.node('Add', [sheet.node('Mul', [step, sheet.constant([1, points.length, 1], points)]), start])
  const fused = linear(sheet, silu(sheet, path), fusion)
  const back = sheet.node('Mul', [siluSlope(sheet, fused), row(sheet, [...head.weight])])
  const turned = sheet.node('Transpose', [weightOf(sheet, fusion.rows, fusion.units, [...fusion.weight])])
  const gradient = sheet.node('Mul', [sheet.node('MatMul', [back, turned]), siluSlope(sheet, path)])
  return sheet.node('Squeeze', [sheet.node('MatMul', [row(sheet, weights), gradient]), whole(sheet, [1])])
}

/** How many rows are explained: all of a run of few rows, one of a run of many (ONNX Runtime does not multiply by no rows at all). [1] */
const explainedRows = ({ sheet, input }: Desk): { readonly all: string; readonly some: string } => {
  const all = sheet.node('Gather', [sheet.node('Shape', [input]), whole(sheet, [0])])
  const few = sheet.node('LessOrEqual', [all, whole(sheet, [MOST_EXPLAINED])])
  return { all, some: sheet.node('Where', [few, all, whole(sheet, [1])]) }
}

type Written = { readonly coded: readonly string[]; readonly encoded: readonly string[]; readonly layers: readonly Layer[] }

/** Integrated gradients: one attribution per encoded number and row; NaN in every row but the first of a run of more than MOST_EXPLAINED. */
const writeAttributions = (desk: Desk, { coded, encoded, layers }: Written, reference: readonly (readonly number[])[]): string => {
  const { sheet, network } = desk
  const { all, some } = explainedRows(desk)
  const top = (tensor: string): string => sheet.node('Slice', [tensor, whole(sheet, [0]), some, whole(sheet, [0])])
  const explained = encoded.map(top)
  const gradients = network.members.map((member, n) => writeMeanGradient(desk, joinedFor(desk, explained, n), member, reference))
  const share = sheet.constant([1], [network.slope / network.members.length])
  const parts = network.modalities.map((_, m) => {
    const pieces = network.members.map(({ encoders }, n) => {
      const from = encoders.slice(0, m).reduce((sum, { units }) => sum + units, 0)
      return cut(sheet, gradients[n] ?? '', from, from + (encoders[m]?.units ?? 0))
    })
    const { rows, units, weight } = layers[m] as Layer
    const turned = sheet.node('Transpose', [weightOf(sheet, rows, units, [...weight])])
    const gradient = sheet.node('MatMul', [sheet.node('Concat', pieces, { axis: 1 }), turned])
    const change = sheet.node('Sub', [top(coded[m] ?? ''), row(sheet, reference[m] ?? [])])
    return sheet.node('Mul', [sheet.node('Mul', [change, gradient]), share])
  })
  const given = sheet.node('Concat', parts, { axis: 1 })
  const width = network.modalities.reduce((sum, modality) => sum + widthOf(modality), 0)
  const shape = sheet.node('Concat', [sheet.node('Sub', [all, some]), whole(sheet, [width])], { axis: 0 })
  return sheet.node('Concat', [given, sheet.node('Expand', [sheet.constant([1, 1], [Number.NaN]), shape])], { axis: 0 })
}

const writeNetwork = (desk: Desk, graph: Graph, id: string): { readonly raw: string; readonly wide: WidePort } => {
  const { sheet, network } = desk
  if (graph.sameAsPatient.length > 0) throw new Error(`${id}: the reference person of a network is one person for all`)
  const at = encodeColumns(graph.input.columns, graph.reference)
  const reference = network.modalities.map((modality) => encodeModality(modality, at))
  const coded = network.modalities.map((modality) => writeCoded(desk, modality))
  const layers = network.modalities.map((_, m) => sideBySide(network.members, m))
  const encoded = coded.map((tensor, m) => linear(sheet, tensor, layers[m] as Layer))
  const raw = writeRaw(
    desk,
    network.members.map((_, n) => joinedFor(desk, encoded, n)),
  )
  const width = network.modalities.reduce((sum, modality) => sum + widthOf(modality), 0)
  const tensor = writeAttributions(desk, { coded, encoded, layers }, reference)
  return { raw, wide: { name: attributionPort(id), tensor, width } }
}

/** Networks by id, each with its integrated gradients. */
export const writeNetworks: RawWriter = (json, graph, ids, sheet) => {
  const { networks } = readNetworkFile(json)
  const place = new Map(graph.input.columns.map(({ term }, index) => [term, index]))
  const written = ids.map((id) => {
    const network = networks.get(id)
    if (!network) throw new Error(`no network ${id}`)
    return writeNetwork({ sheet, network, input: graph.input.name, place }, graph, id)
  })
  return { raws: written.map(({ raw }) => raw), wide: written.map(({ wide }) => wide) }
}
