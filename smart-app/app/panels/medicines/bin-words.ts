import type { Bin } from '../../../../src/contract/findings.ts'
import type { Level } from '../../../ui/Severity.tsx'
import { inLanguage } from '../../language.ts'

type Words = { readonly [bin in Bin]: string }

const EN: Words = {
  'change-drug': 'Change drug',
  'change-dose': 'Change dose',
  care: 'Caution',
  unassessed: 'Not assessed',
  directed: 'Use as directed',
  nothing: 'No guidance',
}

const DE: Words = {
  'change-drug': 'Umstellen',
  'change-dose': 'Dosis ändern',
  care: 'Vorsicht',
  unassessed: 'Nicht beurteilt',
  directed: 'Wie verordnet',
  nothing: 'Keine Empfehlung',
}

export const BIN_WORDS: Words = inLanguage({ en: EN, de: DE })

/** Shape of each bin; no two that could be confused share one: what was not assessed never looks like what has no guidance. */
export const BIN_LEVELS: { readonly [bin in Bin]: Level } = {
  'change-drug': 'warning',
  'change-dose': 'warning',
  care: 'caution',
  unassessed: 'unknown',
  directed: 'ok',
  nothing: 'none',
}
