import type { InputSpec } from '../model-folder.ts'

/** The nine classes of sensitive data, in the order of 45 CFR 170.315(b)(11)(iv); `features.json` names them in `sensitive`. */
export const SENSITIVE_CLASSES: readonly string[] = [
  'race',
  'ethnicity',
  'language',
  'sexual orientation',
  'gender identity',
  'sex',
  'date of birth',
  'social determinants',
  'health status assessments',
]

/** Kinds of input that are of a class whatever the folder says. */
const ALWAYS: Readonly<Record<string, string>> = { age: 'date of birth', sex: 'sex', race: 'race', origin: 'race' }

/** Classes of an input; one input may be of several (race and ethnicity in one list of groups). */
export const classesOf = ({ sensitive }: Pick<InputSpec, 'sensitive'>): readonly string[] => sensitive?.split(', ') ?? []

/** Inputs of a class that nobody marked, and marks that name no class. */
export const sensitiveProblems = (inputs: readonly InputSpec[]): string[] =>
  inputs.flatMap((spec) => {
    const must = ALWAYS[spec.kind]
    return [
      ...classesOf(spec)
        .filter((name) => !SENSITIVE_CLASSES.includes(name))
        .map((name) => `features.json: ${spec.name} is marked as sensitive "${name}"; the classes are ${SENSITIVE_CLASSES.join(', ')}`),
      ...(must === undefined || classesOf(spec).includes(must)
        ? []
        : [`features.json: ${spec.name} has to be marked as sensitive "${must}"`]),
    ]
  })
