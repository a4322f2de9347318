import { LANGUAGE } from '../../app/language.ts'

const FORMAT = new Intl.NumberFormat(LANGUAGE === 'de' ? 'de-DE' : 'en-GB', { maximumSignificantDigits: 6, useGrouping: 'min2' })

/** A number as the reader's language writes it; its digits are kept up to the sixth. */
export const numberLabel = (value: number): string => FORMAT.format(value)

export const amountLabel = (value: number, unit: string): string =>
  unit === '' ? numberLabel(value) : `${numberLabel(value)}\u00a0${unit}`
