import { LANGUAGE } from '../language.ts'

const separators = (): { readonly decimal: string } => ({
  decimal: new Intl.NumberFormat(LANGUAGE).formatToParts(1.5).find(({ type }) => type === 'decimal')?.value ?? '.',
})

const { decimal } = separators()

/** Thin spaces between thousands: a point or comma there reads as a decimal sign in the other language (ISO 80000-1, 7.3.1). */
const grouped = (digits: string): string => (digits.length > 4 ? digits.replace(/\B(?=(\d{3})+$)/g, '\u202f') : digits)

/**
 * Plain digits (`-1234.50`) as this page's language writes them: its decimal sign, thin spaces from 10 000 on. Digits are never
 * rounded or added here; text that is no plain number is handed back as it is.
 */
export const localDigits = (plain: string): string => {
  const [, sign, whole, fraction] = /^([-−+]?)(\d+)(?:\.(\d+))?$/.exec(plain) ?? []
  if (whole === undefined) return plain
  return `${sign}${grouped(whole)}${fraction === undefined ? '' : `${decimal}${fraction}`}`
}

/** A number with this many digits after the decimal sign. */
export const fixedWords = (value: number, digits: number): string => localDigits(value.toFixed(digits))
