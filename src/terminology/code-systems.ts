import type { Coding } from '../contract/lineage.ts'
import { remembering } from './remember.ts'

/** Code systems of drugs that are understood here. */
export type DrugSystem = 'rxnorm' | 'atc' | 'ndc' | 'snomed'

/** Each with the URI that FHIR gives it, and the forms in which orders write it (reference: fhir-genomics, section 5.1). */
const SYSTEMS: readonly { readonly name: DrugSystem; readonly uri: string; readonly forms: RegExp }[] = [
  {
    name: 'rxnorm',
    uri: 'http://www.nlm.nih.gov/research/umls/rxnorm',
    forms: /(?:umls\/rxnorm\/?|(?:^|:)2\.16\.840\.1\.113883\.6\.88)$/i,
  },
  { name: 'atc', uri: 'http://www.whocc.no/atc', forms: /(?:whocc\.no\/atc\/?|(?:^|:)2\.16\.840\.1\.113883\.6\.73)$/i },
  { name: 'ndc', uri: 'http://hl7.org/fhir/sid/ndc', forms: /(?:sid\/ndc\/?|(?:^|:)2\.16\.840\.1\.113883\.6\.69)$/i },
  { name: 'snomed', uri: 'http://snomed.info/sct', forms: /(?:snomed\.info\/sct(?:\/.*)?|(?:^|:)2\.16\.840\.1\.113883\.6\.96)$/i },
]

type System = (typeof SYSTEMS)[number]

/** Kept by the system's own words. */
const find: (system: string) => System | null = remembering((system) => SYSTEMS.find(({ forms }) => forms.test(system.trim())) ?? null)

/** Which of them a coding is in; `other` for everything else. */
export const systemOf = ({ system }: Pick<Coding, 'system'>): DrugSystem | 'other' => find(system)?.name ?? 'other'

/** The system's URI as FHIR writes it; what is not known here stays as it is. */
export const canonicalSystem = (system: string): string => find(system)?.uri ?? system.trim()

export const RXNORM_URI = 'http://www.nlm.nih.gov/research/umls/rxnorm'

const SEGMENTS = [5, 4, 2] as const

/**
 * An NDC in its eleven-digit form (5-4-2 without hyphens), in which lists of NDCs are kept. Ten digits with hyphens (4-4-2, 5-3-2, 5-4-1) are
 * filled with zeros; twelve digits that begin with 0 (6-4-2) lose it. Null for all else: ten digits without hyphens may be three codes.
 * @example ndc11('0093-7180-01') // '00093718001'
 */
export const ndc11 = (code: string): string | null => {
  const text = code.trim()
  if (/^\d{11}$/.test(text)) return text
  if (/^0\d{11}$/.test(text)) return text.slice(1)
  const parts = /^(\d{4,6})-(\d{3,4})-(\d{1,2})$/.exec(text)?.slice(1)
  if (parts === undefined) return null
  const digits = parts.join('').length
  if (digits !== 10 && digits !== 11) return parts[0]?.length === 6 && parts[0].startsWith('0') ? ndc11(text.slice(1)) : null
  const padded = parts.map((part, at) => part.padStart(SEGMENTS[at] ?? 0, '0')).join('')
  return padded.length === 11 ? padded : null
}
