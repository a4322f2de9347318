import type { ModelHealth } from '../../risk/registry.ts'
import { printJson, say } from '../verb.ts'
import type { Action } from './action.ts'
import { withModels } from './open-models.ts'

const line = (model: ModelHealth): string =>
  model.state === 'not-served'
    ? `${model.id}: NOT SERVED, because ${model.because}`
    : `${model.id} ${model.version}: hash, shapes and ${model.vectors} vectors right, on ${model.execution}${model.fallback ? ` (${model.fallback})` : ''}`

export const verify: Action = {
  summary: 'Check the files, shapes and test vectors of every model',
  usage: 'attune models verify [--json]',
  options: {},
  run: ({ values }) =>
    withModels(false, (models) => {
      const health = models.health()
      if (values.json === true) printJson(health)
      else for (const model of health.models) say(line(model))
      return health.models.every(({ state }) => state === 'serving') ? 0 : 1
    }),
}
