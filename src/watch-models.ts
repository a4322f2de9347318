import { join } from 'node:path'
import type { Logger } from 'pino'
import type { ServiceKit } from '../cds-services/pgx/kit.ts'
import type { Config } from './config.ts'
import { CANARY } from './contract/canary.ts'
import { type DecisionRecord, isUnseen } from './contract/decision.ts'
import type { AnsweredCall } from './contract/monitoring.ts'
import type { ServiceTally } from './contract/service-watch.ts'
import type { LineLedger } from './engine.ts'
import type { Outbound } from './fhir/outbound.ts'
import type { MonitoringDoor } from './http/kit.ts'
import { describeError } from './http/log.ts'
import type { Metrics } from './http/metrics.ts'
import type { Ledger } from './ledger/ledger.ts'
import { type Monitor, startMonitor } from './monitoring/monitor.ts'
import { makeShadow, type Shadow } from './monitoring/shadow.ts'
import type { Switches } from './monitoring/switches.ts'
import { tally } from './monitoring/tally.ts'
import { readThresholds, type Thresholds } from './monitoring/thresholds.ts'
import type { Alarm } from './monitoring/watch.ts'
import type { PostWith } from './monitoring/webhook.ts'
import { projectRoot } from './project-root.ts'
import { withStanding } from './risk/standing.ts'

/** @throws AttuneError `config-invalid` */
export const thresholdsOf = ({ monitoring }: Pick<Config, 'monitoring'>): Thresholds =>
  readThresholds(join(projectRoot, 'models/monitoring.json'), monitoring.thresholds)

/** What the watch over models is made of, and what it gives to the line and to the wire. */
export type Watching = {
  /** The ledger for the line: what is recorded is counted. */
  readonly ledger: LineLedger
  readonly afterwards: (call: AnsweredCall) => void
  readonly door: MonitoringDoor
  close(): Promise<void>
}

export type WatchingKit = {
  readonly config: Config
  readonly models: ServiceKit['models']
  readonly ledger: Ledger
  readonly switches: Switches
  readonly thresholds: Thresholds
  readonly post: PostWith
  /** What a call adds to the counts of its service. */
  readonly countService: (decision: DecisionRecord) => readonly ServiceTally[]
  readonly log: Logger
  readonly metrics: Metrics
}

/** The models as they stand at a tenant. */
const modelsAt = ({ models, switches }: Pick<WatchingKit, 'models' | 'switches'>, tenant: string): WatchingKit['models'] =>
  withStanding(models, (model) => switches.standing(model, tenant))

/** A fault in the counting is told and costs the counts of that call, never the answer. */
const counted = ({ ledger, models, switches, metrics, log, countService }: WatchingKit): LineLedger => {
  const count = (...call: Parameters<typeof tally>) => {
    try {
      return tally(...call)
    } catch (error) {
      log.error({ ...describeError(error) }, 'a call was not counted for the monitoring of models')
      return []
    }
  }
  return {
    ...ledger,
    record: async (decision, estimates = [], _tallies = [], _counted = [], inputs = null) => {
      if (decision.tenant === CANARY) return ledger.record(decision, estimates, [], [], inputs) // no patient: counted nowhere
      const mode = isUnseen(decision) ? 'unseen' : 'shown'
      const counts = count(decision, estimates, modelsAt({ models, switches }, decision.tenant), mode)
      await ledger.record(decision, estimates, counts, countService(decision), inputs)
      metrics.observeDecision(decision)
    },
  }
}

const ALARM = { act: 'error', watch: 'warn' } as const

const logAlarm = (log: Logger, { tenant, model, release, figure, subject, state, before, value, says }: Alarm): void => {
  const level = state === 'act' || state === 'watch' ? ALARM[state] : 'info'
  log[level](
    { tenant, model, release, figure, subject, state, before, value, says },
    'monitoring of models: a figure has changed its state',
  )
}

const POST_MS = 5000

/** Posts of alarms, through the outbound door. */
export const poster =
  (outbound: Pick<Outbound, 'post'>): PostWith =>
  async (url, headers, body) => {
    const request = { headers, signal: AbortSignal.timeout(POST_MS), budget: { bytes: 100_000 } }
    const received = await outbound.post(new URL(url), request, body)
    return received.ok ? received.status : null
  }

const startWatch = (kit: WatchingKit, shadow: Shadow): Promise<Monitor> => {
  const { config, models, ledger, switches, thresholds, post, log, metrics } = kit
  return startMonitor({
    config,
    store: ledger.models,
    models: models.all,
    switches,
    thresholds,
    post,
    listeners: {
      onReport: (report) => {
        metrics.observeModels(report)
        metrics.observeShadowLost(shadow.lost)
      },
      onAlarm: (alarm) => logAlarm(log, alarm),
      onSwitch: (said) => log.warn(said, `a model was switched ${said.use}`),
      onTrouble: (what, error) => log.error(error === null ? {} : describeError(error), what),
    },
  })
}

/** Starts the watch: counting, shadow models, switches, figures and alarms. */
export const watchModels = async (kit: WatchingKit): Promise<Watching> => {
  const { ledger, log } = kit
  const onTrouble = (error: unknown) => log.warn(describeError(error), 'shadow models were not run for a call')
  const shadow = makeShadow({ modelsAt: (tenant) => modelsAt(kit, tenant), store: ledger.models, onTrouble })
  const monitor = await startWatch(kit, shadow)
  return {
    ledger: counted(kit),
    afterwards: shadow.after,
    door: { report: monitor.report, outcomes: ledger.models.outcomes },
    close: async () => {
      await shadow.idle()
      await monitor.close()
    },
  }
}
