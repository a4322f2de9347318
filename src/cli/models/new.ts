import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { AttuneError } from '../../errors.ts'
import { adaptGraph, irVersionOf, widthOf } from '../../risk/external/adapt-graph.ts'
import { inlineData } from '../../risk/external/inline-data.ts'
import { readMlflow } from '../../risk/external/mlflow.ts'
import { scaffold, takenFor } from '../../risk/external/scaffold.ts'
import { NUMBER_TYPES, readSiteGraph, type SiteGraph, type SitePort } from '../../risk/external/site-graph.ts'
import { sha256 } from '../../risk/load-model.ts'
import { printJson, progress, say, UsageError, type VerbInput } from '../verb.ts'
import type { Action } from './action.ts'
import { refuseOtherName, scoreFiles } from './score-folder.ts'

type Source = { readonly path: string; readonly columns: readonly string[] | null }

const read = (path: string): Buffer => {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new AttuneError('input-unreadable', `${path} is missing or cannot be read`, { cause })
  }
}

const fromMlflow = (folder: string): Source => {
  let raw: unknown
  try {
    raw = parseYaml(read(join(folder, 'MLmodel')).toString('utf8'))
  } catch (cause) {
    if (cause instanceof AttuneError) throw cause
    throw new AttuneError('input-unreadable', 'MLmodel is not YAML', { cause })
  }
  const { data, columns } = readMlflow(raw)
  return { path: join(folder, data), columns }
}

const sourceOf = ({ onnx, mlflow }: VerbInput['values']): Source => {
  if (typeof onnx === 'string' && mlflow === undefined) return { path: onnx, columns: null }
  if (typeof mlflow === 'string' && onnx === undefined) return fromMlflow(mlflow)
  throw new UsageError('Say where the model is: --onnx FILE, --mlflow FOLDER or --pgs SCORING_FILE.')
}

/** Names of the columns: those of the signature when their number is right, else those of the inputs, numbered. */
const columnsOf = ({ inputs }: SiteGraph, signed: readonly string[] | null): readonly string[] => {
  const own = inputs.flatMap((port) => {
    const width = widthOf(port) ?? 0
    return width === 1 ? [port.name] : Array.from({ length: width }, (_, n) => `${port.name}_${n + 1}`)
  })
  if (signed === null) return own
  if (signed.length === own.length) return signed
  throw new AttuneError('input-unreadable', `the signature names ${signed.length} columns, the graph takes ${own.length}`)
}

const isFloat = ({ type }: SitePort): boolean => type !== null && ['float32', 'float64'].includes(NUMBER_TYPES[type] ?? '')

/** `--output NAME[:COLUMN]`; else the first output of floats, and of two classes the second. */
const chooseOutput = (
  { outputs }: SiteGraph,
  asked: unknown,
): { readonly name: string; readonly column: number; readonly percent: boolean } => {
  const [name, column] = typeof asked === 'string' ? asked.split(':') : []
  const port = name === undefined ? outputs.find(isFloat) : outputs.find((one) => one.name === name)
  if (!port) {
    const mapped = outputs.some(({ type }) => type === null) ? ' One of them is a list of maps: export without ZipMap.' : ''
    throw new UsageError(`Choose with --output NAME[:COLUMN]; the graph has ${outputs.map((one) => one.name).join(', ')}.${mapped}`)
  }
  const classes = widthOf(port) === 2
  return { name: port.name, column: column === undefined ? (classes ? 1 : 0) : Number(column), percent: classes }
}

const writeFolder = (folder: string, files: Readonly<Record<string, object>>, graph: Buffer): void => {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), `${JSON.stringify(content, null, 2)}\n`)
  writeFileSync(join(folder, 'model.onnx'), graph)
}

const openTodos = (files: Readonly<Record<string, object>>): number => JSON.stringify(files).split('"TODO: ').length - 1

const createScore = (folder: string, file: string, json: boolean): number => {
  const { id, variants, license, files, graph } = scoreFiles(read(file), new Date().toISOString().slice(0, 10))
  const otherName = refuseOtherName(folder, id)
  if (otherName !== null) throw new UsageError(otherName)
  writeFolder(folder, files, graph)
  if (json) printJson({ folder, id, variants, license })
  else {
    say(`${folder}: ${variants} variants. Then: attune models add ${folder} --dry-run`)
    if (license !== null) say(`The scoring file says of its use: ${license}`)
  }
  return 0
}

export const create: Action = {
  summary: "Make the folder of a site's own model from its graph, with every place that a person has to fill",
  usage:
    'attune models new FOLDER --onnx FILE | --mlflow FOLDER | --pgs SCORING_FILE [--output NAME[:COLUMN]] [--percent | --plain] [--json]\n' +
    '           --pgs: a score of the PGS Catalog, format 2.0 with harmonised positions; its folder needs no filling\n' +
    '           --output: which number, as output of the graph and column from 0; --percent: it is a probability; --plain: it is not',
  options: {
    onnx: { type: 'string' },
    mlflow: { type: 'string' },
    pgs: { type: 'string' },
    output: { type: 'string' },
    percent: { type: 'boolean' },
    plain: { type: 'boolean' },
  },
  run: async ({ values, positionals: [name, ...more] }) => {
    if (name === undefined || more.length > 0) throw new UsageError('Name one new folder.')
    const folder = resolve(name)
    const id = basename(folder)
    if (!/^[a-z][a-z0-9-]*$/.test(id))
      throw new UsageError(`"${id}" is no id of a model: small letters, digits and hyphens, a letter first.`)
    if (existsSync(folder) && readdirSync(folder).length > 0) throw new UsageError(`${name} already holds something.`)
    if (typeof values.pgs === 'string') return createScore(folder, values.pgs, values.json === true)
    const source = sourceOf(values)
    const bytes = read(source.path)
    const file = basename(source.path)
    const site = readSiteGraph(
      inlineData(bytes, (beside) => read(join(dirname(source.path), beside)), file),
      file,
    )
    const columns = columnsOf(site, source.columns)
    const output = chooseOutput(site, values.output)
    const percent = values.percent === true || (output.percent && values.plain !== true)
    const graph = adaptGraph(site, columns.length, takenFor(output.name, output.column, percent), file)
    const files = scaffold({
      id,
      columns,
      percent,
      madeFrom: { file, sha256: sha256(bytes) },
      graph: { sha256: sha256(graph), irVersion: irVersionOf(site), opset: site.opset ?? 13 },
    })
    writeFolder(folder, files, graph)
    progress(
      `The number is column ${output.column} of ${output.name}${percent ? ', shown per cent' : ''}; --output, --percent and --plain change that.`,
    )
    const open = openTodos(files)
    if (values.json === true) printJson({ folder, id, columns, output: output.name, column: output.column, percent, open })
    else
      say(
        `${name}: ${Object.keys(files).length + 1} files, ${open} places to fill (they begin with TODO). Then: attune models add ${name} --dry-run`,
      )
    return 0
  },
}
