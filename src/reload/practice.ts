import type { Config } from '../config.ts'
import { CANARY } from '../contract/canary.ts'
import type { PracticeSwitch } from '../contract/switches.ts'
import { makeLine, type Surroundings, type Thinking } from '../engine.ts'
import { type Held, heldOf, stanceOf, wordsOf } from './stance.ts'

export type Line = ReturnType<typeof makeLine>

/**
 * What calls run on now. A call takes its tenant's line once and runs wholly on it: rules that are swapped or switched meanwhile are for
 * the calls after it.
 */
export type Practice = {
  line(tenant: string): Line
  /** The rules and models that are loaded, without anything switched. */
  readonly thinking: Thinking
  swap(thinking: Thinking): void
  /** All that was switched, newest first. */
  take(switched: readonly PracticeSwitch[]): void
  readonly held: readonly Held[]
  /** What is switched, for operators. */
  says(): readonly string[]
}

export type PracticeKit = {
  readonly config: Config
  readonly thinking: Thinking
  readonly surroundings: Surroundings
}

/** Models that somebody has switched off while the server runs, or by configuration. */
const modelsOff = ({ kit: { models } }: Thinking): string[] =>
  models.all.map(({ ref }) => ref.id).filter((id) => models.standing(id).use === 'off')

const forWhom = ({ tenant }: Held): string => (tenant === null ? '' : ` (tenant ${tenant})`)

export const makePractice = ({ config, surroundings, ...kit }: PracticeKit): Practice => {
  let { thinking } = kit
  let switched: readonly PracticeSwitch[] = []
  let held = heldOf(switched, config.shadow)
  let off = modelsOff(thinking)
  let lines = new Map<string, Line>()
  return {
    line: (tenant) => {
      const there = lines.get(tenant)
      if (there) return there
      const own = tenant === CANARY ? held.filter(({ kind, use }) => kind === 'rule' && use === 'off') : held // a shadow run is watched too
      const made = makeLine(config, thinking, surroundings, stanceOf(tenant, own, off))
      lines.set(tenant, made)
      return made
    },
    get thinking() {
      return thinking
    },
    swap: (next) => {
      thinking = next
      lines = new Map()
    },
    take: (all) => {
      const models = modelsOff(thinking)
      if (JSON.stringify([all, models]) === JSON.stringify([switched, off])) return
      switched = all
      held = heldOf(all, config.shadow)
      off = models
      lines = new Map()
    },
    get held() {
      return held
    },
    says: () => held.map((one) => `${wordsOf(one)}${forWhom(one)}`),
  }
}
