import { printJson, say } from '../verb.ts'
import type { Action } from './action.ts'
import { withModels } from './open-models.ts'

export const list: Action = {
  summary: 'List the risk models',
  usage: 'attune models list [--json]',
  options: {},
  run: ({ values }) =>
    withModels(false, (models) => {
      const rows = models.all.map(({ ref, manifest, variants }) => ({
        ...ref,
        drugs: manifest.drugs.map(({ name }) => name),
        variants: variants.map(({ spec }) => spec.id),
      }))
      if (values.json === true) printJson(rows)
      else
        for (const row of rows)
          say(`${row.id} ${row.version}  ${row.name}  for ${row.drugs.join(', ')}  variants ${row.variants.join(', ')}`)
      return 0
    }),
}
