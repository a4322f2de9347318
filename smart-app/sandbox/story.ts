import { type Loose, loose, number, text } from './json.ts'
import { type Draft, doseUnit, emptyDraft } from './order.ts'

export type Concern = 'guidance' | 'test-first' | 'not-assessed' | 'silence'

/** One synthetic patient with the story that it tells and the order to try. */
export type StoryPatient = {
  readonly id: string
  readonly name: string
  readonly birthDate: string
  readonly sex: string
  readonly encounter: string | null
  readonly title: string
  readonly story: string
  readonly concern: Concern
  readonly action: string
  readonly why: string
  readonly order: Loose
}

const CONCERNS: ReadonlySet<string> = new Set<Concern>(['guidance', 'test-first', 'not-assessed', 'silence'])

export const readStoryPatient = (entry: Loose): StoryPatient => {
  const expect = loose(entry.expect)
  const concern = text(expect.concern)
  return {
    id: text(entry.patient),
    name: text(entry.name),
    birthDate: text(entry.birthDate),
    sex: text(entry.sex),
    encounter: text(entry.encounter) || null,
    title: text(entry.title),
    story: text(entry.story),
    concern: CONCERNS.has(concern) ? (concern as Concern) : 'guidance',
    action: text(expect.action),
    why: text(expect.why),
    order: loose(entry.order),
  }
}

/** The story's order on the form, exactly as the story says it. */
export const storyDraft = ({ order }: StoryPatient): Draft => {
  const dose = loose(order.dose)
  const reason = loose(order.reason)
  return {
    ...emptyDraft(),
    product: { rxcui: text(order.rxcui), name: text(order.display) },
    dose: number(dose.value),
    unit: doseUnit(dose.code, 'mg'),
    frequency: { frequency: number(order.frequency) ?? 1, period: number(order.period) ?? 1, periodUnit: text(order.periodUnit, 'd') },
    asNeeded: order.asNeeded === true,
    directions: text(order.text) || null,
    reason: reason.code ? { system: text(reason.system), code: text(reason.code), display: text(reason.display) } : null,
  }
}

/** Completed years on a day. */
export const ageOn = (birthDate: string, day: Date): number => {
  const born = new Date(birthDate)
  const before = day.getUTCMonth() * 31 + day.getUTCDate() < born.getUTCMonth() * 31 + born.getUTCDate()
  return day.getUTCFullYear() - born.getUTCFullYear() - (before ? 1 : 0)
}

/** `65 M`, as ward lists have it. */
export const ageAndSexShort = ({ birthDate, sex }: StoryPatient): string => `${ageOn(birthDate, new Date())} ${sex.charAt(0).toUpperCase()}`

/** `65 y, male`. */
export const ageAndSex = ({ birthDate, sex }: StoryPatient): string => `${ageOn(birthDate, new Date())} y, ${sex}`
