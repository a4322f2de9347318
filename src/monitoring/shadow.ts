import type { AnsweredCall, ModelTally } from '../contract/monitoring.ts'
import type { RiskEstimate } from '../contract/risk.ts'
import type { ModelStore } from '../ledger/model-store.ts'
import { estimateInShadow } from '../risk/estimate.ts'
import type { Model } from '../risk/load-model.ts'
import type { Models } from '../risk/registry.ts'
import { compareAnswers } from './comparison.ts'
import { tally } from './tally.ts'

export type Shadow = {
  /** Returns at once; the work is done later, one call after the other. */
  after(call: AnsweredCall): void
  /** Calls that were left out because too many waited, or that failed. */
  readonly lost: number
  /** Resolves when nothing is waiting. */
  idle(): Promise<void>
}

export type ShadowKit = {
  /** With their standing at a tenant. */
  readonly modelsAt: (tenant: string) => Models
  readonly store: Pick<ModelStore, 'shadow'>
  readonly onTrouble: (fault: unknown) => void
}

/** Calls that may wait; each holds a patient's facts in memory. */
const LONGEST = 256
const MOST_WRITING = 64

const isAsked = (model: Model, champion: string | null, { drugs, person, shown }: AnsweredCall, models: Models): boolean => {
  if (champion !== null) return shown.some((estimate) => estimate.model.id === champion)
  if (model.manifest.drugs.length === 0) return person
  return drugs.some((drug) => models.forDrug(drug).includes(model))
}

type Computed = { readonly estimates: readonly RiskEstimate[]; readonly tallies: readonly ModelTally[] }

const compute = async (call: AnsweredCall, models: Models): Promise<Computed> => {
  const estimates: RiskEstimate[] = []
  const tallies: ModelTally[] = []
  for (const model of models.all) {
    const standing = models.standing(model.ref.id)
    if (standing.use !== 'shadow' || !isAsked(model, standing.challengerOf, call, models)) continue
    const own = await estimateInShadow(models, model, call.facts, call.calls)
    const champion = call.shown.filter((estimate) => estimate.model.id === standing.challengerOf)
    const [counted] = tally(call.decision, own, models, 'shadow')
    if (!counted) continue
    estimates.push(...own)
    tallies.push({ ...counted, cells: [...counted.cells, ...compareAnswers(champion, own)] })
  }
  return { estimates, tallies }
}

/** Runs the models that nobody is shown, after the answer has left. What goes wrong here costs nobody anything but the count of it. */
export const makeShadow = (kit: ShadowKit): Shadow => {
  const waiting: AnsweredCall[] = []
  const writing = new Set<Promise<void>>()
  let lost = 0
  let working: Promise<void> | null = null

  const lose = (fault: unknown): void => {
    lost += 1
    kit.onTrouble(fault)
  }

  /** Several at a time: the ledger writes what comes together in one go. */
  const record = async ({ decision: { id, at, tenant, service } }: AnsweredCall, { estimates, tallies }: Computed): Promise<void> => {
    if (tallies.length === 0) return
    const one: Promise<void> = kit.store
      .shadow({ id, at, tenant, service }, estimates, tallies)
      .catch(lose)
      .finally(() => writing.delete(one))
    writing.add(one)
    if (writing.size >= MOST_WRITING) await Promise.race(writing)
  }

  const work = async (): Promise<void> => {
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve)) // the answer, and other calls, go first
      const call = waiting.shift()
      if (!call) break
      await compute(call, kit.modelsAt(call.decision.tenant)).then((computed) => record(call, computed), lose)
    }
    working = null
  }

  return {
    after: (call) => {
      const models = kit.modelsAt(call.decision.tenant)
      if (!models.all.some(({ ref }) => models.standing(ref.id).use === 'shadow')) return
      if (waiting.length >= LONGEST) return lose(new Error('too many calls wait for the shadow models'))
      waiting.push(call)
      working ??= work()
    },
    get lost() {
      return lost
    },
    idle: async () => {
      while (working) await working
      await Promise.all(writing)
    },
  }
}
