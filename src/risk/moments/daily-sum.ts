import type { Lineage } from '../../contract/lineage.ts'
import type { MomentSum } from './moment-rows.ts'
import type { Situation } from './situation.ts'

/** `atLeast`: some member's dose or factor is not known, so the true sum is higher. */
export type DailySum = {
  readonly value: number
  readonly open: readonly string[]
  readonly words: string
  readonly facts: readonly Lineage[]
}

/**
 * Milligrams a day of every member, each times its factor. A member without a daily dose or without a factor (a patch, a drug that the
 * table leaves out) is not counted, and said.
 */
export const dailySum = ({ factors, class: group }: MomentSum, { held, moments }: Situation): DailySum => {
  const open: string[] = []
  const counted: { words: string; value: number; lineage: Lineage }[] = []
  for (const one of held) {
    const name = one.drug.ingredients.find((drug) => moments.isOf(group, drug))?.name
    if (name === undefined) continue
    const factor = factors.find(({ drug }) => drug === name)?.factor
    const { mgPerDay } = one.dose
    if (factor === undefined) open.push(`${name} (the source gives no factor for it)`)
    else if (mgPerDay === null) open.push(`${name} (daily dose not known)`)
    else counted.push({ words: `${name} ${mgPerDay} mg/day × ${factor}`, value: mgPerDay * factor, lineage: one.lineage })
  }
  return {
    value: counted.reduce((total, { value }) => total + value, 0),
    open,
    words: counted.map(({ words }) => words).join(' + '),
    facts: counted.map(({ lineage }) => lineage),
  }
}
