import type { Config } from '../config.ts'
import type { ModelSwitch, MonitoringReport, WatchedModel, WatchFigure, WatchState } from '../contract/monitoring.ts'
import type { ModelStore, StateChange, WatchedState } from '../ledger/model-store.ts'
import type { Model } from '../risk/load-model.ts'
import { holdState } from './hysteresis.ts'
import { worst } from './judge.ts'
import { addDays, makeReport } from './report.ts'
import type { Switches } from './switches.ts'
import { releaseOf } from './tally.ts'
import type { Thresholds } from './thresholds.ts'

/** Windows shown beside the current one. */
const WINDOWS = 8

export type WatchKit = {
  readonly config: Pick<Config, 'clients' | 'mode' | 'models' | 'monitoring' | 'retention'>
  readonly store: ModelStore
  readonly models: readonly Model[]
  readonly switches: Switches
  readonly thresholds: Thresholds
}

const today = (): string => new Date().toISOString().slice(0, 10)

const worstOf = (figures: readonly WatchFigure[]): WatchState => worst(figures.map(({ state }) => state))

/** With the states of the look before: entered at the limit, left below a part of it. */
const hold = (made: MonitoringReport, states: readonly WatchedState[]): MonitoringReport => {
  const keyOf = (parts: readonly string[]): string => JSON.stringify(parts)
  const before = new Map(
    states.map(({ tenant, model, release, figure, subject, state }) => [keyOf([tenant, model, release, figure, subject]), state]),
  )
  const models = made.models.map((model) => {
    const figures = model.figures.map(({ eased, ...one }): WatchFigure => {
      const was = before.get(keyOf([model.tenant, model.id, releaseOf(model), one.figure, one.subject]))
      return eased === undefined ? one : { ...one, state: holdState(was, one.state, eased) }
    })
    return { ...model, figures, state: worstOf(figures) }
  })
  return { ...made, models }
}

/** The report as of now, of one tenant or of all. @throws AttuneError `ledger-failed` while the database is away */
export const report = async (
  { config, store, models, switches, thresholds }: WatchKit,
  tenant: string | null,
): Promise<MonitoringReport> => {
  const { windowDays, baselineDays, outcomeDays } = config.monitoring
  const day = today()
  const firstDays = await store.firstDays()
  const seen = [...firstDays.map((one) => one.tenant), ...config.clients.map((client) => client.tenant)]
  const made = makeReport({
    today: day,
    days: windowDays,
    windows: WINDOWS,
    baselineDays,
    sandbox: config.mode === 'sandbox',
    tenants: tenant === null ? [...new Set(seen)].sort() : [tenant],
    models,
    standing: switches.standing,
    switches: switches.all,
    counts: await store.tallies({
      today: day,
      days: windowDays,
      windows: WINDOWS,
      early: baselineDays,
      tenant,
      releases: models.map(({ ref }) => releaseOf(ref)),
    }),
    firstDays,
    judged: await store.judged(new Date(Date.parse(addDays(day, -outcomeDays))), tenant),
    thresholds,
  })
  return hold(made, await store.states())
}

/** A figure that is other than before, with the words for who is told. */
export type Alarm = StateChange & { readonly says: string; readonly value: number | null }

const figureOf = ({ models }: MonitoringReport, change: StateChange): WatchFigure | undefined =>
  models
    .find(({ tenant, id }) => tenant === change.tenant && id === change.model)
    ?.figures.find(({ figure, subject }) => figure === change.figure && subject === change.subject)

const QUIET = new Set(['not-applicable', 'not-judged'])

const statesOf = (model: WatchedModel) =>
  model.figures
    .filter(({ state }) => !QUIET.has(state))
    .map(({ figure, subject, state }) => ({ tenant: model.tenant, model: model.id, release: releaseOf(model), figure, subject, state }))

/** What is worth telling: to watch or act, and back from there. First words on a figure that is well are none. */
const isAlarm = ({ state, before }: StateChange): boolean => state === 'watch' || state === 'act' || before === 'watch' || before === 'act'

export type Round = { readonly report: MonitoringReport; readonly alarms: readonly Alarm[]; readonly switched: readonly ModelSwitch[] }

const switchOff = async (alarms: readonly Alarm[], { config, store, switches }: WatchKit): Promise<ModelSwitch[]> => {
  const due = alarms.filter(
    ({ model, state }) => state === 'act' && config.models[model]?.offOnAct && switches.standing(model, null).use === 'on',
  )
  const switched = [...new Map(due.map((alarm) => [alarm.model, alarm])).values()].map(
    ({ model, figure, subject, says }): ModelSwitch => ({
      model,
      tenant: null,
      use: 'off',
      at: new Date().toISOString(),
      by: 'monitoring',
      because: `${figure}${subject ? ` of ${subject}` : ''} reached its limit. ${says}`.slice(0, 300),
    }),
  )
  for (const one of switched) await store.turn(one)
  if (switched.length > 0) switches.take(await store.switches())
  return switched
}

/** One look: the report, what changed since the last look of any process, old counts let go, and models switched off that are to be. */
export const lookOnce = async (kit: WatchKit): Promise<Round> => {
  const { store, config } = kit
  await store.forget(addDays(today(), -config.retention.monitoringDays), config.monitoring.baselineDays)
  const made = await report(kit, null)
  const changes = await store.noteStates(made.models.flatMap(statesOf))
  const alarms = changes.filter(isAlarm).map((change): Alarm => {
    const figure = figureOf(made, change)
    return { ...change, says: figure?.because ?? '', value: figure?.value ?? null }
  })
  return { report: made, alarms, switched: await switchOff(alarms, kit) }
}
