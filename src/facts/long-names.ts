import type { Gap } from '../contract/lineage.ts'
import { cutText } from '../cut-text.ts'
import { gap, type Modality } from './gaps.ts'

/** Characters of the longest name of a thing: many times the longest in any terminology. */
export const LONGEST_NAME = 10_000

/** What is read of a name; where that is not the whole, it is said. */
export const readName = (name: string, about: Modality, ref: string, gaps: Gap[]): string => {
  if (name.length > LONGEST_NAME)
    gaps.push(gap(about, 'incomplete', `Of a name of more than ${LONGEST_NAME} characters only the beginning was read.`, ref))
  return cutText(name, LONGEST_NAME)
}
