import { modelledWords, unitWords } from '../../words/values.ts'
import { TEXT } from './texts.ts'

const joined = (number: string, unit: string): string => {
  const words = unitWords(unit)
  return words === '' ? number : `${number}\u00a0${words}`
}

/** A modelled number with its unit. Whole points stay whole. */
export const modelled = (value: number, unit: string): string => joined(plainNumber(value), unit)

export const plainNumber = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1000 ? String(value) : modelledWords(value)

export const modelledRange = (low: number, high: number, unit: string): string =>
  joined(`${modelledWords(low)} ${TEXT.to} ${modelledWords(high)}`, unit)
