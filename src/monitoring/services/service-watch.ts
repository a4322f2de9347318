import type { Config } from '../../config.ts'
import type { ServiceFigure, ServiceWatchReport, WatchedKind } from '../../contract/service-watch.ts'
import type { ServiceFirst } from '../../ledger/service-counts.ts'
import type { ServiceStore } from '../../ledger/service-store.ts'
import type { StateChange } from '../../ledger/watch-states.ts'
import { keyOf } from './frame.ts'
import type { ServiceLimits } from './limits.ts'
import { makeServiceReport } from './service-report.ts'
import { shiftDay } from './view.ts'

export type ServiceWatchKit = {
  readonly config: Pick<Config, 'clients' | 'mode' | 'monitoring' | 'retention'>
  readonly store: ServiceStore
  readonly services: readonly string[]
  readonly isKnown: (kind: WatchedKind, subject: string) => boolean
  readonly limits: ServiceLimits
  readonly clock: () => Date
}

/** Four weeks, and one in which nothing was heard. */
const HOURS_BACK_DAYS = 35

/**
 * Of each subject its first day, shown or in the shadow. What a service says is judged alike in both: a site that goes live, or into the
 * shadow, begins no new days, and one in the shadow is known to be safe to switch on.
 */
const earliest = (firsts: readonly ServiceFirst[]): ServiceFirst[] => {
  const first = new Map<string, ServiceFirst>()
  for (const one of firsts) {
    const key = JSON.stringify([one.tenant, one.service, one.kind, one.subject])
    const there = first.get(key)
    if (there === undefined || one.day < there.day) first.set(key, one)
  }
  return [...first.values()]
}

/** The report as of now, of one tenant or of all. @throws AttuneError `ledger-failed` while the database is away */
export const reportServices = async (kit: ServiceWatchKit, tenant: string | null): Promise<ServiceWatchReport> => {
  const { config, store, services, isKnown, limits } = kit
  const { windowDays, baselineDays, leastBaselineDays, silentMinutes } = config.monitoring.services
  const now = kit.clock()
  const today = now.toISOString().slice(0, 10)
  const firsts = earliest((await store.firsts(tenant)).filter(({ mode }) => mode !== 'trial'))
  const span = { from: shiftDay(today, -windowDays - baselineDays), to: today, tenant }
  const states = await store.states()
  return makeServiceReport({
    now,
    tenants: tenant === null ? [...new Set(firsts.map((one) => one.tenant))].sort() : [tenant],
    services,
    isKnown,
    counts: [...(await store.counts({ ...span, mode: 'shown' })), ...(await store.counts({ ...span, mode: 'shadow' }))],
    firsts,
    hours: await store.hours(new Date(now.getTime() - HOURS_BACK_DAYS * 86_400_000), tenant),
    windowDays,
    baselineDays,
    leastBaselineDays,
    silentMinutes,
    sandbox: config.mode === 'sandbox',
    limits,
    held: new Map(
      states.flatMap((one) => (one.release === '' ? [[keyOf(one.tenant, one.model, one.figure, one.subject), one.state] as const] : [])),
    ),
  })
}

/** A figure of a service that is other than before, with the words for who is told. */
export type ServiceAlarm = {
  readonly tenant: string
  readonly service: string
  readonly figure: string
  /** Row of the rules, or drug and gene; empty: the service. */
  readonly subject: string
  readonly state: string
  readonly before: string | null
  readonly value: number | null
  readonly says: string
}

const isAlarm = ({ state, before }: StateChange): boolean => [state, before].some((one) => one === 'watch' || one === 'act')

const sayAlarm = ({ services }: ServiceWatchReport, change: StateChange): ServiceAlarm => {
  const found = services
    .find(({ tenant, service }) => tenant === change.tenant && service === change.model)
    ?.figures.find(({ figure, subject }) => figure === change.figure && subject === change.subject)
  const { tenant, model: service, figure, subject, state, before } = change
  return { tenant, service, figure, subject, state, before, value: found?.value ?? null, says: found?.because ?? '' }
}

const statesOf = (report: ServiceWatchReport) =>
  report.services.flatMap(({ tenant, service, figures }) =>
    figures.map(({ figure, subject, state }: ServiceFigure) => ({ tenant, model: service, release: '', figure, subject, state })),
  )

export type ServiceRound = { readonly report: ServiceWatchReport; readonly alarms: readonly ServiceAlarm[] }

/** One look: the report, what changed since the last look of any process, and old counts let go. */
export const lookAtServices = async (kit: ServiceWatchKit): Promise<ServiceRound> => {
  const { store, config } = kit
  await store.forget(shiftDay(kit.clock().toISOString().slice(0, 10), -config.retention.monitoringDays))
  const report = await reportServices(kit, null)
  const changes = await store.noteStates(statesOf(report))
  return { report, alarms: changes.filter(isAlarm).map((change) => sayAlarm(report, change)) }
}
