import type { Coding } from '../../contract/lineage.ts'

/**
 * A SNOMED CT number says its kind in the two digits before the last one: 00 and 10 concept, 01 and 11 description,
 * 02 and 12 relationship (SNOMED CT Release File Specifications, 5.2). Only a concept is a code.
 */
export const isDescriptionId = (coding: Coding): boolean =>
  coding.system.includes('snomed') && /^\d{6,18}$/.test(coding.code) && /[01][12]\d$/.test(coding.code)
