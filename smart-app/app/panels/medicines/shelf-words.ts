import { inLanguage } from '../../language.ts'
import type { Shelf } from './bins.ts'

type Words = { readonly [shelf in Shelf]: string }

const EN: Words = {
  change: 'Change',
  care: 'Caution',
  unassessed: 'Not assessed',
  directed: 'Use as directed',
  nothing: 'No guidance',
}

const DE: Words = {
  change: 'Ändern',
  care: 'Vorsicht',
  unassessed: 'Nicht beurteilt',
  directed: 'Wie verordnet',
  nothing: 'Keine Empfehlung',
}

/** Names of the shelves; the rail shows the most pressing one, so they come with the first load. */
export const SHELF_WORDS: Words = inLanguage({ en: EN, de: DE })
