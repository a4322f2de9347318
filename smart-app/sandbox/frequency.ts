/** How often a dose is given, as FHIR's Timing.repeat says it. */
export type Frequency = { readonly frequency: number; readonly period: number; readonly periodUnit: string }

const LABELLED: readonly (Frequency & { readonly label: string })[] = [
  { label: 'once daily', frequency: 1, period: 1, periodUnit: 'd' },
  { label: 'twice daily', frequency: 2, period: 1, periodUnit: 'd' },
  { label: 'three times daily', frequency: 3, period: 1, periodUnit: 'd' },
  { label: 'four times daily', frequency: 4, period: 1, periodUnit: 'd' },
  { label: 'every 6 hours', frequency: 1, period: 6, periodUnit: 'h' },
  { label: 'every 8 hours', frequency: 1, period: 8, periodUnit: 'h' },
  { label: 'every 12 hours', frequency: 1, period: 12, periodUnit: 'h' },
  { label: 'every other day', frequency: 1, period: 2, periodUnit: 'd' },
  { label: 'once a week', frequency: 1, period: 1, periodUnit: 'wk' },
]

export const frequencyKey = ({ frequency, period, periodUnit }: Frequency): string => `${frequency}/${period}${periodUnit}`

export const frequencyWords = (of: Frequency): string =>
  LABELLED.find((entry) => frequencyKey(entry) === frequencyKey(of))?.label ?? `${of.frequency} per ${of.period} ${of.periodUnit}`

/** What the form offers: the usual ones, and the order's own when it is none of them. */
export const frequencyChoices = (own: Frequency | null): readonly Frequency[] =>
  own === null || LABELLED.some((entry) => frequencyKey(entry) === frequencyKey(own)) ? LABELLED : [...LABELLED, own]
