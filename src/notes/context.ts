import type { Slices } from '../slices.ts'
import type { Found } from './phrase-tree.ts'
import type { TriggerRule } from './tables.ts'
import { isWord, type Token } from './tokens.ts'

/**
 * What the words around a target say of it, after ConText (Harkema 2009, PMID 19435614): a trigger speaks for the targets on its side up to the
 * end of its scope, of the sentence, or to a word that ends it. Two sweeps, one from each side, so that time stays linear however long a sentence is.
 */
export type Axis = 'presence' | 'time' | 'person'

export type Decided = { readonly [axis in Axis]?: Found<TriggerRule> }

const AXIS: Readonly<Record<TriggerRule['means'], Axis | null>> = {
  negated: 'presence',
  uncertain: 'presence',
  affirmed: 'presence',
  historical: 'time',
  hypothetical: 'time',
  family: 'person',
  other: 'person',
  pseudo: null,
  end: null,
}

export const AXES: readonly Axis[] = ['presence', 'time', 'person']

type Reach = { readonly trigger: Found<TriggerRule> /** Words from the sentence's beginning to the trigger. */; readonly words: number }
type Open = Partial<Record<Axis, Reach>>

const speaks = ({ direction }: TriggerRule, side: 'forward' | 'backward'): boolean => direction === side || direction === 'both'

/** So many words may stand between a denial or doubt and an affirming word that is part of it: `no reported fever`, `not sure if she has`. */
const PART_OF: Readonly<Record<string, number>> = { negated: 0, uncertain: 1 }

/** An affirming or doubting word straight behind a denial belongs to it: `no suspected recurrence`. */
const isPart = (open: Open, found: Found<TriggerRule>, words: number, tokens: readonly Token[]): boolean => {
  const before = open.presence
  if (!before) return false
  const { means } = before.trigger.value
  const room = PART_OF[means]
  if (room === undefined || means === found.value.means || (means === 'uncertain' && found.value.means !== 'affirmed')) return false
  if (words - before.words - wordsIn(found, tokens) > room) return false
  return !tokens.slice(before.trigger.to, found.from).some(({ norm }) => norm === ',')
}

const wordsIn = ({ from, to }: Found<TriggerRule>, tokens: readonly Token[]): number => tokens.slice(from, to).filter(isWord).length

/** What ends at a word: an `end` row ends what it names, an affirmation ends a negation or doubt before it. */
const close = (open: Open, rule: TriggerRule): void => {
  for (const axis of AXES) {
    const reach = open[axis]
    if (!reach) continue
    const { means } = reach.trigger.value
    if (rule.means === 'end' && (rule.ends === null || rule.ends.has(means))) delete open[axis]
  }
}

const within = (reach: Reach, words: number): boolean =>
  reach.trigger.value.scope === null || words - reach.words <= reach.trigger.value.scope

type Place = { readonly from: number; readonly to: number }

const visible = (open: Open, words: number): Decided => {
  const seen: { -readonly [axis in Axis]?: Found<TriggerRule> } = {}
  for (const axis of AXES) {
    const reach = open[axis]
    if (reach && within(reach, words)) seen[axis] = reach.trigger
  }
  return seen
}

type Line = { readonly tokens: readonly Token[]; readonly from: number; readonly to: number }
type Sorted = { readonly triggers: readonly Found<TriggerRule>[]; readonly targets: readonly Place[] }

/** Tokens looked at between two pauses. */
const SLICE = 2000

function* sweepForward({ tokens, from, to }: Line, { triggers, targets }: Sorted): Slices<Decided[]> {
  const decided: Decided[] = []
  const open: Open = {}
  let [words, trigger, target] = [0, 0, 0]
  for (let at = from; at < to; at++) {
    if ((at - from) % SLICE === SLICE - 1) yield
    while (triggers[trigger] && (triggers[trigger]?.to ?? 0) <= at) {
      const found = triggers[trigger++]
      if (!found) break
      close(open, found.value)
      const axis = AXIS[found.value.means]
      if (!axis || !speaks(found.value, 'forward')) continue
      if (axis === 'presence' && isPart(open, found, words, tokens)) continue
      open[axis] = { trigger: found, words }
    }
    while (targets[target]?.from === at) {
      decided.push(visible(open, words))
      target++
    }
    const token = tokens[at]
    if (token && isWord(token)) words++
  }
  return decided
}

function* sweepBackward({ tokens, from, to }: Line, { triggers, targets }: Sorted): Slices<Decided[]> {
  const decided: Decided[] = []
  const open: Open = {}
  let words = 0
  let [trigger, target] = [triggers.length - 1, targets.length - 1]
  for (let at = to - 1; at >= from; at--) {
    if ((to - at) % SLICE === 0) yield
    while (triggers[trigger] && (triggers[trigger]?.from ?? 0) > at) {
      const found = triggers[trigger--]
      if (!found) break
      close(open, found.value)
      const axis = AXIS[found.value.means]
      // A trigger that speaks forward cuts what stands behind it off from what stands before it.
      if (axis && found.value.direction === 'forward') delete open[axis]
      if (axis && speaks(found.value, 'backward')) open[axis] = { trigger: found, words }
    }
    while (targets[target] && (targets[target]?.to ?? 0) - 1 === at) {
      decided.push(visible(open, words))
      target--
    }
    const token = tokens[at]
    if (!token) continue
    if (isWord(token)) words++
    if (token.norm === ',') for (const axis of AXES) if (open[axis] && open[axis].trigger.value.list !== true) delete open[axis]
  }
  return decided.reverse()
}

/** Words after a target that only affirm it (`present`) give way to words before it; anything else after it is nearer and stands. */
const choose = (before: Found<TriggerRule> | undefined, after: Found<TriggerRule> | undefined): Found<TriggerRule> | undefined => {
  if (!before || !after) return before ?? after
  if (after.value.means === 'affirmed') return before
  return before.value.means === 'negated' && after.value.means === 'negated' ? before : after
}

const chooseEach = (left: Decided, right: Decided): Decided => {
  const decided: { -readonly [axis in Axis]?: Found<TriggerRule> } = {}
  for (const axis of AXES) {
    const chosen = choose(left[axis], right[axis])
    if (chosen) decided[axis] = chosen
  }
  return decided
}

/** For the first `most` targets of a sentence, in order, the trigger that decides each axis. Pauses inside long sentences. */
export function* decideInSlices(line: Line, sorted: Sorted, most: number): Slices<Decided[]> {
  const before = yield* sweepForward(line, sorted)
  const after = yield* sweepBackward(line, sorted)
  return before.slice(0, most).map((left, index) => chooseEach(left, after[index] ?? {}))
}
