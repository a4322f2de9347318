import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { readConfig } from '../../src/config.ts'
import { projectRoot } from '../../src/project-root.ts'
import { estimateFrom } from '../../src/risk/estimate.ts'
import { encodeBatch } from '../../src/risk/inference/batch-run.ts'
import { type Batches, openBatches } from '../../src/risk/inference/batches.ts'
import type { LoadedVariant, Model } from '../../src/risk/load-model.ts'
import { openNative, type Provider, type Rows } from '../../src/risk/onnx.ts'
import { loadModels } from '../../src/risk/registry.ts'
import { portsOf, runVariant } from '../../src/risk/run-variant.ts'

/**
 * What Attune adds to ONNX Runtime: rows per second of each model through Attune and through a bare `session.run` loop, round by round
 * in the same process. How it can mislead: every row is the reference person, so that branches of the processor are well predicted; and
 * on a machine that does other things only the ratios mean something, which is why the rounds alternate and the medians are compared.
 *
 *   node dist/tools/bench/inference.js [--write] [--gpu]
 */
const SIZES = [1, 256, 8192] as const
const ROUNDS = 5
const ROUND_MS = 120

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

/** Rows per second of one round. */
const timed = async (rowsEach: number, run: () => Promise<unknown>): Promise<number> => {
  const started = performance.now()
  let rows = 0
  do {
    await run()
    rows += rowsEach
  } while (performance.now() - started < ROUND_MS)
  return (rows / (performance.now() - started)) * 1000
}

const rowsOf = (variant: LoadedVariant, count: number): Rows => {
  const { values } = encodeBatch(variant, [variant.graph.reference])
  const all = new Float64Array(count * values.length)
  for (let n = 0; n < count; n += 1) all.set(values, n * values.length)
  return { count, values: all }
}

const bareRun = async (model: Model, variant: LoadedVariant, rows: Rows) => {
  const session = await InferenceSession.create(readFileSync(join(projectRoot, 'models', model.ref.id, variant.graph.file)), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  })
  const outputs = portsOf(variant)
  const shape = [rows.count, variant.graph.input.columns.length]
  const run = () => session.run({ [variant.graph.input.name]: new Tensor('float64', rows.values, shape) }, outputs)
  return { run, end: () => session.release() }
}

/** One row by the way of single calls; more by the way of batches. */
const oursRun = (model: Model, variant: LoadedVariant, rows: Rows, batches: Batches) =>
  rows.count === 1 ? () => runVariant(variant, variant.graph.reference) : () => batches.run(model, variant.spec.id, rows)

type Pair = { readonly bare: number; readonly ours: number }

const measure = async (model: Model, variant: LoadedVariant, count: number, batches: Batches): Promise<Pair> => {
  const rows = rowsOf(variant, count)
  const bare = await bareRun(model, variant, rows)
  const ours = oursRun(model, variant, rows, batches)
  const rounds: Pair[] = []
  await ours()
  await bare.run()
  for (let round = 0; round < ROUNDS; round += 1) rounds.push({ bare: await timed(count, bare.run), ours: await timed(count, ours) })
  await bare.end()
  return { bare: median(rounds.map((one) => one.bare)), ours: median(rounds.map((one) => one.ours)) }
}

const shown = (rate: number): string => Number(rate.toPrecision(2)).toLocaleString('en-US')
const pairShown = ({ bare, ours }: Pair): string => `${shown(ours)} / ${shown(bare)} (${(bare / ours).toFixed(1)})`

const throughput = async (models: readonly Model[], batches: Batches): Promise<string[]> => {
  const lines: string[] = []
  for (const model of models) {
    const [variant] = model.variants
    if (!variant) continue
    const cells: string[] = []
    for (const size of SIZES) cells.push(pairShown(await measure(model, variant, size, batches)))
    lines.push(`| ${model.ref.id} ${variant.spec.id} | ${variant.graph.input.columns.length} | ${cells.join(' | ')} |`)
    process.stderr.write(`${lines.at(-1)}\n`)
  }
  return lines
}

/** Inputs of the model's own vectors that give an estimate. */
const latency = async (models: readonly Model[]): Promise<string[]> => {
  const lines: string[] = []
  for (const model of models) {
    const [vector] = model.vectors
    if (!vector) continue
    const times: number[] = []
    for (let n = 0; n < 300; n += 1) {
      const started = performance.now()
      await estimateFrom(model, vector.inputs)
      times.push(performance.now() - started)
    }
    const sorted = times.slice(100).sort((a, b) => a - b)
    lines.push(`| ${model.ref.id} | ${median(sorted).toFixed(2)} | ${(sorted[Math.floor(sorted.length * 0.99)] ?? 0).toFixed(2)} |`)
  }
  return lines
}

/** How long the main thread was away, in milliseconds: the largest and the 99th of a hundred gaps between its turns. */
const stalls = async (work: () => Promise<unknown>): Promise<string> => {
  const delay = monitorEventLoopDelay({ resolution: 5 })
  delay.enable()
  await work()
  delay.disable()
  return `${(delay.max / 1e6).toFixed(0)} / ${(delay.percentile(99) / 1e6).toFixed(0)}`
}

const stallLines = async (models: readonly Model[], batches: Batches): Promise<string[]> => {
  const model = models.find(({ ref }) => ref.id === 'prevent') ?? models[0]
  const variant = model?.variants[0]
  if (!model || !variant) return []
  const rows = rowsOf(variant, 8192 * 8)
  const bare = await bareRun(model, variant, rows)
  const lines = [
    `| ${model.ref.id}, ${rows.count.toLocaleString('en-US')} rows: bare \`session.run\` on the main thread | ${await stalls(() => bare.run())} |`,
    `| the same through \`batches.run\` | ${await stalls(() => batches.run(model, variant.spec.id, rows))} |`,
  ]
  await bare.end()
  return lines
}

const GPUS = ['cuda', 'webgpu'] as const satisfies readonly Provider[]

/** Golden rows here and there, and rows per second there. */
const deviceLine = async (model: Model, variant: LoadedVariant, provider: Provider): Promise<string> => {
  const name = `| ${model.ref.id} ${variant.graph.file} | ${provider} |`
  const bytes = readFileSync(join(projectRoot, 'models', model.ref.id, variant.graph.file))
  const { spec } = variant.session
  try {
    const device = await openNative(bytes, spec, provider)
    const cpu = await openNative(bytes, spec, 'cpu')
    const rows = rowsOf(variant, 256)
    const [there, here] = [await device.run(rows, spec.outputs), await cpu.run(rows, spec.outputs)]
    const largest = Math.max(
      ...spec.outputs.flatMap((output) =>
        [...(here[output] ?? [])].map((value, n) => Math.abs(value - (there[output]?.[n] ?? Number.NaN))),
      ),
    )
    const rates: string[] = []
    for (const size of SIZES) {
      const batch = rowsOf(variant, size)
      rates.push(shown(await timed(size, () => device.run(batch, spec.outputs))))
    }
    await device.close()
    await cpu.close()
    return `${name} ${largest.toExponential(1)} | ${rates.join(' | ')} |`
  } catch {
    return `${name} could not be started | | | |`
  }
}

const deviceLines = async (models: readonly Model[]): Promise<string[]> => {
  const lines: string[] = []
  for (const provider of GPUS)
    for (const model of models)
      for (const { file } of model.manifest.graphs) {
        const variant = model.variants.find(({ graph }) => graph.file === file)
        if (variant) lines.push(await deviceLine(model, variant, provider))
      }
  return lines
}

const { modelsDir } = readConfig({}, projectRoot)
const inference = { execution: 'cpu' } as const
const started = performance.now()
const loaded = await loadModels(modelsDir, inference)
const loadMs = performance.now() - started
const batches = openBatches({ modelsDir, inference, workers: 1 })
try {
  const report = [
    `# Inference benchmark, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}`,
    '',
    'Made by `npm run bench -- inference --write`. Rows per second through Attune / through a bare `session.run` loop, and in brackets how many times the bare loop is faster. One row goes the way of single calls, more go to one worker thread and back; in both every row is held against the published formula, and inputs and outputs are checked. The bare loop does none of that. The machine was busy with other work: only the ratios mean something.',
    '',
    '| Model and variant | Columns | Batch 1 | Batch 256 | Batch 8,192 |',
    '| --- | --- | --- | --- | --- |',
    ...(await throughput(loaded.all, batches)),
    '',
    '## One estimate',
    '',
    'From inputs by name to an estimate with interval, reasons and comparisons, in milliseconds.',
    '',
    '| Model | Median | 99th of 100 |',
    '| --- | --- | --- |',
    ...(await latency(loaded.all)),
    '',
    '## The main thread',
    '',
    'Time between its turns while a large batch is computed: longest / 99th of 100, in milliseconds.',
    '',
    '| What runs | Away |',
    '| --- | --- |',
    ...(await stallLines(loaded.all, batches)),
    '',
    `Loading, checking and warming ${loaded.all.length} models with all their vectors: ${Math.round(loadMs)} ms.`,
    ...(process.argv.includes('--gpu')
      ? [
          '',
          '## GPU',
          '',
          'Largest difference from the CPU, and rows per second on the device.',
          '',
          '| Graph | Device | Difference | Batch 1 | Batch 256 | Batch 8,192 |',
          '| --- | --- | --- | --- | --- | --- |',
          ...(await deviceLines(loaded.all)),
        ]
      : ['', 'GPU: **unmeasured**; no GPU was at hand. `npm run bench -- inference --gpu` measures where there is one.']),
  ].join('\n')
  process.stdout.write(`${report}\n`)
  if (process.argv.includes('--write')) writeFileSync(join(projectRoot, 'docs/benchmark-inference.md'), `${report}\n`)
} finally {
  await batches.close()
  await loaded.close()
}
