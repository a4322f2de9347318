import type { MedicineClasses } from '../medicine-classes.ts'
import type { MomentDosing, MomentRule, MomentTest } from './moment-rows.ts'

type KidneyDosing = Extract<MomentDosing, { table: 'kidney' }>
type KidneyRow = MedicineClasses['kidneyDosing'][number]
type Threshold = Extract<KidneyRow, { measure: 'egfr' | 'creatinine-clearance' }>

/** One row of a table of doses: what its source says of the drug, and the measure in words. */
type Statement = {
  readonly name: string
  readonly says: string
  readonly source: string
  readonly measure: string
  readonly forbids?: true | undefined
}
type Words = Pick<MomentDosing, 'headline' | 'forbidden' | 'brief' | 'advice'>

/** `{says}` is the source's statement in our words, `{measure}` what it is about. */
const ruleFor = (
  { name, says, source, measure, forbids }: Statement,
  id: string,
  when: MomentTest[],
  { headline, forbidden, brief, advice }: Words,
  { sources }: MedicineClasses,
): MomentRule => {
  const fill = (text: string): string => text.replaceAll('{says}', says).replaceAll('{measure}', measure)
  const read = sources[source]
  return {
    id,
    drugs: [name],
    when,
    basis: 'label',
    indicator: forbids ? 'warning' : 'info',
    headline: fill(forbids ? forbidden : headline),
    brief: fill(brief),
    advice: [fill(advice)],
    source: { label: read?.says ?? source, year: null, url: read?.url ?? '' },
  }
}

const isThreshold = (row: KidneyRow): row is Threshold => row.measure !== 'dialysis'

const boundOf = (row: Threshold): number => row.below ?? row.atMost ?? 0

/** The first order, one more of a drug in use, or both; and only above the dose that the source allows. */
const testsOf = (row: Threshold, { measures }: KidneyDosing): MomentTest[] => [
  ...(row.order === undefined ? [] : [{ is: row.order === 'first' ? ('starting' as const) : ('continuing' as const) }]),
  ...(row.within === undefined ? [] : [{ is: 'ordering' as const, aboveMgPerDay: row.within }]),
  {
    is: 'number',
    of: measures[row.measure].of,
    ...(row.below === undefined ? {} : { below: row.below }),
    ...(row.atMost === undefined ? {} : { atMost: row.atMost }),
  },
]

const kidneyRule = (row: Threshold, dosing: KidneyDosing, classes: MedicineClasses): MomentRule => {
  const { of, says } = dosing.measures[row.measure]
  const id = `kidney-${boundOf(row)}${row.order === 'again' ? '-continuing' : ''}`
  return ruleFor({ ...row, measure: `${says} {${of}}` }, id, testsOf(row, dosing), dosing, classes)
}

/** No equation holds on dialysis: what a source says of it, or that the dose has to be looked up. */
const dialysisRule = (name: string, dosing: KidneyDosing, classes: MedicineClasses): MomentRule[] => {
  const rows = classes.kidneyDosing.filter((row) => row.name === name)
  const own = rows.find(({ measure }) => measure === 'dialysis')
  const source = (own ?? rows[0])?.source
  const says = own?.says ?? dosing.dialysis.otherwise
  const statement = { name, says, measure: '', forbids: own?.forbids }
  return source === undefined ? [] : [ruleFor({ ...statement, source }, 'dialysis', dosing.dialysis.when, dosing.dialysis, classes)]
}

/** One rule for each row of the table, of one drug the strictest first. */
export const dosingRules = (dosing: MomentDosing, classes: MedicineClasses): MomentRule[] => {
  if (dosing.table === 'liver')
    return classes.liverDosing.map((row) => {
      const when: MomentTest[] = [{ is: 'band', of: dosing.of, in: [...row.childPugh] }]
      return ruleFor({ ...row, measure: '' }, `liver-${row.childPugh.join('').toLowerCase()}`, when, dosing, classes)
    })
  const names = [...new Set(classes.kidneyDosing.map(({ name }) => name))]
  const thresholds = classes.kidneyDosing.filter(isThreshold).sort((a, b) => boundOf(a) - boundOf(b))
  return [...names.flatMap((name) => dialysisRule(name, dosing, classes)), ...thresholds.map((row) => kidneyRule(row, dosing, classes))]
}
