import type { ModelSummary } from '../../contract/models.ts'
import { makeCatalogue } from '../../risk/governance/catalogue.ts'
import { printJson, say } from '../verb.ts'
import type { Action } from './action.ts'
import { modelsFolder, withModels } from './open-models.ts'

const served = (model: Extract<ModelSummary, { state: 'serving' }>): string[] => [
  `${model.id} ${model.version}  ${model.name}`,
  `    answers   ${model.questions.join('; ')}${model.drugs.length > 0 ? ` (when ${model.drugs.join(', ')} is ordered)` : ''}`,
  `    standing  ${model.standing}, ${model.kind}; checked: ${model.verified.state}. ${model.verified.says}`,
  `    vectors   ${model.vectors.passed} of ${model.vectors.of}, on ${model.execution}${model.fallback ? ` (${model.fallback})` : ''}`,
  ...(model.use.state === 'on' ? [] : [`    use       ${model.use.state}. ${model.use.because ?? ''}`.trimEnd()]),
  ...model.off.map(({ label, because }) => `    off       ${label}: ${because}`),
]

const lines = (model: ModelSummary): string[] =>
  model.state === 'serving' ? served(model) : [`${model.id}  NOT SERVED`, `    because   ${model.because}`]

export const list: Action = {
  summary: 'List the risk models: what they answer, how they were checked, what of them is off and why',
  usage: 'attune models list [--json]',
  options: {},
  run: ({ values }) =>
    withModels(false, (models) => {
      const rows = makeCatalogue(models, new Date().toISOString(), modelsFolder()).list()
      if (values.json === true) printJson(rows)
      else for (const row of rows) say(lines(row).join('\n'))
      return rows.every(({ state }) => state === 'serving') ? 0 : 1
    }),
}
