import type { ModelSettings } from '../config.ts'
import type { Standing } from '../contract/monitoring.ts'

/** Whether a model speaks, asked at every call. */
export type StandingOf = (model: string) => Standing

/** The same models, of which some are silent for this call. */
export const withStanding = <Some extends { readonly standing: StandingOf }>(models: Some, standing: StandingOf): Some => ({
  ...models,
  standing,
})

/** By configuration alone. */
export const configuredStanding =
  (models: Readonly<Record<string, ModelSettings>>): StandingOf =>
  (model) => {
    const settings = Object.hasOwn(models, model) ? models[model] : undefined
    if (settings?.use === 'off') return { use: 'off', because: 'Switched off in the configuration.' }
    if (settings?.use === 'shadow') return { use: 'shadow', challengerOf: settings.challengerOf ?? null }
    return { use: 'on' }
  }
