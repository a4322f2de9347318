import type { Logger } from 'pino'
import type { PracticeSwitch } from '../contract/switches.ts'
import type { PartHealth } from '../http/kit.ts'
import { describeError } from '../http/log.ts'
import type { Metrics } from '../http/metrics.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { type Following, followPractice } from './follow.ts'
import { makePractice, type Practice, type PracticeKit } from './practice.ts'
import { makeReloading, type Reloading, type ReloadState } from './reload-rules.ts'

export type OperatingKit = PracticeKit & {
  readonly ledger: Pick<Ledger, 'practice'>
  readonly log: Logger
  readonly metrics: Pick<Metrics, 'observeReload' | 'observeRules'>
}

/** What runs, and how it is changed while it runs. */
export type Operating = {
  readonly practice: Practice
  /** The same folder once more, as SIGHUP asks. */
  reload(): Promise<ReloadState>
  /** For /readyz: which rules answer, why others that were asked for do not, and what is switched. */
  health(): { readonly rules: PartHealth; readonly switches: PartHealth }
  close(): Promise<void>
}

const rulesHealth = ({ thinking }: Practice, { last }: Reloading): PartHealth => {
  const { rules } = thinking.versions
  if (last === null || last.problems === null) return { ok: true, detail: rules }
  return { ok: true, degraded: true, detail: `${rules}; the rules of ${last.folder} were refused at ${last.at}: ${last.problems}` }
}

const switchesHealth = (practice: Practice, { blindSince }: Following): PartHealth => {
  const said = practice.says()
  const blind = blindSince === null ? [] : [`the ledger has not told since ${blindSince}; what was known last holds`]
  const detail = [...said, ...blind].join('; ') || 'nothing is switched'
  return blindSince === null ? { ok: true, detail } : { ok: true, degraded: true, detail }
}

/** @throws nothing: what cannot be read is told, and what was known last holds */
export const operate = async ({ ledger, log, metrics, ...kit }: OperatingKit): Promise<Operating> => {
  const practice = makePractice(kit)
  const { config } = kit
  const onEnd = ({ folder, problems }: ReloadState, before: string, after: string): void => {
    metrics.observeReload(problems === null)
    metrics.observeRules(after)
    if (problems === null) log.warn({ folder, before, after }, 'rules were loaded again')
    else log.error({ folder, stays: after, problems }, 'rules were refused; the old ones stay')
  }
  const onTrouble = (what: string, error: unknown): void => log.error(error === null ? {} : describeError(error), what)
  const reloading = makeReloading({ config, practice, onEnd, onTrouble })
  metrics.observeRules(practice.thinking.versions.rules)
  const following = await followPractice({
    config,
    store: ledger.practice,
    practice,
    reloading,
    onSwitch: ({ because: _because, ...one }: PracticeSwitch) => log.warn(one, 'something was switched'),
    onTrouble,
  })
  const keeping = reloading.keep()
  return {
    practice,
    reload: () => reloading.reload(reloading.folder),
    health: () => ({ rules: rulesHealth(practice, reloading), switches: switchesHealth(practice, following) }),
    close: async () => {
      await following.close()
      await keeping
    },
  }
}
