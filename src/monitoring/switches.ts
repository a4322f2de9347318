import type { Config } from '../config.ts'
import type { ModelSwitch, Standing } from '../contract/monitoring.ts'
import { configuredStanding } from '../risk/standing.ts'

/** Whether each model speaks: by configuration, and by what was switched while running. */
export type Switches = {
  /**
   * At a tenant: by what is switched for it and for every tenant; `null`: by the latter alone. What is off for every tenant is off for
   * each; a switch of one tenant never reaches another.
   */
  standing(model: string, tenant: string | null): Standing
  /** The most silent of all tenants: for a question of which nobody knows at whose site it is asked. */
  strictest(model: string): Standing
  /** What is switched, newest first, as the ledger has it. */
  take(switched: readonly ModelSwitch[]): void
  /** What waits to be written to the ledger, oldest first. Who is to be silent is silent at once, whether the ledger can be written or not. */
  hold(waiting: readonly ModelSwitch[]): void
  readonly all: readonly ModelSwitch[]
  /** Of each model and tenant what was switched last, where it is not `on`. */
  readonly held: readonly ModelSwitch[]
  /** Another number whenever the standing of a model may be another one. */
  readonly version: number
}

type Settings = Pick<Config, 'models'>
type Silenced = Exclude<Standing, { readonly use: 'on' }>

const UNKNOWN: Standing = { use: 'off', because: 'Not computed: whether it was switched off is not known while the ledger is away.' }

const silencedBy = ({ use, at, because }: ModelSwitch): Silenced =>
  use === 'off' ? { use: 'off', because: `Switched off on ${at.slice(0, 10)}: ${because}` } : { use: 'shadow', challengerOf: null }

const keyOf = (model: string, tenant: string | null): string => JSON.stringify([tenant, model])

const newestOf = (oldestFirst: readonly ModelSwitch[]): Map<string, ModelSwitch> =>
  new Map(oldestFirst.map((one) => [keyOf(one.model, one.tenant), one]))

/** Off before shadow before on; of two that are alike the first. */
const RANK = { off: 0, shadow: 1, on: 2 } as const
const mostSilent = (standings: readonly [Standing, ...Standing[]]): Standing =>
  standings.reduce((one, other) => (RANK[other.use] < RANK[one.use] ? other : one))

/** What was switched off while running stays off until it is switched on again, whatever the configuration says. */
export const makeSwitches = (settings: Settings): Switches => {
  const configured = configuredStanding(settings.models)
  let known = false
  let version = 0
  let all: readonly ModelSwitch[] = []
  let waiting: readonly ModelSwitch[] = []
  let held: ReadonlyMap<string, ModelSwitch> = new Map()

  /** An `on` that waits speaks only when it is written down. */
  const settle = (): void => {
    const silencing = [...newestOf(waiting).values()].filter(({ use }) => use !== 'on')
    held = new Map([...newestOf([...all.toReversed(), ...silencing])].filter(([, { use }]) => use !== 'on'))
    version += 1
  }

  const among = (model: string, switched: readonly ModelSwitch[]): Standing => {
    if (switched.length === 0) return known ? configured(model) : UNKNOWN
    const silenced = switched.map(silencedBy).toSorted((one, other) => RANK[one.use] - RANK[other.use])
    if (!known && silenced[0]?.use !== 'off') return UNKNOWN
    return mostSilent([...silenced.filter(({ use }) => use === 'off'), configured(model), ...silenced] as [Standing, ...Standing[]])
  }

  const heldOf = (model: string, tenant: string | null): ModelSwitch[] =>
    [held.get(keyOf(model, null)), tenant === null ? undefined : held.get(keyOf(model, tenant))].flatMap((one) => one ?? [])

  return {
    standing: (model, tenant) => among(model, held.size === 0 ? [] : heldOf(model, tenant)),
    strictest: (model) =>
      among(
        model,
        [...held.values()].filter((one) => one.model === model),
      ),
    take: (switched) => {
      const isSame = known && JSON.stringify(switched) === JSON.stringify(all)
      all = switched
      known = true
      if (!isSame) settle()
    },
    hold: (left) => {
      const isSame = JSON.stringify(left) === JSON.stringify(waiting)
      waiting = left
      if (!isSame) settle()
    },
    get all() {
      return all
    },
    get held() {
      return [...held.values()]
    },
    get version() {
      return version
    },
  }
}
