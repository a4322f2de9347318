import type { Gap } from '../contract/lineage.ts'
import { gap, type Modality } from './gaps.ts'

/** Characters of the longest name of a thing: many times the longest in any terminology. */
export const LONGEST_NAME = 10_000

/** The first half of a character whose second was cut off. */
const HALF = /[\ud800-\udbff]$/

/** What is read of a name. */
export const cutName = (name: string): string => (name.length > LONGEST_NAME ? name.slice(0, LONGEST_NAME).replace(HALF, '') : name)

/** The same, and that it is not the whole. */
export const readName = (name: string, about: Modality, ref: string, gaps: Gap[]): string => {
  if (name.length > LONGEST_NAME)
    gaps.push(gap(about, 'incomplete', `Of a name of more than ${LONGEST_NAME} characters only the beginning was read.`, ref))
  return cutName(name)
}
