import type { MedicineClasses } from '../medicine-classes.ts'
import type { MomentDosing, MomentRule, MomentTest } from './moment-rows.ts'

/** One row of a table of doses: what the label says of the drug, and the measure in words. */
type Statement = { readonly name: string; readonly says: string; readonly source: string; readonly measure: string }

/** `{says}` is the label's statement in our words, `{measure}` what it is about. */
const ruleFor = (
  { name, says, source, measure }: Statement,
  id: string,
  when: MomentTest[],
  { headline, brief, advice, warns }: MomentDosing,
  { sources }: MedicineClasses,
): MomentRule => {
  const fill = (text: string): string => text.replaceAll('{says}', says).replaceAll('{measure}', measure)
  const read = sources[source]
  return {
    id,
    drugs: [name],
    when,
    basis: 'label',
    indicator: warns.includes(says) ? 'warning' : 'info',
    headline: fill(headline),
    brief: fill(brief),
    advice: [fill(advice)],
    source: { label: read?.says ?? source, year: null, url: read?.url ?? '' },
  }
}

/** One rule for each row of the table, of one drug the strictest first. */
export const dosingRules = (dosing: MomentDosing, classes: MedicineClasses): MomentRule[] => {
  if (dosing.table === 'liver')
    return classes.liverDosing.map((row) => {
      const when: MomentTest[] = [{ is: 'band', of: dosing.of, in: [...row.childPugh] }]
      return ruleFor({ ...row, measure: '' }, `liver-${row.childPugh.join('').toLowerCase()}`, when, dosing, classes)
    })
  return [...classes.kidneyDosing]
    .sort((a, b) => a.below - b.below)
    .map((row) => {
      const { of, says } = dosing.measures[row.measure]
      const below: MomentTest = { is: 'number', of, below: row.below }
      const when: MomentTest[] = dosing.starting.includes(row.says) ? [{ is: 'starting' }, below] : [below]
      return ruleFor({ ...row, measure: `${says} {${of}}` }, `kidney-${row.below}`, when, dosing, classes)
    })
}
