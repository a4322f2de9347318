import { readdir } from 'node:fs/promises'
import type { Ingredient } from '../contract/facts.ts'
import { AttuneError } from '../errors.ts'
import type { Counts } from './inference/session.ts'
import { type Inference, makeWhere } from './inference/where.ts'
import { loadModel, type Model, type WhereOf } from './load-model.ts'
import { readSharedFiles, type Shared } from './share.ts'
import { configuredStanding, type StandingOf } from './standing.ts'
import { runVectors, type VectorResult, variantFor } from './vectors.ts'

export type ModelHealth =
  | {
      readonly id: string
      readonly state: 'serving'
      readonly version: string
      readonly sha256: string
      readonly execution: string
      /** Why it does not run where it was asked to. */
      readonly fallback: string | null
      readonly vectors: number
    }
  | { readonly id: string; readonly state: 'not-served'; readonly because: string }

export type ModelsHealth = { readonly state: 'ok' | 'degraded'; readonly models: readonly ModelHealth[] }

/** The models being served. Made once at start; sessions live as long as the process. */
export type Models = {
  readonly all: readonly Model[]
  /** Classes of medicines that models and services count. */
  readonly medicineClasses: Shared['medicines']
  /** Sets of condition codes that models and services know a condition by. */
  readonly conditionSets: Shared['conditions']
  get(id: string): Model | null
  /** Models that speak when this drug is ordered. */
  forDrug(about: Ingredient): readonly Model[]
  /** Whether a model speaks, is switched off, or only runs in the shadow. */
  readonly standing: StandingOf
  /** Model id -> `version+sha256:…`, for decision records. */
  readonly versions: Readonly<Record<string, string>>
  health(): ModelsHealth
  /** What each graph did since the start. */
  counts(): readonly GraphCounts[]
  close(): Promise<void>
}

export type GraphCounts = Counts & { readonly model: string }

export type LoadOptions = Inference & {
  /** Of the site, ISO 3166-1: which of a model's regional numbers comes first. */
  readonly country?: string
  /** `true` (default): a model with a problem stops the start. `false`: it is not served, and health says why. */
  readonly strict?: boolean
  /** One folder alone, for work with its inputs by name; numbers that it takes from other models are then not looked for. */
  readonly only?: string
  /** Default: by the settings of the models, and nothing is switched while running. */
  readonly standing?: StandingOf
}

type Loaded = { readonly id: string; readonly model: Model } | { readonly id: string; readonly because: string }

const describe = (result: VectorResult): string =>
  `${result.id} (${result.because ?? (result.state === 'skipped' ? 'skipped' : `off by ${result.difference}`)})`

/** Variants that no vector speaks about. */
const untested = (model: Model): string[] => {
  const named = model.vectors.flatMap((vector) => Object.keys(vector.expected).map((name) => variantFor(model, name, vector)))
  return model.variants.map(({ spec }) => spec.id).filter((id) => !named.includes(id))
}

/** Variants of one graph share its session. */
const sessionsOf = (variants: Model['variants']) => [...new Set(variants.map(({ session }) => session))]

/** Why a graph of the model is run no more; null while all are. */
const stoppedIn = ({ variants }: Model): string | null => {
  const stopped = sessionsOf(variants).flatMap((session) => session.counts().stopped ?? [])
  return stopped[0] ?? null
}

const slowRuns = ({ variants }: Model): number => sessionsOf(variants).reduce((sum, session) => sum + session.counts().slow, 0)

/** The vectors, and once more when a run was slow: that may have been the machine. @throws AttuneError `model-invalid` when it was not */
const runAtPace = async (model: Model): Promise<readonly VectorResult[]> => {
  const before = slowRuns(model)
  const results = await runVectors(model, model.vectors)
  const slow = slowRuns(model)
  if (slow === before) return results
  const again = await runVectors(model, model.vectors)
  if (slowRuns(model) === slow && stoppedIn(model) === null) return again
  const longest = Math.max(...sessionsOf(model.variants).map((session) => session.counts().longestMs))
  throw new AttuneError('model-invalid', `too slow: its test vectors took ${Math.round(longest)} ms in one run`)
}

/** Golden vectors: a model that misses one is not served. */
const checkVectors = async (model: Model): Promise<void> => {
  const without = untested(model)
  if (without.length > 0) throw new AttuneError('model-invalid', `vectors.json has no vector for ${without.join(', ')}`)
  const results = await runAtPace(model)
  const missed = results.filter(({ state }) => state !== 'passed').map(describe)
  if (missed.length > 0) throw new AttuneError('model-invalid', `test vectors missed: ${missed.join(', ')}`)
}

const tryLoad = async (modelsDir: string, id: string, where: WhereOf, shared: Shared): Promise<Loaded> => {
  try {
    const model = await loadModel(`${modelsDir}/${id}`, where, shared)
    if (model.manifest.id !== id) throw new AttuneError('model-invalid', `manifest.json names the model ${model.manifest.id}`)
    await checkVectors(model)
    return { id, model }
  } catch (error) {
    if (error instanceof AttuneError) return { id, because: error.detail }
    throw error
  }
}

const foldersIn = async (modelsDir: string): Promise<string[]> => {
  const entries = await readdir(modelsDir, { withFileTypes: true }).catch((cause: unknown) => {
    throw new AttuneError('model-invalid', 'the folder of the models cannot be read', { cause })
  })
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name)
  if (folders.length === 0) throw new AttuneError('model-invalid', 'the folder of the models holds no model')
  return folders.sort()
}

const healthOf = (loaded: Loaded): ModelHealth => {
  if (!('model' in loaded)) return { id: loaded.id, state: 'not-served', because: loaded.because }
  const { ref, variants, vectors } = loaded.model
  const stopped = stoppedIn(loaded.model)
  if (stopped !== null) return { id: loaded.id, state: 'not-served', because: stopped }
  const sessions = sessionsOf(variants)
  return {
    id: loaded.id,
    state: 'serving',
    version: ref.version,
    sha256: ref.sha256,
    execution: [...new Set(sessions.map(({ provider }) => provider))].join(','),
    fallback: sessions.find(({ fallback }) => fallback !== null)?.fallback ?? null,
    vectors: vectors.length,
  }
}

const makeHealth = (loaded: readonly Loaded[]): ModelsHealth => {
  const models = loaded.map(healthOf)
  const fine = models.every((one) => one.state === 'serving' && one.fallback === null)
  return { state: fine ? 'ok' : 'degraded', models }
}

const makeModels = (loaded: readonly Loaded[], shared: Shared, standing: StandingOf, end: () => void): Models => {
  const all = loaded.flatMap((one) => ('model' in one ? [one.model] : []))
  return Object.freeze({
    all,
    medicineClasses: shared.medicines,
    conditionSets: shared.conditions,
    get: (id: string) => all.find(({ ref }) => ref.id === id) ?? null,
    forDrug: ({ rxcui, name }: Ingredient) =>
      all.filter(({ manifest }) =>
        manifest.drugs.some((drug) => (rxcui === null ? drug.name === name.toLowerCase() : drug.rxcui === rxcui)),
      ),
    standing,
    versions: Object.fromEntries(all.map(({ ref }) => [ref.id, `${ref.version}+sha256:${ref.sha256.slice(0, 12)}`])),
    health: () => makeHealth(loaded),
    counts: () => all.flatMap(({ ref, variants }) => sessionsOf(variants).map((session) => ({ model: ref.id, ...session.counts() }))),
    close: async () => {
      end()
      await Promise.all(all.flatMap(({ variants }) => sessionsOf(variants).map((session) => session.close())))
    },
  })
}

/** Models that take a number from one that is not here. */
const openEnds = (models: readonly Model[]): { id: string; because: string }[] =>
  models.flatMap(({ ref, inputs }) =>
    inputs.flatMap((spec) => {
      if (spec.kind !== 'computed') return []
      const source = models.find((other) => other.ref.id === spec.model)
      return source?.variants.some((variant) => variant.spec.id === spec.variant)
        ? []
        : [{ id: ref.id, because: `${spec.name} comes from ${spec.model}/${spec.variant}, which is not served` }]
    }),
  )

/** A setting for a model that is not there would be a setting that nobody follows. */
const checkSettings = (ids: readonly string[], { models = {} }: Inference): void => {
  const unknown = Object.keys(models).filter((id) => !ids.includes(id))
  if (unknown.length > 0)
    throw new AttuneError('config-invalid', `models: ${unknown.join(', ')}: no such model in the folder of the models (${ids.join(', ')})`)
}

/**
 * Loads, checks and warms every folder under `modelsDir`.
 * @throws AttuneError `model-invalid` naming every folder with a problem (strict), or when there is no model at all; `config-invalid` for
 *   settings of a model that is not there
 */
export const loadModels = async (
  modelsDir: string,
  { strict = true, only, standing, country, ...inference }: LoadOptions,
): Promise<Models> => {
  const folders = await foldersIn(modelsDir)
  checkSettings(folders, inference)
  const ids = only !== undefined && folders.includes(only) ? [only] : folders
  const shared = await readSharedFiles(modelsDir, country ?? null)
  const { where, end } = makeWhere(inference)
  const loaded = await Promise.all(ids.map((id) => tryLoad(modelsDir, id, where, shared)))
  const models = makeModels(loaded, shared, standing ?? configuredStanding(inference.models ?? {}), end)
  const open = ids === folders ? openEnds(models.all) : []
  const problems = [...loaded.filter((one) => 'because' in one), ...open].map(({ id, because }) => `${id}: ${because}`)
  if (!strict || problems.length === 0) return models
  await models.close()
  throw new AttuneError('model-invalid', problems.join('\n'))
}
