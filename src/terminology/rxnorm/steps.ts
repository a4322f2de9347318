/** A step from one kind of concept towards its ingredients: along this relation, to concepts of these term types. */
export type Step = { readonly relation: string; readonly to: readonly string[] }

const step = (relation: string, ...to: string[]): Step => ({ relation, to })

/**
 * How the ingredients of each kind of RxNorm concept are found: the first step that leads anywhere is taken, to all it leads to.
 * Source: RxNorm technical documentation, term types (appendix 5) and relationships (appendix 1), in the reading that the file's second
 * concept has the relation to the first.
 */
const STEPS: Readonly<Record<string, readonly Step[]>> = {
  IN: [],
  PIN: [step('form_of', 'IN')],
  MIN: [step('has_part', 'IN', 'PIN')],
  BN: [step('tradename_of', 'IN', 'PIN', 'MIN')],
  SCDC: [step('has_ingredient', 'IN'), step('has_precise_ingredient', 'PIN')],
  SBDC: [step('tradename_of', 'SCDC'), step('consists_of', 'SCDC')],
  SCDF: [step('has_ingredient', 'IN'), step('has_ingredients', 'MIN')],
  SCDG: [step('has_ingredient', 'IN'), step('has_ingredients', 'MIN')],
  SBDF: [step('tradename_of', 'SCDF')],
  SBDG: [step('tradename_of', 'SCDG')],
  SCD: [
    step('consists_of', 'SCDC'),
    step('has_ingredients', 'MIN'),
    step('has_ingredient', 'IN'),
    step('isa', 'SCDF'),
    step('quantified_form_of', 'SCD'),
  ],
  SBD: [step('tradename_of', 'SCD'), step('consists_of', 'SBDC', 'SCDC'), step('isa', 'SBDF'), step('quantified_form_of', 'SBD')],
  GPCK: [step('contains', 'SCD')],
  BPCK: [step('contains', 'SCD', 'SBD'), step('tradename_of', 'GPCK')],
}

/** Each relation stands in the file from both sides. */
const INVERSE: Readonly<Record<string, string>> = {
  has_form: 'form_of',
  part_of: 'has_part',
  has_tradename: 'tradename_of',
  ingredient_of: 'has_ingredient',
  ingredients_of: 'has_ingredients',
  precise_ingredient_of: 'has_precise_ingredient',
  constitutes: 'consists_of',
  inverse_isa: 'isa',
  has_quantified_form: 'quantified_form_of',
  contained_in: 'contains',
}

const RELATIONS: readonly string[] = [...new Set(Object.values(STEPS).flatMap((steps) => steps.map(({ relation }) => relation)))]

/** Whether concepts of this term type are drugs or lead to some. */
export const isStep = (tty: string): boolean => Object.hasOwn(STEPS, tty)

export const stepsOf = (tty: string): readonly Step[] => STEPS[tty] ?? []

/** The relation of a row, and whether the row tells it from the other side; null for relations that lead to no ingredient. */
export const relationOf = (rela: string): { readonly relation: string; readonly inverse: boolean } | null => {
  if (RELATIONS.includes(rela)) return { relation: rela, inverse: false }
  const forward = Object.hasOwn(INVERSE, rela) ? INVERSE[rela] : undefined
  return forward === undefined ? null : { relation: forward, inverse: true }
}
