import type { NoteStatement, Presence, StatementKind, StatementTime, Trigger } from '../contract/notes.ts'
import { inOneGo, type Slices } from '../slices.ts'
import { AXES, type Decided, decideInSlices } from './context.ts'
import { type Found, longestAt } from './phrase-tree.ts'
import { type Sentence, sentencesInSlices } from './sentences.ts'
import type { NoteTables, Target, TriggerRule } from './tables.ts'
import { type Token, tokensInSlices } from './tokens.ts'

/** Tokens that are read before the caller may do something else: a few milliseconds' worth. */
const SLICE = 2000

function* findTargets(tokens: readonly Token[], { from, to }: Sentence, { targets }: NoteTables): Slices<Found<Target>[]> {
  const found: Found<Target>[] = []
  let since = 0
  for (let at = from; at < to; ) {
    if (++since % SLICE === 0) yield
    const hit = longestAt(targets, tokens, at, { plurals: true, fits: (_target, end) => end <= to })
    if (hit) found.push(hit)
    at = hit?.to ?? at + 1
  }
  return found
}

/** Triggers stand between targets: what is part of a target's own name decides nothing. */
function* findTriggers(
  tokens: readonly Token[],
  { from, to }: Sentence,
  code: 'en' | 'de',
  { triggers }: NoteTables,
  targets: readonly Found<Target>[],
): Slices<Found<TriggerRule>[]> {
  const found: Found<TriggerRule>[] = []
  let [next, since] = [0, 0]
  for (let at = from; at < to; ) {
    if (++since % SLICE === 0) yield
    while ((targets[next]?.to ?? Number.POSITIVE_INFINITY) <= at) next++
    const target = targets[next]
    if (target && target.from <= at) {
      at = target.to
      continue
    }
    const limit = Math.min(to, target?.from ?? to)
    const fits = (rule: TriggerRule, end: number): boolean =>
      end <= limit && (!rule.last || end === to || /^[,.;)!?]$/.test(tokens[end]?.norm ?? ''))
    const hit = longestAt(triggers[code], tokens, at, { fits })
    if (hit) found.push(...meanings(hit))
    at = hit?.to ?? at + 1
  }
  return found
}

/** A phrase may mean two things, one for each side (`excluded`). What only looks like a trigger means nothing else. */
const meanings = (hit: Found<TriggerRule>): Found<TriggerRule>[] =>
  hit.values.some(({ means }) => means === 'pseudo')
    ? []
    : hit.values.map((value) => ({ ...hit, value })).sort((a, b) => (a.value.direction < b.value.direction ? -1 : 1))

const kindOf = (presence: Presence, time: StatementTime, person: NoteStatement['person']): StatementKind => {
  if (person !== 'patient') return 'family'
  if (time === 'hypothetical') return 'hypothetical'
  if (presence !== 'affirmed') return presence
  return time === 'historical' ? 'historical' : 'affirmed'
}

const PRESENCE: ReadonlySet<string> = new Set<Presence>(['affirmed', 'negated', 'uncertain'])
const TIME: ReadonlySet<string> = new Set<StatementTime>(['historical', 'hypothetical'])

const meaning = <T extends string>(trigger: Found<TriggerRule> | undefined, words: ReadonlySet<string>): T | null =>
  trigger && words.has(trigger.value.means) ? (trigger.value.means as T) : null // the set holds exactly the members of T

const startOf = (tokens: readonly Token[], at: number): number => tokens[at]?.start ?? 0
const endOf = (tokens: readonly Token[], at: number): number => tokens[at - 1]?.end ?? 0

const wordsOf = (text: string, tokens: readonly Token[], decided: Decided): Trigger[] => {
  const triggers: Trigger[] = []
  for (const axis of AXES) {
    const trigger = decided[axis]
    if (!trigger) continue
    const [start, end] = [startOf(tokens, trigger.from), endOf(tokens, trigger.to)]
    triggers.push({ start, end, words: text.slice(start, end), means: trigger.value.means, source: trigger.value.source })
  }
  return triggers
}

const statement = (
  text: string,
  tokens: readonly Token[],
  { from, to, section }: Sentence,
  hit: Found<Target>,
  decided: Decided,
): NoteStatement => {
  const presence = meaning<Presence>(decided.presence, PRESENCE) ?? 'affirmed'
  const time = meaning<'historical' | 'hypothetical'>(decided.time, TIME) ?? section?.time ?? 'present'
  const person = decided.person?.value.means === 'other' ? 'other' : decided.person ? 'family' : (section?.person ?? 'patient')
  return {
    start: startOf(tokens, hit.from),
    end: endOf(tokens, hit.to),
    target: hit.value,
    kind: kindOf(presence, time, person),
    presence,
    time,
    person,
    section: section?.id ?? null,
    bySection: (decided.time === undefined && section?.time != null) || (decided.person === undefined && section?.person != null),
    sentence: { start: startOf(tokens, from), end: endOf(tokens, to) },
    triggers: wordsOf(text, tokens, decided),
  }
}

/**
 * Every statement of a text about a target of the tables: what, where, and how the words around it are to be taken. Pure, and linear in the
 * length of the text; after `most` statements it stops. What it gives back is what the words say, not what is so.
 * Pauses between sentences and inside long ones, so that whoever drives it may let others have a turn; where it pauses changes nothing of what
 * it finds.
 */
export function* statementsInSlices(
  text: string,
  code: 'en' | 'de',
  tables: NoteTables,
  most = Number.POSITIVE_INFINITY,
): Generator<undefined, NoteStatement[]> {
  const tokens = yield* tokensInSlices(text)
  const statements: NoteStatement[] = []
  let since = 0
  for (const sentence of yield* sentencesInSlices(text, tokens, tables)) {
    if (statements.length >= most) break
    since += sentence.to - sentence.from
    if (since > SLICE) {
      since = 0
      yield
    }
    const targets = yield* findTargets(tokens, sentence, tables)
    if (targets.length === 0) continue
    const triggers = yield* findTriggers(tokens, sentence, code, tables, targets)
    const room = most - statements.length
    const decided = yield* decideInSlices({ tokens, from: sentence.from, to: sentence.to }, { triggers, targets }, room)
    for (const [index, hit] of targets.slice(0, room).entries())
      statements.push(statement(text, tokens, sentence, hit, decided[index] ?? {}))
  }
  return statements
}

/** The same in one go. */
export const readStatements = (text: string, code: 'en' | 'de', tables: NoteTables, most?: number): NoteStatement[] =>
  inOneGo(statementsInSlices(text, code, tables, most))
