import type { Config } from './config.ts'
import type { Service, Thinking } from './engine.ts'
import type { FhirClient } from './fhir/fhir-client.ts'
import type { TerminologyServer } from './fhir/terminology-server.ts'
import type { ClockWatch } from './http/clock-watch.ts'
import type { Hits } from './http/hits.ts'
import type { KeyWatch } from './http/key-watch.ts'
import type { Kit, PartHealth } from './http/kit.ts'
import type { Ledger } from './ledger/ledger.ts'
import type { Switches } from './monitoring/switches.ts'
import type { Operating } from './reload/operate.ts'
import type { Supervised } from './reload/worker-talk.ts'
import type { WatchingServices } from './watch-services.ts'

/** Of the processes that one primary keeps running. */
export const processesHealth = ({ state }: Supervised): PartHealth => {
  if (state === null) return { ok: true, detail: 'starting' }
  const { processes, crashes, lastCrash, refused, exchanged } = state
  const detail = [
    `${processes} asked for`,
    ...(crashes > 0 ? [`${crashes} ended unasked and were started again, the last at ${lastCrash}`] : []),
    ...(exchanged === null ? [] : [`exchanged at ${exchanged}`]),
    ...(refused === null ? [] : [refused]),
  ].join('; ')
  return refused === null ? { ok: true, detail } : { ok: true, degraded: true, detail }
}

const ledgerHealth = (ledger: Ledger): PartHealth => {
  const { ok, detail, state } = ledger.health()
  return { ok, detail, ...(state === 'degraded' ? { degraded: true } : {}) }
}

/** One that is not served, by the site's `badModels`, makes answers poorer; one that does not run where it was asked to, not even that. */
const modelsHealth = ({ kit }: Thinking, switches: Switches): PartHealth => {
  const { models } = kit.models.health()
  const left = models.flatMap((model) => ('because' in model ? [`${model.id} is not served: ${model.because}`] : []))
  const fallbacks = models.flatMap((model) => ('fallback' in model && model.fallback !== null ? [`${model.id}: ${model.fallback}`] : []))
  const detail = [...left, ...fallbacks, ...failing(kit), ...silent(kit, switches)].join('; ')
  return { ok: left.length < models.length, detail: detail || `${models.length} served` }
}

/** Runs that gave no number that may be used: each cost its own estimate. */
const failing = ({ models }: Thinking['kit']): string[] =>
  models.counts().flatMap(({ model, failures }) => (failures > 0 ? [`${model}: ${failures} runs failed`] : []))

/** Models that say nothing by somebody's will; that is no fault. */
const silent = ({ models }: Thinking['kit'], { held, standing }: Switches): string[] => {
  const say = (id: string, tenant: string | null): string[] => {
    const now = standing(id, tenant)
    const where = tenant === null ? id : `${id} (tenant ${tenant})`
    if (now.use === 'off') return [`${where}: ${now.because}`]
    return now.use === 'shadow' ? [`${where}: runs in the shadow only`] : []
  }
  return [
    ...models.all.flatMap(({ ref: { id } }) => say(id, null)),
    ...held.flatMap(({ model, tenant }) => (tenant === null ? [] : say(model, tenant))),
  ]
}

/** /readyz fails only for what makes answers impossible; what makes them poorer is said in the details. */
const terminologyHealth = (terminology: TerminologyServer | null): Record<string, PartHealth> =>
  terminology === null
    ? {}
    : { terminology: { ok: true, detail: terminology.resting() ? 'it does not answer and is left alone for a moment' : 'ok' } }

const WITHOUT_REDIS = {
  'each-process': { ok: true, detail: 'Redis is away: this process only' },
  refuse: { ok: false, detail: 'Redis is away: calls are refused' },
} as const

const replayHealth = ({ redisUrl, replayWithoutRedis, auth }: Config, isShared: boolean): PartHealth => {
  if (redisUrl === null) return { ok: true, detail: 'this process only' }
  if (isShared) return { ok: true, detail: 'shared' }
  return auth === 'open' ? WITHOUT_REDIS['each-process'] : WITHOUT_REDIS[replayWithoutRedis]
}

const limitsHealth = ({ redisUrl }: Config, isShared: boolean): PartHealth => {
  if (redisUrl === null) return { ok: true, detail: 'this process only' }
  return isShared ? { ok: true, detail: 'shared' } : { ok: true, degraded: true, detail: 'Redis is away: each process counts for itself' }
}

/** Known keys work for a day: somebody should look before it is over. */
const keysHealth = (keys: KeyWatch): PartHealth => {
  const said = keys.said()
  return said === null ? { ok: true, detail: 'ok' } : { ok: true, degraded: true, detail: said }
}

const fhirHealth = (fhir: FhirClient): PartHealth => {
  const [resting, unknowing] = [fhir.resting(), fhir.unknowing()]
  const said = [
    ...(resting > 0 ? [`${resting} FHIR servers do not answer and are left alone for a moment`] : []),
    ...(unknowing > 0 ? [`${unknowing} FHIR servers answered all that a call asked for with 404: look at clients[].fhirServers`] : []),
  ]
  return { ok: true, ...(unknowing > 0 ? { degraded: true } : {}), detail: said.join('; ') || 'ok' }
}

/** Every part, for /readyz. */
export const healthOf = async (
  config: Config,
  thinking: Thinking,
  ledger: Ledger,
  {
    fhir,
    terminology,
    operating,
    switches,
  }: {
    readonly fhir: FhirClient
    readonly terminology: TerminologyServer | null
    readonly operating: Operating
    readonly switches: Switches
  },
  {
    replay,
    hits,
    clocks,
    keys,
    services,
  }: {
    readonly replay: Kit<Service>['replay']
    readonly hits: Hits
    readonly clocks: ClockWatch
    readonly keys: KeyWatch
    readonly services: WatchingServices
  },
) => ({
  ...operating.health(),
  models: modelsHealth(thinking, switches),
  ledger: ledgerHealth(ledger),
  fhir: fhirHealth(fhir),
  ...terminologyHealth(terminology),
  replay: replayHealth(config, replay.isShared()),
  limits: limitsHealth(config, hits.isShared()),
  keys: keysHealth(keys),
  clock: { ok: true, detail: clocks.said() ?? 'ok' },
  services: services.health(),
})
