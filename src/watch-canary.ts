import type { RequestListener } from 'node:http'
import { join, resolve } from 'node:path'
import type { Logger } from 'pino'
import { type Canary, startCanary } from './canary/canary.ts'
import { readCanaryCases } from './canary/cases.ts'
import { type CanaryIdentity, makeCanaryIdentity } from './canary/identity.ts'
import type { Config } from './config.ts'
import type { CanaryResult, CanaryState } from './contract/canary.ts'
import type { PartHealth } from './http/kit.ts'
import type { Metrics } from './http/metrics.ts'
import { type PostWith, sendAlarms } from './monitoring/webhook.ts'
import { projectRoot } from './project-root.ts'

export type CanaryWatch = {
  /** The configuration with the service's own client. */
  readonly config: Config
  /** Once the app is made. */
  start(app: RequestListener): Promise<void>
  health(): PartHealth
  /** One round now; null where there is no canary. */
  round(): Promise<readonly CanaryResult[]> | null
  close(): Promise<void>
}

type WatchKit = { readonly config: Config; readonly log: Logger; readonly metrics: Metrics; readonly post: PostWith }

const none = (config: Config): CanaryWatch => ({
  config,
  start: async () => {},
  health: () => ({ ok: true, detail: 'off' }),
  round: () => null,
  close: async () => {},
})

/**
 * Canary patients, with alarms to log, metrics, health and webhook; none in the sandbox, or where the configuration wants none.
 * @throws AttuneError `config-invalid` for cases that cannot be read
 */
export const watchCanary = ({ config, log, metrics, post }: WatchKit): CanaryWatch => {
  if (config.mode === 'sandbox' || config.canary.everySeconds === 0) return none(config)
  const identity: CanaryIdentity = makeCanaryIdentity()
  const cases = readCanaryCases(config.canary.file === undefined ? join(projectRoot, 'models/canary.json') : resolve(config.canary.file))
  const ending = new AbortController()
  let canary: Canary | null = null

  const onChange = ({ name, state, because }: CanaryResult, before: CanaryState): void => {
    const said = { case: name, state, before, because }
    if (state === 'as-expected') log.warn(said, 'a canary patient is answered as expected again')
    else log.error(said, 'a canary patient was not answered as expected')
    const alarm = { kind: 'canary', ...said }
    sendAlarms([alarm], { config, post }, ending.signal).then(
      (taken) => taken || log.error('an alarm of the canary patients was not taken by the webhook'),
      () => log.error('an alarm of the canary patients was not taken by the webhook'),
    )
  }

  return {
    config: { ...config, clients: [...config.clients, identity.client] },
    start: async (app) => {
      canary = await startCanary({ config, cases, identity, app, onRound: metrics.observeCanary, onChange })
    },
    health: () => canary?.health() ?? { ok: true, detail: 'starting' },
    round: () => canary?.round() ?? null,
    close: async () => {
      ending.abort()
      await canary?.close()
    },
  }
}
