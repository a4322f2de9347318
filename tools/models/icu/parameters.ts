import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { AGGREGATE_NAMES, type Aggregate } from '../../../src/risk/aggregate.ts'

const pair = z.tuple([z.number(), z.number()])
const wanted = z.record(z.string(), z.array(z.enum(AGGREGATE_NAMES)))

const parameter = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9]*$/),
  /** Names in the published files; several are one quantity measured in several ways. */
  from: z.array(z.string()).min(1),
  label: z.string(),
  unit: z.string(),
  modality: z.enum(['person', 'vitals', 'labs']),
  keep: pair,
  repair: z.array(z.strictObject({ low: z.number(), high: z.number(), factor: z.number(), offset: z.number().optional() })).optional(),
  features: z.union([z.string(), wanted]),
})

const schema = z.strictObject({
  about: z.string(),
  until: z.number(),
  windows: z.record(z.string(), pair),
  parameters: z.array(parameter),
  sets: z.record(z.string(), wanted),
})

export type Parameter = z.output<typeof parameter>

/** One column of the feature table: an aggregate of one quantity over one window, in hours from the first record. */
export type Feature = {
  readonly name: string
  readonly parameter: Parameter
  readonly window: string
  readonly from: number
  readonly to: number
  readonly aggregate: Aggregate
}

export type Plan = { readonly until: number; readonly parameters: readonly Parameter[]; readonly features: readonly Feature[] }

/** The columns that `parameters.json` asks for, in its order. @throws ZodError or Error when the file names what it does not have */
export const readPlan = (file: string): Plan => {
  const { until, windows, parameters, sets } = schema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const features = parameters.flatMap((one) => {
    const asked = typeof one.features === 'string' ? sets[one.features] : one.features
    if (!asked) throw new Error(`${file}: no set ${String(one.features)}`)
    return Object.entries(asked).flatMap(([window, aggregates]) => {
      const hours = windows[window]
      if (!hours) throw new Error(`${file}: no window ${window}`)
      const [from, to] = hours
      const name = (kind: Aggregate) => (window === 'whole' ? `${one.id}_${kind}` : `${one.id}_${kind}_${window}`)
      return aggregates.map((kind): Feature => ({ name: name(kind), parameter: one, window, from, to, aggregate: kind }))
    })
  })
  return { until, parameters, features }
}
