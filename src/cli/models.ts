import { readConfig } from '../config.ts'
import { projectRoot } from '../project-root.ts'
import { loadModels, type ModelHealth, type Models } from '../risk/registry.ts'
import { printJson, say, UsageError, type Verb } from './verb.ts'

/** Models of this installation, also those that do not pass, so that all problems are seen at once. */
export const openModels = (strict: boolean): Promise<Models> => {
  const { modelsDir, execution } = readConfig(process.env, projectRoot)
  return loadModels(modelsDir, { execution, strict })
}

const line = (model: ModelHealth): string =>
  model.state === 'not-served'
    ? `${model.id}: NOT SERVED, because ${model.because}`
    : `${model.id} ${model.version}: hash, shapes and ${model.vectors} vectors right, on ${model.execution}${model.fallback ? ` (${model.fallback})` : ''}`

const verify = async (models: Models, json: boolean): Promise<number> => {
  const health = models.health()
  if (json) printJson(health)
  else for (const model of health.models) say(line(model))
  return health.models.every(({ state }) => state === 'serving') ? 0 : 1
}

const list = async (models: Models, json: boolean): Promise<number> => {
  const rows = models.all.map(({ ref, manifest, variants }) => ({
    ...ref,
    drugs: manifest.drugs.map(({ name }) => name),
    variants: variants.map(({ spec }) => spec.id),
  }))
  if (json) printJson(rows)
  else
    for (const row of rows) say(`${row.id} ${row.version}  ${row.name}  for ${row.drugs.join(', ')}  variants ${row.variants.join(', ')}`)
  return 0
}

const ACTIONS: Readonly<Record<string, (models: Models, json: boolean) => Promise<number>>> = { verify, list }

export const models: Verb = {
  name: 'models',
  summary: 'List the risk models, or verify their files, shapes and test vectors',
  usage: 'attune models verify|list [--json]',
  options: {},
  run: async ({ values, positionals }) => {
    const action = ACTIONS[positionals[0] ?? '']
    if (!action) throw new UsageError('Say what to do: verify or list.')
    const opened = await openModels(false)
    try {
      return await action(opened, values.json === true)
    } finally {
      await opened.close()
    }
  },
}
