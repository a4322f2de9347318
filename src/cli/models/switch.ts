import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { Config } from '../../config.ts'
import type { ModelSwitch } from '../../contract/monitoring.ts'
import { AttuneError } from '../../errors.ts'
import { leaveSwitch } from '../../monitoring/switch-inbox.ts'
import { tenantOf } from '../rules-operations.ts'
import { printJson, progress, say, UsageError, type VerbInput } from '../verb.ts'
import type { Action } from './action.ts'
import { siteConfig, withLedger } from './open-store.ts'

const OPTIONS = { because: { type: 'string' }, by: { type: 'string' }, tenant: { type: 'string' } } as const

const LONGEST = 300

const oneLine = (text: unknown): string => (typeof text === 'string' ? text.replace(/\s+/g, ' ').trim() : '')

const switchOf = (use: ModelSwitch['use'], input: VerbInput, config: Config): ModelSwitch => {
  const { values, positionals } = input
  const [model, ...more] = positionals
  if (!model || more.length > 0) throw new UsageError('Name one model.')
  const because = oneLine(values.because)
  if (because === '') throw new UsageError(`Say why with --because: it is kept, and shown in place of the number.`)
  if (because.length > LONGEST) throw new UsageError(`--because is longer than ${LONGEST} characters.`)
  const tenant = tenantOf(input, config)
  return { model, tenant, use, at: new Date().toISOString(), by: oneLine(values.by).slice(0, 100) || userInfo().username, because }
}

const USES: Readonly<Record<ModelSwitch['use'], string>> = { on: 'is switched on', off: 'is switched off', shadow: 'runs in the shadow' }

const told = (one: ModelSwitch, where: string, json: boolean): number => {
  if (json) printJson({ ...one, where })
  else
    say(
      `${one.model} ${USES[one.use]} for ${one.tenant === null ? 'every tenant' : `tenant ${one.tenant}`} (${where}). By ${one.by}: ${one.because}`,
    )
  return 0
}

const PATIENCE_MS = 15_000

const HELD = 'A running server holds the embedded ledger; waiting until it takes the switch.'
const AWAY =
  "The ledger's database is away. Left in the data folder: servers that run on it obey an off within seconds, and write it down when the database is back."

/** Left in the data folder for the running servers, and waited until one has taken it. */
const leave = async (one: ModelSwitch, dataDir: string, json: boolean, why: string): Promise<number> => {
  const isTaken = leaveSwitch(dataDir, one)
  progress(why)
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await wait(200))
    if (isTaken()) return told(one, 'taken by the running server', json)
  progress('It is not written down yet. That happens when a server next looks and can; see /readyz.')
  return 1
}

const action = (use: ModelSwitch['use'], summary: string): Action => ({
  summary,
  usage: `attune models ${use} MODEL --because TEXT [--tenant NAME] [--by NAME] [--json]`,
  options: OPTIONS,
  run: async (input) => {
    const config = siteConfig()
    const one = switchOf(use, input, config)
    const json = input.values.json === true
    if (!existsSync(`${config.modelsDir}/${one.model}/manifest.json`)) throw new UsageError(`There is no model "${one.model}".`)
    if (use === 'on' && config.models[one.model]?.use === 'off') progress('The configuration has it switched off too; that stays.')
    const write = async (store: { turn: (one: ModelSwitch) => Promise<void> }) => {
      try {
        await store.turn(one)
      } catch (error) {
        if (!(error instanceof AttuneError) || error.code !== 'ledger-failed') throw error
        return leave(one, config.dataDir, json, AWAY)
      }
      return told(one, config.databaseUrl === null ? 'no server is running' : 'running servers follow within seconds', json)
    }
    return withLedger(
      config,
      ({ models }) => write(models),
      () => leave(one, config.dataDir, json, HELD),
    )
  },
})

export const off = action('off', 'Switch a model off in all running servers: its number is refused, and it is said why')
export const shadow = action('shadow', 'Let a model compute and be watched while nobody is shown what it says')
export const on = action('on', 'Switch a model on again')
