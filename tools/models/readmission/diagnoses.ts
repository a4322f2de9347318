/** Diagnoses of the published file: ICD-9-CM codes, `250.83`, `V45`, `E879`, `?` for none. */
type Code = { readonly letter: string; readonly number: number }

const CODE = /^([VE]?)(\d{1,3}(?:\.\d{1,2})?)$/

export const parseCode = (cell: string): Code | null => {
  const [, letter = '', digits] = CODE.exec(cell) ?? []
  return digits === undefined ? null : { letter, number: Number(digits) }
}

/** Whole categories from `low` to `high`. */
type Range = readonly [low: number, high: number]
const within =
  (...ranges: readonly Range[]) =>
  ({ letter, number }: Code): boolean =>
    letter === '' && ranges.some(([low, high]) => Math.floor(number) >= low && Math.floor(number) <= high)

/** Groups of the first diagnosis: Strack et al. 2014, table 2 (chapters of ICD-9-CM with their symptoms). First that fits. */
const GROUPS: readonly (readonly [string, (code: Code) => boolean])[] = [
  ['diabetes', within([250, 250])],
  ['circulatory', within([390, 459], [785, 785])],
  ['respiratory', within([460, 519], [786, 786])],
  ['digestive', within([520, 579], [787, 787])],
  ['injury', within([800, 999])],
  ['musculoskeletal', within([710, 739])],
  ['genitourinary', within([580, 629], [788, 788])],
  ['neoplasm', within([140, 239])],
]

/** Null when there is no code. */
export const groupOf = (cell: string): string | null => {
  const code = parseCode(cell)
  return code && (GROUPS.find(([, fits]) => fits(code))?.[0] ?? 'other')
}

/** Long-standing conditions by category of ICD-9-CM. */
const CONDITIONS = {
  heart_failure: within([428, 428]),
  ischaemic_heart_disease: within([410, 414]),
  peripheral_vascular_disease: within([440, 447]),
  copd: within([490, 496]),
  // Hypertensive kidney disease and kidney failure.
  kidney_disease: within([403, 404], [584, 586]),
  liver_disease: within([570, 573]),
  cancer: within([140, 208]),
  skin_ulcer: within([707, 707]),
  mental_disorder: within([290, 319]),
  // 250.1 and above: with a complication.
  diabetes_complication: ({ letter, number }: Code): boolean => letter === '' && number >= 250.1 && number < 251,
} as const

export type Condition = keyof typeof CONDITIONS
export const CONDITION_NAMES = Object.keys(CONDITIONS) as readonly Condition[] // its own keys

/** 1 when one of the codes is of the condition, 0 when none is; null when there is no code at all. */
export const hasCondition = (condition: Condition, cells: readonly string[]): 0 | 1 | null => {
  const codes = cells.flatMap((cell) => parseCode(cell) ?? [])
  if (codes.length === 0) return null
  return codes.some(CONDITIONS[condition]) ? 1 : 0
}
