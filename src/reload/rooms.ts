import { readWording } from '../cards/wording.ts'
import { readCgmRules } from '../devices/cgm-rules.ts'
import { AttuneError } from '../errors.ts'
import { deviceKinds } from '../facts/devices/device-kinds.ts'
import { familyTables } from '../facts/family-tables.ts'
import { genomicTerms } from '../facts/genomics/genomic-terms.ts'
import { variantTerms } from '../facts/genomics/variants/variant-terms.ts'
import { labTerms } from '../facts/laboratory/lab-terms.ts'
import { lifestyleTables } from '../facts/lifestyle.ts'
import { prepareGuidance } from '../guidance/prepare.ts'
import type { Knowledge } from '../guidance/rules.ts'
import { readNoteTables } from '../notes/tables.ts'

type Room = (knowledge: Knowledge) => unknown

/** Every room's own tables, read once and kept: what is wrong in one of them stops the start. */
export const ROOMS: readonly Room[] = [
  genomicTerms,
  variantTerms,
  deviceKinds,
  ({ tables }) => lifestyleTables(tables),
  ({ tables }) => familyTables(tables),
  ({ tables }) => {
    if (labTerms(tables) === null) throw new AttuneError('rules-invalid', 'lab-groups.json and omics.json are missing')
  },
  prepareGuidance,
]

/** Everything of the rules but what needs the models. @throws AttuneError `rules-invalid` */
export const checkRooms = (knowledge: Knowledge): void => {
  for (const check of ROOMS) check(knowledge)
  readCgmRules(knowledge.tables.get('cgm'))
  readNoteTables(knowledge.tables)
  readWording(knowledge.tables.get('wording'), knowledge.actions.keys())
}
