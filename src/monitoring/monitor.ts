import type { Config } from '../config.ts'
import type { ModelSwitch, MonitoringReport } from '../contract/monitoring.ts'
import { repeat } from './repeat.ts'
import { waitingSwitches } from './switch-inbox.ts'
import { type Alarm, lookOnce, report, type WatchKit } from './watch.ts'
import { alarmEntry, type PostWith, sendAlarms } from './webhook.ts'

/** Where the watch tells what it sees; names of models and figures, no patient data. */
export type Listeners = {
  readonly onReport: (report: MonitoringReport) => void
  readonly onAlarm: (alarm: Alarm) => void
  readonly onSwitch: (said: Pick<ModelSwitch, 'model' | 'tenant' | 'use' | 'by'>) => void
  readonly onTrouble: (what: string, error: unknown) => void
}

export type MonitorKit = WatchKit & {
  readonly config: WatchKit['config'] & Pick<Config, 'dataDir' | 'databaseUrl'>
  readonly post: PostWith
  readonly listeners: Listeners
}

export type Monitor = {
  /** Of one tenant, or of all when null. */
  report(tenant: string | null): Promise<MonitoringReport>
  close(): Promise<void>
}

/** How often what was switched is read: a kill switch acts within seconds in every process. */
const SWITCHES_MS = 2000

/** Switches that were left in the data folder are obeyed and written to the ledger; what cannot be read is told and let go. */
const takeLeft = async ({ config, store, switches, listeners }: MonitorKit): Promise<void> => {
  const left = waitingSwitches(config.dataDir)
  switches.hold(left.flatMap(({ one }) => (one ? [one] : [])))
  for (const { one, done } of left) {
    if (one) await store.turn(one)
    else listeners.onTrouble('a file in the folder of switches is none', null)
    done()
  }
}

const readSwitches = async (kit: MonitorKit): Promise<void> => {
  const { store, switches, listeners } = kit
  await takeLeft(kit)
  const before = switches.all.length
  const all = await store.switches()
  switches.take(all)
  switches.hold([])
  // A start tells what is off, not what was switched in years before.
  for (const { model, tenant, use, by } of before === 0 ? switches.held : all.slice(0, all.length - before))
    listeners.onSwitch({ model, tenant, use, by })
}

const tell = async (alarms: readonly Alarm[], kit: MonitorKit, ending: AbortSignal): Promise<void> => {
  for (const alarm of alarms) kit.listeners.onAlarm(alarm)
  if (!(await sendAlarms(alarms.map(alarmEntry), kit, ending)))
    kit.listeners.onTrouble(`${alarms.length} alarms were not taken by the webhook`, null)
}

/** Reads the switches, then keeps watching: switches every two seconds, figures as often as configured. */
export const startMonitor = async (kit: MonitorKit): Promise<Monitor> => {
  const { config, listeners } = kit
  const once = () => readSwitches(kit)
  const ending = new AbortController()
  await once().catch((error: unknown) => listeners.onTrouble('the switches of models could not be read', error))
  const look = async (): Promise<void> => {
    const { report: made, alarms, switched } = await lookOnce(kit)
    listeners.onReport(made)
    for (const { model, tenant, use, by } of switched) listeners.onSwitch({ model, tenant, use, by })
    await tell(alarms, kit, ending.signal)
  }
  const ends = [
    repeat(once, SWITCHES_MS, (error) => listeners.onTrouble('the switches of models could not be read', error)),
    repeat(look, config.monitoring.everySeconds * 1000, (error) => listeners.onTrouble('the models could not be watched', error)),
  ]
  return {
    report: (tenant) => report(kit, tenant),
    close: async () => {
      ending.abort()
      await Promise.all(ends.map((end) => end()))
    },
  }
}
