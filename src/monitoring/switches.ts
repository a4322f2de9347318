import type { Config } from '../config.ts'
import type { ModelSwitch, Standing } from '../contract/monitoring.ts'
import { configuredStanding } from '../risk/standing.ts'

/** Whether each model speaks: by configuration, and by what was switched while running. */
export type Switches = {
  standing(model: string): Standing
  /** What is switched, newest first, as the ledger has it. */
  take(switched: readonly ModelSwitch[]): void
  /** What waits to be written to the ledger, oldest first. Who is to be silent is silent at once, whether the ledger can be written or not. */
  hold(waiting: readonly ModelSwitch[]): void
  readonly all: readonly ModelSwitch[]
}

type Settings = Pick<Config, 'models'>

const UNKNOWN: Standing = { use: 'off', because: 'Not computed: whether it was switched off is not known while the ledger is away.' }

const off = ({ at, because }: ModelSwitch): Standing => ({ use: 'off', because: `Switched off on ${at.slice(0, 10)}: ${because}` })

/** What was switched off while running stays off until it is switched on again, whatever the configuration says. */
export const makeSwitches = (settings: Settings): Switches => {
  const configured = configuredStanding(settings.models)
  let known = false
  let all: readonly ModelSwitch[] = []
  let newest: ReadonlyMap<string, ModelSwitch> = new Map()
  let held: ReadonlyMap<string, ModelSwitch> = new Map()
  return {
    standing: (model) => {
      const waiting = held.get(model)
      if (waiting?.use === 'off') return off(waiting)
      if (!known) return UNKNOWN
      const last = newest.get(model)
      return last?.use === 'off' ? off(last) : configured(model)
    },
    take: (switched) => {
      all = switched
      newest = new Map(switched.toReversed().map((one) => [one.model, one]))
      known = true
    },
    hold: (waiting) => {
      held = new Map(waiting.map((one) => [one.model, one]))
    },
    get all() {
      return all
    },
  }
}
