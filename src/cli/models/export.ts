import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../config.ts'
import { AttuneError } from '../../errors.ts'
import { projectRoot } from '../../project-root.ts'
import { addressOf } from '../../risk/inference/where.ts'
import type { LoadedVariant, Model } from '../../risk/load-model.ts'
import { tritonConfig } from '../../risk/remote/triton-config.ts'
import { printJson, say, UsageError } from '../verb.ts'
import type { Action } from './action.ts'
import { withModels } from './open-models.ts'

type Kind = 'cpu' | 'gpu'
type Written = { readonly name: string; readonly model: string; readonly sha256: string }

/** One variant for each graph: they share its session. */
const graphsOf = ({ variants }: Model): LoadedVariant[] => [...new Map(variants.map((variant) => [variant.graph.file, variant])).values()]

const writeGraph = (folder: string, model: Model, { graph, session }: LoadedVariant, kind: Kind): Written => {
  const config = readConfig(process.env, projectRoot)
  const { name, version = '1' } = addressOf(config, { model: model.ref.id, file: graph.file })
  if (!/^[\w.-]+$/.test(name)) throw new AttuneError('config-invalid', `${name} is no name of a folder`)
  mkdirSync(join(folder, name, version), { recursive: true })
  copyFileSync(join(config.modelsDir, model.ref.id, graph.file), join(folder, name, version, 'model.onnx'))
  writeFileSync(join(folder, name, 'config.pbtxt'), tritonConfig(name, session.spec, kind))
  return { name, model: model.ref.id, sha256: graph.sha256 }
}

export const exportModels: Action = {
  summary:
    'Write a model repository for Triton: each graph with its config.pbtxt, under the names that Attune asks for (docs/inference.md)',
  usage: 'attune models export FOLDER [--gpu] [--json]\n  --gpu  run on the GPU of the inference server',
  options: { gpu: { type: 'boolean' } },
  run: ({ values, positionals: [folder, ...rest] }) => {
    if (folder === undefined || rest.length > 0) throw new UsageError('Name one folder to write to.')
    if (existsSync(folder) && readdirSync(folder).length > 0) throw new AttuneError('input-unreadable', `${folder} is not empty`)
    return withModels(true, (models) => {
      const written = models.all.flatMap((model) =>
        graphsOf(model).map((variant) => writeGraph(folder, model, variant, values.gpu === true ? 'gpu' : 'cpu')),
      )
      if (values.json === true) printJson(written)
      else for (const { name, model } of written) say(`${name}: ${model}`)
      return 0
    })
  },
}
