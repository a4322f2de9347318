import type { Config, Execution } from '../../config.ts'
import { type Address, type InferenceServer, makeInferenceServer } from '../remote/inference-server.ts'
import type { Where } from './open-session.ts'

/** What a site says of where its models run. */
export type Inference = {
  /** For models without a setting of their own. */
  readonly execution: Execution
  readonly models?: Config['models']
  readonly inference?: Config['inference']
}

/** Name of a graph on the server, by the site's pattern. */
const nameOf = (pattern: string, model: string, file: string): string =>
  pattern.replaceAll('{model}', model).replaceAll('{graph}', file.replace(/\.onnx$/, ''))

type GraphId = { readonly model: string; readonly file: string }

/** Where the site says that a graph is on the server. */
export const addressOf = ({ models = {}, inference }: Omit<Inference, 'execution'>, { model, file }: GraphId): Address => {
  const remote = models[model]?.remote
  return { name: nameOf(remote?.name ?? inference?.modelName ?? '', model, file), version: remote?.version }
}

/**
 * Where each graph runs; the one server that all of them share is reached as soon as one needs it.
 * @throws AttuneError `config-invalid` when a certificate or a token cannot be read
 */
export const makeWhere = ({ execution, models = {}, inference }: Inference) => {
  const asked = [execution, ...Object.values(models).map((model) => model.execution)]
  const server: InferenceServer | null =
    inference?.url && asked.includes('remote') ? makeInferenceServer({ ...inference, url: inference.url }) : null
  return {
    where: (graph: GraphId): Where => ({
      execution: models[graph.model]?.execution ?? execution,
      ...(server === null ? {} : { remote: { server, address: addressOf({ models, ...(inference ? { inference } : {}) }, graph) } }),
    }),
    end: () => server?.close(),
  }
}
