import { UcumLhcUtils } from '@lhncbc/ucum-lhc'
import { spellAsUcum } from './unit-spellings.ts'

const ucum = UcumLhcUtils.getInstance()

export type ConvertOptions = {
  /** Grams per mole, for conversion between mass and amount of substance (creatinine: 113.12). */
  readonly molarMass?: number
  /** Charge number, for conversion between equivalents and moles. */
  readonly charge?: number
}

/**
 * The library writes units that it cannot parse to the console, where nothing of a patient's record belongs.
 * Its calls are synchronous, so nobody else's output is lost meanwhile; what it throws is an unknown unit.
 */
const quietly = <T>(call: () => T): T | null => {
  const print = console.log
  console.log = () => undefined
  try {
    return call()
  } catch {
    return null
  } finally {
    console.log = print
  }
}

/** Longer than any unit that is used. The library reads a code in the square of the time of its length. */
const LONGEST = 200

const isTooLong = (unit: string): boolean => unit.length > LONGEST

/** UCUM does not look into braces, but a clearance per 1.73 m2 of body surface is not a clearance. */
const isIndexed = (unit: string): boolean => unit.includes('{1.73_m2}')

/** Pairs that UCUM would convert as plain ratios although they are different scales: HbA1c NGSP (%) and IFCC (mmol/mol). */
const isOtherScale = (from: string, to: string): boolean => [from, to].includes('%') && [from, to].includes('mmol/mol')

/**
 * The only wall around @lhncbc/ucum-lhc. The value in another unit, or null when that cannot be done exactly: unknown unit, another kind of quantity,
 * no molar mass where one is needed. Common non-UCUM spellings (`lbs`, `mg/dl`, `mcg`, `K/uL`) are understood.
 * @example convert(180, '[lb_av]', 'kg') // 81.6466266
 */
export const convert = (value: number, fromUnit: string, toUnit: string, options: ConvertOptions = {}): number | null => {
  if (!Number.isFinite(value) || isTooLong(fromUnit) || isTooLong(toUnit)) return null
  const [from, to] = [spellAsUcum(fromUnit), spellAsUcum(toUnit)]
  if (from === '' || to === '') return null
  if (from === to) return ucumCode(from) === null ? null : value
  if (isIndexed(from) !== isIndexed(to) || isOtherScale(from, to)) return null
  const result = quietly(() =>
    ucum.convertUnitTo(from, value, to, {
      ...(options.molarMass === undefined ? {} : { molecularWeight: options.molarMass }),
      ...(options.charge === undefined ? {} : { charge: options.charge }),
    }),
  )
  const converted = result?.status === 'succeeded' ? result.toVal : null
  return converted !== null && Number.isFinite(converted) ? converted : null
}

/** The UCUM code of a unit as written; null when it is neither UCUM nor a spelling known here. */
export const ucumCode = (unit: string): string | null => {
  if (isTooLong(unit)) return null
  const code = spellAsUcum(unit)
  return code !== '' && quietly(() => ucum.validateUnitString(code))?.status === 'valid' ? code : null
}
