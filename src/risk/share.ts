import { createHash } from 'node:crypto'
import { AttuneError } from '../errors.ts'
import { type ConditionSets, NO_SETS, readConditionSets } from './condition-sets.ts'
import { type MedicineClasses, NO_CLASSES, readMedicineClasses } from './medicine-classes.ts'
import type { InputSpec, KnownBy, Manifest } from './model-folder.ts'

/** What the models of one folder share. */
export type Shared = {
  readonly medicines: MedicineClasses
  readonly conditions: ConditionSets
  /** Of the site, ISO 3166-1; null leaves the outputs as the manifest has them. */
  readonly country: string | null
}

export const NOTHING_SHARED: Shared = { medicines: NO_CLASSES, conditions: NO_SETS, country: null }

/** @throws AttuneError `model-invalid` */
export const readSharedFiles = async (modelsDir: string, country: string | null): Promise<Shared> => {
  const [medicines, conditions] = await Promise.all([readMedicineClasses(modelsDir), readConditionSets(modelsDir)])
  return { medicines, conditions, country }
}

type Medicines = Pick<Extract<InputSpec, { kind: 'medicine' }>, 'classes' | 'ingredients'>

const takeMedicines = <M extends Medicines>(who: string, wanted: M, { medicines }: Shared): M => {
  const members = wanted.classes.flatMap((id) => {
    const found = medicines.classes.get(id)
    if (!found) throw new AttuneError('model-invalid', `${who} names the class ${id}, which medicine-classes.json does not have`)
    return found.members.map(({ name, rxcui }) => ({ name, rxcui }))
  })
  const ingredients = [...new Map([...wanted.ingredients, ...members].map((one) => [one.name, one])).values()]
  if (ingredients.length === 0) throw new AttuneError('model-invalid', `${who} names no medicine`)
  return { ...wanted, ingredients }
}

const SNOMED = 'http://snomed.info/sct'

/** With the codes and words of the sets that it names. @throws AttuneError `model-invalid` for an unknown name */
export const takeConditions = <K extends KnownBy>(who: string, by: K, { conditions }: Pick<Shared, 'conditions'>): K => {
  const found = by.sets.map((id) => {
    const set = conditions.sets.get(id)
    if (!set) throw new AttuneError('model-invalid', `${who} names the set ${id}, which condition-sets.json does not have`)
    return set
  })
  const codes = [...by.codes, ...found.flatMap(({ snomed }) => snomed.map((one) => ({ system: SNOMED, ...one })))]
  const icd10 = [...by.icd10, ...found.flatMap((set) => set.icd10)]
  if (codes.length + icd10.length === 0) throw new AttuneError('model-invalid', `${who} names no code`)
  const icd10open = [...by.icd10open, ...found.flatMap((set) => set.icd10open ?? [])]
  const others = [...by.others, ...found.flatMap((set) => (set.others ?? []).map((one) => ({ system: SNOMED, ...one })))]
  return { ...by, codes, icd10, icd10open, others, words: [...new Set([...by.words, ...found.flatMap((set) => set.words)])] }
}

const resolveInput = (spec: InputSpec, shared: Shared): InputSpec => {
  const who = `features.json: ${spec.name}`
  switch (spec.kind) {
    case 'medicine':
    case 'medicine-count':
    case 'only-with':
      return takeMedicines(who, spec, shared)
    case 'condition':
    case 'grade':
    case 'only-with-condition':
      return takeConditions(who, spec, shared)
    case 'relatives':
      return { ...takeConditions(who, spec, shared), mentioned: takeConditions(`${who}, mentioned`, spec.mentioned, shared) }
    case 'points':
      return { ...spec, rows: spec.rows.map((row) => takeConditions(`${who}, ${row.label}`, row, shared)) }
    default:
      return spec
  }
}

/** Inputs with the members of the classes and the codes of the sets that they name. @throws AttuneError `model-invalid` for an unknown name */
export const resolveInputs = (inputs: readonly InputSpec[], shared: Shared): InputSpec[] => inputs.map((spec) => resolveInput(spec, shared))

type Outputs = Manifest['variants'][number]['outputs']

const isFor = ({ countries }: Outputs[number], country: string): boolean => {
  if (!countries) return false
  return 'in' in countries ? countries.in.includes(country) : !countries.notIn.includes(country)
}

const nearestFirst = (outputs: Outputs, country: string | null): Outputs =>
  country === null ? outputs : [...outputs.filter((one) => isFor(one, country)), ...outputs.filter((one) => !isFor(one, country))]

/** The same for the circumstances of the questions; of outputs that are for some countries, those of the site come first. */
export const resolveManifest = (manifest: Manifest, shared: Shared): Manifest => ({
  ...manifest,
  variants: manifest.variants.map((variant) => ({ ...variant, outputs: nearestFirst(variant.outputs, shared.country) })),
  questions: manifest.questions.map((question) => ({
    ...question,
    ...(question.when ? { when: question.when.map((one) => takeConditions(`manifest.json: ${one.label}`, one, shared)) } : {}),
  })),
})

/** Of all that was resolved: with other members or codes it is another model. */
export const hashOfResolved = (inputs: readonly InputSpec[], { questions, variants }: Manifest): string =>
  createHash('sha256')
    .update(JSON.stringify([inputs, questions, variants.map(({ outputs }) => outputs.map(({ id }) => id))]))
    .digest('hex')
