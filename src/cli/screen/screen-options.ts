import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import type { Ahead, ScreeningOptions } from '../../screening/plan.ts'
import { UsageError, type VerbInput } from '../verb.ts'

type Values = VerbInput['values']

const MEGABYTE = 1_000_000
const KILOBYTE = 1000

export const textOf = (values: Values, name: string): string | null => {
  const value = values[name]
  return typeof value === 'string' && value !== '' ? value : null
}

/** @throws UsageError for what is no whole number from `least` to `most` */
export const wholeOf = (values: Values, name: string, standard: number, least: number, most: number): number => {
  const text = textOf(values, name)
  if (text === null) return standard
  const number = Number(text)
  if (!Number.isInteger(number) || number < least || number > most)
    throw new UsageError(`--${name} takes a whole number from ${least} to ${most}.`)
  return number
}

export const folderOf = (values: Values, name: string): string => {
  const text = textOf(values, name)
  if (text === null) throw new UsageError(`Name a folder with --${name}.`)
  return resolve(text)
}

const AHEAD: readonly Ahead[] = ['none', 'conditions', 'all']

const aheadOf = (values: Values): Ahead => {
  const text = textOf(values, 'ahead') ?? 'conditions'
  const known = AHEAD.find((one) => one === text)
  if (known === undefined) throw new UsageError(`--ahead takes ${AHEAD.join(', ')}.`)
  return known
}

const modelsOf = (values: Values, known: readonly string[]): ScreeningOptions['models'] => {
  const text = textOf(values, 'models') ?? 'all'
  if (text === 'all') return 'all'
  const ids = text === 'none' ? [] : text.split(',').map((one) => one.trim())
  const unknown = ids.filter((id) => !known.includes(id))
  if (unknown.length > 0) throw new UsageError(`There is no model ${unknown.join(', ')}. Known: ${known.join(', ')}.`)
  return ids
}

export const screeningOptions = (values: Values, knownModels: readonly string[]): ScreeningOptions => ({
  ahead: aheadOf(values),
  models: modelsOf(values, knownModels),
  maxLineBytes: wholeOf(values, 'max-line-mb', 16, 1, 500) * MEGABYTE,
  maxPatientBytes: wholeOf(values, 'max-record-mb', 64, 1, 2000) * MEGABYTE,
  partBytes: wholeOf(values, 'part-kb', 8000, 10, 1_000_000) * KILOBYTE,
})

/** @throws UsageError for what is no instant */
export const nowOf = (values: Values): string | null => {
  const text = textOf(values, 'now')
  if (text === null) return null
  const time = Date.parse(text)
  if (Number.isNaN(time)) throw new UsageError('--now takes an instant such as 2026-11-20T08:00:00Z.')
  return new Date(time).toISOString()
}

export const workersOf = (values: Values): number => wholeOf(values, 'workers', availableParallelism(), 1, 256)
