import type { Allergy, PatientFacts } from '../../contract/facts.ts'
import { oncePer, oncePerPair } from '../../once-per.ts'
import type { Kit } from '../advise.ts'
import { wasRead } from '../subject.ts'
import { type Candidate, classesOf, holds, namedIn } from './candidate.ts'
import { type Checked, fine, problem, unanswered } from './checked.ts'
import type { DrugClass, DrugClasses } from './table.ts'

const WHAT = 'allergies'
const SNOMED = 'http://snomed.info/sct'
const LAPSED = new Set(['refuted', 'entered-in-error'])

/** "No known allergy" and "not allergic to" name no allergy; "not tolerated: aspirin" and "none except aspirin" do. */
const DENIED = [
  /^\s*(no|nil|without|denies)\s+(any\s+|known\s+|relevant\s+|drug\s+|medication\s+|medicine\s+|food\s+|other\s+|history of\s+)*(allerg|adverse|intoleran|hypersens)/i,
  /^\s*(not (known to be )?allergic|nka\b|nkda\b)/i,
  /^\s*(no|nil|none|negative|denied|denies)(\s+known)?\W*$/i,
]
const BUT = /\b(but|except\w*|apart from|other than)\b/i

/** Categories of AllergyIntolerance that cannot be a drug. */
const NO_DRUG = new Set(['food', 'environment'])

const isDenied = (allergy: Allergy, { noAllergy }: DrugClasses): boolean =>
  (DENIED.some((words) => words.test(allergy.name)) && !BUT.test(allergy.name)) ||
  allergy.codes.some(({ system, code }) => system === SNOMED && noAllergy.some((one) => one.code === code))

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')

type Written = NonNullable<DrugClass['allergy']>

/** `sulfa` stands in "Sulfa drugs", not in "sulfate". One pattern for all names of a class, kept with the class. */
const patternOf = oncePer(
  ({ names }: Written): RegExp => new RegExp(`(?<![\\p{L}\\p{N}])(?:${names.map(escaped).join('|')})(?![\\p{L}\\p{N}])`, 'iu'),
)

const isNamedIn = (allergy: Allergy, written: Written): boolean => {
  if (written.names.length === 0) return false
  const pattern = patternOf(written)
  return pattern.test(allergy.name) || allergy.codes.some(({ display }) => display !== undefined && pattern.test(display))
}

/** Whether the allergy is to the whole class, by code or by its words. */
export const isToClass = (allergy: Allergy, { allergy: written }: DrugClass): boolean => {
  if (!written) return false
  return allergy.codes.some(({ system, code }) => system === SNOMED && written.snomed.includes(code)) || isNamedIn(allergy, written)
}

/** An allergy to a drug of the class, or to the class as a whole. */
export const concernsClass = (allergy: Allergy, one: DrugClass): boolean =>
  isToClass(allergy, one) || namedIn(one.members, allergy.ingredients).length > 0

const classList = oncePer(({ classes }: DrugClasses): readonly DrugClass[] => Object.values(classes))

/** An allergy that names neither a drug nor a class known here: it was not compared with anything. */
const isUnknown = oncePerPair(
  (allergy: Allergy, classes: DrugClasses): boolean =>
    allergy.ingredients.length === 0 && !classList(classes).some((one) => isToClass(allergy, one)),
)

const saysNoDrug = ({ categories = [] }: Allergy): boolean => categories.length > 0 && categories.every((one) => NO_DRUG.has(one))

/** Allergies that may hold today and may concern a drug: what is filed as food but names a drug is one. */
export const allergiesOf = ({ ordered }: Candidate, kit: Kit): readonly Allergy[] => mayHold(ordered.facts, kit.prepared.tables.classes)

const mayHold = oncePerPair(({ allergies }: PatientFacts, classes: DrugClasses): readonly Allergy[] =>
  allergies.filter(
    (allergy) =>
      !LAPSED.has(allergy.verificationStatus ?? '') &&
      allergy.clinicalStatus !== 'resolved' &&
      !isDenied(allergy, classes) &&
      !(saysNoDrug(allergy) && isUnknown(allergy, classes)),
  ),
)

/** `allergy to penicillin`, also where the record calls it `Allergy to penicillin`. */
export const allergyTo = ({ name }: Allergy): string => `allergy to ${name.replace(/^\s*allergy to\s+/i, '')}`

type Verdict = { readonly weight: 'exclude' | 'caution'; readonly because: string }

/** What one allergy means for the replacement (`own`: its classes): itself, its class, or a relative that it may cross-react with. */
const judge = (allergy: Allergy, { drug, parts }: Candidate, own: readonly DrugClass[]): Verdict | null => {
  if (holds(allergy.ingredients, parts)) return { weight: 'exclude', because: `${allergyTo(allergy)} recorded` }
  const whole = own.find((one) => isToClass(allergy, one))
  if (whole) return { weight: 'exclude', because: `${allergyTo(allergy)} recorded; ${drug.name} is one of the ${whole.label}` }
  for (const one of own) {
    const [relative] = namedIn(one.members, allergy.ingredients)
    const { crossReaction } = one
    if (relative !== undefined && crossReaction)
      return {
        weight: crossReaction.result,
        because: `${allergyTo(allergy)} recorded: ${crossReaction.because} (${crossReaction.source})`,
      }
  }
  return null
}

/** Allergies to the replacement, to its class and to drugs that it may cross-react with. */
export const checkAllergies = (candidate: Candidate, kit: Kit): Checked => {
  const { classes } = kit.prepared.tables
  const allergies = allergiesOf(candidate, kit)
  const own = classesOf(candidate.parts, classes)
  const judged = allergies.flatMap((allergy) => {
    const verdict = judge(allergy, candidate, own)
    return verdict ? [{ ...verdict, facts: [allergy.lineage] }] : []
  })
  const worst = judged.find(({ weight }) => weight === 'exclude') ?? judged[0]
  if (worst) return problem(WHAT, worst.weight, worst.because, worst.facts)
  if (!wasRead(candidate.ordered.facts, 'allergies')) return unanswered(WHAT, 'allergies were not read')
  const unknown = allergies.filter((allergy) => isUnknown(allergy, classes))
  if (unknown.length > 0)
    return unanswered(WHAT, `not matched to a drug or class known here: ${unknown.map(({ name }) => name).join(', ')}`)
  return fine(
    WHAT,
    allergies.length === 0 ? 'no drug allergy recorded' : 'none recorded to it or its class',
    allergies.map((allergy) => allergy.lineage),
  )
}
