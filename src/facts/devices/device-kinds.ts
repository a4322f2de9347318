import { z } from 'zod'
import type { DeviceKind } from '../../contract/devices.ts'
import type { Coding } from '../../contract/lineage.ts'
import { AttuneError } from '../../errors.ts'

const code = z.strictObject({ system: z.string().min(1), code: z.string().min(1) })
const KINDS = [
  'glucose',
  'heart-rate',
  'resting-heart-rate',
  'steps',
  'activity',
  'sleep',
  'oxygen',
  'weight',
  'blood-pressure',
] as const satisfies readonly DeviceKind[]

const schema = z.strictObject({
  about: z.string(),
  source: z.string(),
  kinds: z.array(
    z.strictObject({ kind: z.enum(KINDS), elsewhere: z.boolean().optional(), codes: z.array(code).min(1), basis: z.string() }),
  ),
  ecg: z.strictObject({
    recordings: z.array(code).min(1),
    intervals: z.array(code.extend({ name: z.string().min(1), correction: z.string().min(1).nullable().optional() })).min(1),
    basis: z.string(),
  }),
})

export type EcgInterval = { readonly name: string; readonly correction?: string | null | undefined }

/** `rules/device-codes.json`, by code. */
export type DeviceKinds = {
  readonly kindOf: (codes: readonly Coding[]) => DeviceKind
  readonly isRecording: (codes: readonly Coding[]) => boolean
  readonly interval: (codes: readonly Coding[]) => EcgInterval | null
}

const keyOf = ({ system, code: value }: { readonly system: string; readonly code: string }): string => `${system}|${value}`

const compile = (raw: unknown): DeviceKinds => {
  const read = schema.safeParse(raw)
  if (!read.success) throw new AttuneError('rules-invalid', `device-codes.json: ${z.prettifyError(read.error)}`)
  const { kinds, ecg } = read.data
  const byCode = new Map(kinds.flatMap((row) => row.codes.map((one) => [keyOf(one), row] as const)))
  const recordings = new Set(ecg.recordings.map(keyOf))
  const intervals = new Map(ecg.intervals.map((row) => [keyOf(row), row]))
  const first = <T>(codes: readonly Coding[], find: (key: string) => T | undefined): T | null => {
    for (const one of codes) {
      const found = find(keyOf(one))
      if (found !== undefined) return found
    }
    return null
  }
  return {
    kindOf: (codes) => first(codes, (key) => byCode.get(key))?.kind ?? 'other',
    isRecording: (codes) => codes.some((one) => recordings.has(keyOf(one))),
    interval: (codes) => first(codes, (key) => intervals.get(key)),
  }
}

const COMPILED = new WeakMap<object, DeviceKinds>()

/** @throws AttuneError `rules-invalid` when the table has another form. */
export const deviceKinds = ({ tables }: { readonly tables: ReadonlyMap<string, unknown> }): DeviceKinds => {
  const known = COMPILED.get(tables)
  if (known) return known
  const made = compile(tables.get('device-codes'))
  COMPILED.set(tables, made)
  return made
}
