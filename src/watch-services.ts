import { join } from 'node:path'
import type { Logger } from 'pino'
import type { ServiceKit } from '../cds-services/pgx/kit.ts'
import { SERVICES } from '../cds-services/registry.ts'
import type { Config } from './config.ts'
import type { DecisionRecord } from './contract/decision.ts'
import type { ServiceTally, ServiceWatchReport } from './contract/service-watch.ts'
import type { PartHealth } from './http/kit.ts'
import { describeError } from './http/log.ts'
import type { Metrics } from './http/metrics.ts'
import type { Ledger } from './ledger/ledger.ts'
import { repeat } from './monitoring/repeat.ts'
import { countCall, type RuleNames } from './monitoring/services/count-call.ts'
import { readLimits, type ServiceLimits } from './monitoring/services/limits.ts'
import { lookAtServices, reportServices, type ServiceAlarm, type ServiceWatchKit } from './monitoring/services/service-watch.ts'
import { type PostWith, sendAlarms } from './monitoring/webhook.ts'
import { projectRoot } from './project-root.ts'

/** @throws AttuneError `config-invalid` */
export const limitsOf = ({ monitoring }: Pick<Config, 'monitoring'>): ServiceLimits =>
  readLimits(join(projectRoot, 'models/monitoring-services.json'), monitoring.services.limits)

type Knowledge = ServiceKit['knowledge']

/** What is in force now: rules are swapped and switched while the server runs. */
export type InForce = {
  readonly knowledge: () => Knowledge
  /** Somebody has switched a row, or a drug and a gene, off or into the shadow: then it is not missed. */
  readonly isSwitched: (subject: string) => boolean
}

type Rows = ReadonlyMap<string, { readonly drug: string; readonly genes: readonly string[] }>

const rowsOf = ({ guidance }: Knowledge): Rows =>
  new Map([...guidance].flatMap(([drug, rows]) => rows.map(({ id, genes }) => [id, { drug, genes }] as const)))

/** Names of the rules and drugs in force. */
export const ruleNames = ({ knowledge, isSwitched }: InForce): RuleNames & Pick<ServiceWatchKit, 'isKnown'> => {
  let of: Knowledge | null = null
  let rows: Rows = new Map()
  const now = (): Rows => {
    const newest = knowledge()
    if (newest !== of) rows = rowsOf(newest)
    of = newest
    return rows
  }
  const speaks = (rule: string): boolean => {
    const row = now().get(rule)
    return row !== undefined && ![rule, ...row.genes.map((gene) => `${row.drug} ${gene}`)].some(isSwitched)
  }
  const isPair = (pair: string): boolean =>
    [...now()].some(([rule, { drug, genes }]) => pair.startsWith(drug) && genes.some((gene) => pair === `${drug} ${gene}`) && speaks(rule))
  return {
    row: (id) => now().get(id),
    isDrug: (name) => knowledge().drugs.ingredient(name)?.name === name,
    isKnown: (kind, subject) => (kind === 'rule' ? speaks(subject) : kind === 'pair' ? isPair(subject) : true),
  }
}

export type WatchingServices = {
  /** What a call adds to the counts; nothing where it could not be counted, which is told. */
  readonly count: (decision: DecisionRecord) => readonly ServiceTally[]
  readonly report: (tenant: string | null) => Promise<ServiceWatchReport>
  /** Never makes the server unready: a rule that has fallen silent is no reason to take the others away. */
  readonly health: () => PartHealth
  close(): Promise<void>
}

export type WatchingServicesKit = {
  readonly config: Config
  readonly inForce: InForce
  readonly ledger: Pick<Ledger, 'services'>
  readonly limits: ServiceLimits
  readonly post: PostWith
  readonly log: Logger
  readonly metrics: Metrics
}

const LEVEL = { act: 'error', watch: 'warn' } as const

const logAlarm = (log: Logger, alarm: ServiceAlarm): void => {
  const level = alarm.state === 'act' || alarm.state === 'watch' ? LEVEL[alarm.state] : 'info'
  log[level](alarm, 'monitoring of services: a figure has changed its state')
}

const sayHealth = (report: ServiceWatchReport | null): PartHealth => {
  const bad = report?.services.flatMap(({ tenant, service, figures }) =>
    figures
      .filter(({ state }) => state === 'act' || state === 'watch')
      .map(({ figure, subject, state }) => `${tenant} ${service}: ${[figure, subject].filter(Boolean).join(' of ')} at ${state}`),
  )
  if (bad === undefined) return { ok: true, detail: 'not looked at yet' }
  return {
    ok: true,
    detail: bad.length === 0 ? 'ok' : `degraded: ${bad.slice(0, 10).join('; ')}${bad.length > 10 ? ` and ${bad.length - 10} more` : ''}`,
  }
}

/** A service that is not called is seen within about a minute of its limit. */
const EVERY_MS = 60_000

/** Starts the watch over services and rules: counting, figures, alarms. */
export const watchServices = (kit: WatchingServicesKit): WatchingServices => {
  const { config, ledger, limits, log, metrics } = kit
  const names = ruleNames(kit.inForce)
  const ending = new AbortController()
  let last: ServiceWatchReport | null = null
  const watchKit: ServiceWatchKit = {
    config,
    store: ledger.services,
    services: [...SERVICES.map(({ id }) => id), 'smart-app'],
    isKnown: names.isKnown,
    limits,
    clock: () => new Date(),
  }
  const look = async (): Promise<void> => {
    const { report, alarms } = await lookAtServices(watchKit)
    last = report
    metrics.observeServices(report)
    for (const alarm of alarms) {
      logAlarm(log, alarm)
      metrics.observeServiceAlarm(alarm.figure, alarm.state)
    }
    if (!(await sendAlarms(alarms, kit, ending.signal))) log.error(`${alarms.length} alarms were not taken by the webhook`)
  }
  const pause = Math.min(EVERY_MS, config.monitoring.everySeconds * 1000)
  const end = repeat(look, pause, (error) => log.error(describeError(error), 'the services could not be watched'))
  return {
    count: (decision) => {
      try {
        return countCall(decision, names)
      } catch (error) {
        log.error(describeError(error), 'a call was not counted for the monitoring of services')
        return []
      }
    },
    report: (tenant) => reportServices(watchKit, tenant),
    health: () => sayHealth(last),
    close: async () => {
      ending.abort()
      await end()
    },
  }
}
