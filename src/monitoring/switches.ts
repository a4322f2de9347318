import type { Config } from '../config.ts'
import type { ModelSwitch, Standing } from '../contract/monitoring.ts'
import { configuredStanding } from '../risk/standing.ts'

/** Whether each model speaks: by configuration, and by what was switched while running. */
export type Switches = {
  standing(model: string): Standing
  /** What is switched, newest first, as the ledger has it. */
  take(switched: readonly ModelSwitch[]): void
  readonly all: readonly ModelSwitch[]
}

type Settings = Pick<Config, 'models'>

const UNKNOWN: Standing = { use: 'off', because: 'Not computed: whether it was switched off is not known while the ledger is away.' }

/** What was switched off while running stays off until it is switched on again, whatever the configuration says. */
export const makeSwitches = (settings: Settings): Switches => {
  const configured = configuredStanding(settings.models)
  let known = false
  let all: readonly ModelSwitch[] = []
  let newest: ReadonlyMap<string, ModelSwitch> = new Map()
  return {
    standing: (model) => {
      if (!known) return UNKNOWN
      const last = newest.get(model)
      if (last?.use === 'off') return { use: 'off', because: `Switched off on ${last.at.slice(0, 10)}: ${last.because}` }
      return configured(model)
    },
    take: (switched) => {
      all = switched
      newest = new Map(switched.toReversed().map((one) => [one.model, one]))
      known = true
    },
    get all() {
      return all
    },
  }
}
