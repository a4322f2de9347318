import type { Config, Execution } from '../../config.ts'
import { type InferenceServer, makeInferenceServer } from '../remote/inference-server.ts'
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

/**
 * Where each graph runs; the one server that all of them share is reached as soon as one needs it.
 * @throws AttuneError `config-invalid` when a certificate or a token cannot be read
 */
export const makeWhere = ({ execution, models = {}, inference }: Inference) => {
  const asked = [execution, ...Object.values(models).map((model) => model.execution)]
  const server: InferenceServer | null =
    inference?.url && asked.includes('remote') ? makeInferenceServer({ ...inference, url: inference.url }) : null
  return {
    where: ({ model, file }: { readonly model: string; readonly file: string }): Where => {
      const settings = models[model]
      const pattern = settings?.remote?.name ?? inference?.modelName ?? ''
      const address = { name: nameOf(pattern, model, file), version: settings?.remote?.version }
      return { execution: settings?.execution ?? execution, ...(server === null ? {} : { remote: { server, address } }) }
    },
    end: () => server?.close(),
  }
}
