import type { PatientFacts } from './contract/facts.ts'
import type { EarlyFacts, FactsPart, PartsTable } from './contract/profile.ts'
import type { Answered } from './hooks/prefetch.ts'

type Questions = Readonly<Record<string, string>>

const typeOf = (query: string): string => query.split(/[?/]/, 1)[0] ?? ''

/** For each part the questions of this profile that it waits for; the patient always, because whose an entry is must be known first. */
export const partsOf = (table: PartsTable, questions: Questions): ReadonlyMap<FactsPart, ReadonlySet<string>> => {
  const named = new Set(Object.values(table).flat())
  const others = Object.keys(questions).filter((key) => !named.has(key))
  const feeds = (keys: readonly string[], other: string): boolean =>
    keys.some((key) => typeOf(questions[key] ?? '') === typeOf(questions[other] ?? ''))
  return new Map(
    (Object.keys(table) as FactsPart[]).map((part) => {
      const own = (table[part] ?? []).filter((key) => key in questions)
      return [part, new Set(['patient', ...own, ...others.filter((other) => feeds(own, other))])]
    }),
  )
}

/** Parts all of whose questions have ended, without those that were given before. */
export const wholeParts = (
  parts: ReadonlyMap<FactsPart, ReadonlySet<string>>,
  ended: ReadonlySet<string>,
  given: ReadonlySet<FactsPart>,
): FactsPart[] => [...parts].flatMap(([part, keys]) => (!given.has(part) && [...keys].every((key) => ended.has(key)) ? [part] : []))

/** What came for these parts, and nothing else: reading the rest as well would cost the same again. */
export const answersFor = (
  wanted: readonly FactsPart[],
  parts: ReadonlyMap<FactsPart, ReadonlySet<string>>,
  answers: readonly Answered[],
): Answered[] => {
  const keys = new Set(wanted.flatMap((part) => [...(parts.get(part) ?? [])]))
  return answers.filter(({ question }) => keys.has(question.key))
}

/** The parts alone, with the gaps of what was read for them. */
export const pickParts = (facts: PatientFacts, wanted: readonly FactsPart[]): EarlyFacts => ({
  now: facts.now,
  gaps: facts.gaps,
  ...Object.fromEntries(wanted.map((part) => [part, facts[part]])),
})
