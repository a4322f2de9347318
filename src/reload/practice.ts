import type { Config } from '../config.ts'
import { CANARY } from '../contract/canary.ts'
import type { PracticeSwitch } from '../contract/switches.ts'
import { makeLine, type Surroundings, type Thinking } from '../engine.ts'
import type { Switches } from '../monitoring/switches.ts'
import { withStanding } from '../risk/standing.ts'
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
  /** Of the models. */
  readonly switches: Pick<Switches, 'standing' | 'version'>
  readonly thinking: Thinking
  readonly surroundings: Surroundings
}

/** The thinking with its models as they stand at a tenant now: a call that has begun is not changed by a switch. */
const thinkingAt = (tenant: string, { kit, ...thinking }: Thinking, { standing }: PracticeKit['switches']): Thinking => {
  const now = new Map(kit.models.all.map(({ ref }) => [ref.id, standing(ref.id, tenant)]))
  return { ...thinking, kit: { ...kit, models: withStanding(kit.models, (model) => now.get(model) ?? standing(model, tenant)) } }
}

/** Models that do not speak, by configuration or since somebody has switched them: `model M off`. */
const silentModels = ({ kit: { models } }: Thinking): string[] =>
  models.all.map(({ ref: { id } }) => `model ${id} ${models.standing(id).use}`).filter((words) => !words.endsWith(' on'))

const forWhom = ({ tenant }: Held): string => (tenant === null ? '' : ` (tenant ${tenant})`)

export const makePractice = ({ config, surroundings, switches, ...kit }: PracticeKit): Practice => {
  let { thinking } = kit
  let switched: readonly PracticeSwitch[] = []
  let held = heldOf(switched, config.shadow)
  let { version } = switches
  let lines = new Map<string, Line>()
  return {
    line: (tenant) => {
      if (switches.version !== version) lines = new Map()
      version = switches.version
      const there = lines.get(tenant)
      if (there) return there
      const own = tenant === CANARY ? held.filter(({ kind, use }) => kind === 'rule' && use === 'off') : held // a shadow run is watched too
      const its = thinkingAt(tenant, thinking, switches)
      const made = makeLine(config, its, surroundings, stanceOf(tenant, own, silentModels(its)))
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
      if (JSON.stringify(all) === JSON.stringify(switched)) return
      switched = all
      held = heldOf(all, config.shadow)
      lines = new Map()
    },
    get held() {
      return held
    },
    says: () => held.map((one) => `${wordsOf(one)}${forWhom(one)}`),
  }
}
