import { AttuneError } from '../../errors.ts'
import type { Basis, Case, Contribution, Kind, Reasons } from '../basis.ts'
import { encodeColumns } from '../encode.ts'
import type { Numbered } from '../formula.ts'
import { type Layer, type Modality, type Network, readNetworkFile, widthOf } from './network-file.ts'

/**
 * Fusion networks: each modality is encoded (piecewise-linear bins and presence bits), goes through an encoder of its own, and a
 * fusion layer joins them. Several such networks are averaged on the log-odds scale and calibrated. Missing is NaN.
 */

/** Relative to the raw output, or absolute below 1. */
const AGREE = 1e-9
/** The most that integrated gradients may leave over before they are not shown. */
const COMPLETE = 1e-3

const silu = (x: number): number => x / (1 + Math.exp(-x))

/** A modality as its encoder takes it: bins (0 to 1, their mean where missing), presence bits, and whether any input is there. */
export const encodeModality = ({ inputs, present }: Modality, columns: Numbered): number[] => {
  const value = (name: string): number => {
    const found = columns[name]
    if (found === undefined) throw new AttuneError('model-failed', `input ${name} is not given`)
    return found
  }
  const bins = inputs.flatMap(({ input, edges, mean }) => {
    const x = value(input)
    return mean.map((missing, n) => {
      const low = edges[n] ?? Number.NaN
      const high = edges[n + 1] ?? Number.NaN
      return Number.isNaN(x) ? missing : Math.min(1, Math.max(0, (x - low) / (high - low)))
    })
  })
  const there = (name: string): number => (Number.isNaN(value(name)) ? 0 : 1)
  return [...bins, ...present.map(there), inputs.some(({ input }) => there(input) === 1) ? 1 : 0]
}

const apply = ({ rows, units, weight, offset }: Layer, input: ArrayLike<number>): Float64Array => {
  const out = offset.slice()
  for (let row = 0; row < rows; row += 1) {
    const x = input[row] ?? Number.NaN
    if (x === 0) continue
    for (let unit = 0; unit < units; unit += 1) out[unit] = (out[unit] ?? 0) + x * (weight[row * units + unit] ?? 0)
  }
  return out
}

const evaluate = ({ modalities, members, slope, intercept }: Network, columns: Numbered): number => {
  const coded = modalities.map((modality) => encodeModality(modality, columns))
  const sum = members.reduce((total, { encoders, fusion, head }) => {
    const joined = encoders.flatMap((encoder, m) => [...apply(encoder, coded[m] ?? []).map(silu)])
    return total + (apply(head, apply(fusion, joined).map(silu))[0] ?? Number.NaN)
  }, 0)
  return slope * (sum / members.length) + intercept
}

/** Every input of a modality taken away. */
const without = ({ inputs }: Modality, columns: Numbered): Numbered => ({
  ...columns,
  ...Object.fromEntries(inputs.map(({ input }) => [input, Number.NaN])),
})

/** Input that each encoded number belongs to; the bit of a whole modality belongs to the modality. */
const owners = (modalities: readonly Modality[]): string[] =>
  modalities.flatMap(({ label, inputs, present }) => [...inputs.flatMap(({ input, mean }) => mean.map(() => input)), ...present, label])

/** Name of the graph's output with one attribution per encoded number. */
export const attributionPort = (id: string): string => `attribution_${id}`

/** Rows of one run up to which the graph computes attributions (as many as calls may share a run); for more it gives NaN, which no reader takes for a number. */
export const MOST_EXPLAINED = 256

/** What the integration leaves over is a line of its own, so that the lines add up to the number. @throws AttuneError `model-failed` when it is too much */
const withRest = (contributions: readonly Contribution[], baseline: number, raw: number): Reasons => {
  const rest = raw - contributions.reduce((sum, { contribution }) => sum + contribution, baseline)
  const size = Math.max(1, Math.abs(raw))
  if (!(Math.abs(rest) <= COMPLETE * size)) throw new AttuneError('model-failed', `the integrated gradients leave ${rest} over`)
  if (Math.abs(rest) <= AGREE * size) return { baseline, contributions }
  return { baseline, contributions: [...contributions, { input: 'Rest of the numerical integration', contribution: rest }] }
}

const reasonsOf = async (id: string, network: Network, { columns, values, reference, run }: Case): Promise<Reasons> => {
  const port = attributionPort(id)
  const here = encodeColumns(columns, values)
  const { [port]: attributions } = await run([port])
  const sums = new Map<string, number>()
  owners(network.modalities).forEach((owner, n) => {
    sums.set(owner, (sums.get(owner) ?? 0) + (attributions?.[n] ?? Number.NaN))
  })
  const raw = evaluate(network, here)
  const contributions = [...sums].map(([input, contribution]) => ({ input, contribution }))
  return {
    ...withRest(contributions, evaluate(network, encodeColumns(columns, reference)), raw),
    modalities: network.modalities.map((modality) => ({
      label: modality.label,
      contribution: raw - evaluate(network, without(modality, here)),
    })),
  }
}

const makeBasis = (id: string, network: Network): Basis => ({
  id,
  columns: [...new Set(network.modalities.flatMap(({ inputs, present }) => [...inputs.map(({ input }) => input), ...present]))],
  ports: { [attributionPort(id)]: network.modalities.reduce((sum, modality) => sum + widthOf(modality), 0) },
  evaluate: (columns) => evaluate(network, columns),
  reasons: (one) => reasonsOf(id, network, one),
})

export const networks: Kind = {
  file: 'network.json',
  agree: AGREE,
  read: (json) => {
    const { id, citation, networks: all } = readNetworkFile(json)
    return { id, citation, bases: new Map([...all].map(([name, network]) => [name, makeBasis(name, network)])) }
  },
}
