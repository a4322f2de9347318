import { z } from 'zod'
import { AttuneError } from '../../errors.ts'
import { readHalves } from '../half.ts'

const finite = z.number()

/** A layer: `weight` is rows (what comes in) by columns (units), row after row. */
const layer = z.strictObject({ weight: z.base64(), offset: z.array(finite).min(1) })

/** Edges of the bins of an input, and the mean of each bin, which stands for it where the input is missing. */
const binned = z
  .strictObject({ input: z.string(), edges: z.array(finite).min(2), mean: z.array(finite).min(1) })
  .refine(({ edges, mean }) => mean.length === edges.length - 1, 'one mean per bin')
  .refine(({ edges }) => edges.every((edge, n) => n === 0 || edge > (edges[n - 1] ?? edge)), 'edges rise')

const modality = z.strictObject({
  id: z.string().min(1),
  label: z.string().min(1),
  inputs: z.array(binned).min(1),
  /** Inputs with a bit of their own that says that they are there. */
  present: z.array(z.string()),
})

const network = z.strictObject({
  /** Points of the quadrature along the path of the integrated gradients. */
  points: z.int().min(2).max(128),
  /** Calibration: raw = slope x mean of the members + intercept, in log-odds. */
  slope: finite,
  intercept: finite,
  modalities: z.array(modality).min(1),
  members: z.array(z.strictObject({ encoders: z.array(layer).min(1), fusion: layer, head: layer })).min(1),
})

const networkFile = z.strictObject({ id: z.string(), citation: z.string().min(1), networks: z.record(z.string(), network) })

export type Modality = z.output<typeof modality>
export type Layer = { readonly rows: number; readonly units: number; readonly weight: Float64Array; readonly offset: Float64Array }
export type Member = { readonly encoders: readonly Layer[]; readonly fusion: Layer; readonly head: Layer }
export type Network = {
  readonly points: number
  readonly slope: number
  readonly intercept: number
  readonly modalities: readonly Modality[]
  readonly members: readonly Member[]
}
export type NetworkFile = { readonly id: string; readonly citation: string; readonly networks: ReadonlyMap<string, Network> }

/** Numbers of an encoded modality: its bins, its presence bits, and one bit that says that any of its inputs is there. */
export const widthOf = ({ inputs, present }: Modality): number =>
  inputs.reduce((sum, { mean }) => sum + mean.length, 0) + present.length + 1

const readLayer = (name: string, rows: number, { weight, offset }: z.output<typeof layer>): Layer => {
  let numbers: Float64Array
  try {
    numbers = readHalves(weight)
  } catch (cause) {
    throw new AttuneError('model-invalid', `network.json: ${name}: weights are not half-precision numbers`, { cause })
  }
  if (numbers.length !== rows * offset.length || !numbers.every(Number.isFinite))
    throw new AttuneError('model-invalid', `network.json: ${name} does not have ${rows} x ${offset.length} numbers`)
  return { rows, units: offset.length, weight: numbers, offset: Float64Array.from(offset) }
}

const readNetwork = (id: string, { members, ...rest }: z.output<typeof network>): Network => {
  const read = members.map(({ encoders, fusion, head }, n): Member => {
    const name = `${id}, member ${n + 1}`
    if (encoders.length !== rest.modalities.length)
      throw new AttuneError(
        'model-invalid',
        `network.json: ${name} has ${encoders.length} encoders for ${rest.modalities.length} modalities`,
      )
    const coders = rest.modalities.map((one, m) => readLayer(`${name}, ${one.id}`, widthOf(one), encoders[m] ?? { weight: '', offset: [] }))
    const fused = readLayer(
      `${name}, fusion`,
      coders.reduce((sum, { units }) => sum + units, 0),
      fusion,
    )
    return { encoders: coders, fusion: fused, head: readLayer(`${name}, head`, fused.units, head) }
  })
  return { ...rest, members: read }
}

/** @throws ZodError or AttuneError `model-invalid` */
export const readNetworkFile = (json: unknown): NetworkFile => {
  const { id, citation, networks } = networkFile.parse(json)
  return { id, citation, networks: new Map(Object.entries(networks).map(([name, one]) => [name, readNetwork(name, one)])) }
}
