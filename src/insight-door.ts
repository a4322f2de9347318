import type { ServiceKit } from '../cds-services/pgx/kit.ts'
import { SERVICES } from '../cds-services/registry.ts'
import type { Config } from './config.ts'
import type { InsightDoor } from './http/kit.ts'
import type { ServiceStore } from './ledger/service-store.ts'
import { overridesCsv, shadowCsv } from './monitoring/insight/as-csv.ts'
import { makeOverridesReport } from './monitoring/insight/overrides.ts'
import { makeShadowReport } from './monitoring/insight/shadow-report.ts'

type InsightKit = {
  readonly config: Pick<Config, 'mode' | 'monitoring'>
  readonly store: ServiceStore
  readonly thinking: () => Pick<ServiceKit, 'knowledge' | 'wording'>
}

const ORDER_SERVICES = SERVICES.flatMap(({ id, hook }) => (hook.startsWith('order-') ? [id] : []))

const dayOf = (instant: Date): string => instant.toISOString().slice(0, 10)

/** The reports on overrides and on the shadow, for the wire and for the command line. */
export const makeInsight = ({ config, store, thinking }: InsightKit): Omit<InsightDoor, 'services'> => ({
  overrides: async ({ since, until, tenant, by }) => {
    const period = { since, until, tenant }
    return makeOverridesReport({
      now: new Date(),
      since,
      until,
      by,
      sandbox: config.mode === 'sandbox',
      comments: config.monitoring.overrideComments,
      known: new Set(thinking().wording.overrideReasons.map(({ code }) => code)),
      cards: await store.cards(period, ORDER_SERVICES),
      words: await store.words(period),
    })
  },
  shadow: async ({ since, until, tenant }) => {
    const last = new Date(until.getTime() - 1)
    const span = { from: dayOf(since), to: dayOf(last), tenant }
    return makeShadowReport({
      now: new Date(),
      since,
      until,
      sandbox: config.mode === 'sandbox',
      counts: [...(await store.counts({ ...span, mode: 'shadow' })), ...(await store.counts({ ...span, mode: 'trial' }))],
      samples: await store.samples({ since, until, tenant }),
      rules: [...thinking().knowledge.guidance].flatMap(([drug, rows]) => rows.map(({ id }) => ({ id, drug }))),
    })
  },
  csv: { overrides: overridesCsv, shadow: shadowCsv },
})
