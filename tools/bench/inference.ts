import './help.ts'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
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
import { whatIf } from '../../src/risk/what-if.ts'

/**
 * What Attune adds to ONNX Runtime: rows per second of each model through Attune and through a bare `session.run` loop, round by round
 * in the same process. Seconds are seconds of processor time of all threads, so that other work on the machine matters less; the rounds
 * alternate and their medians are compared. How it can mislead: every row is the reference person, so that branches are well predicted.
 *
 *   node dist/tools/bench/inference.js [--write] [--gpu]
 */
const SIZES = [1, 256, 8192] as const
const ROUNDS = 5
const ROUND_MS = 120

const median = (numbers: readonly number[]): number => [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? Number.NaN

/** Processor time of this process so far, all threads, in milliseconds. */
const processorMs = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Rows per second of processor time (or of another clock, in milliseconds) in one round. */
const timed = async (rowsEach: number, run: () => Promise<unknown>, clock: () => number = processorMs): Promise<number> => {
  const started = performance.now()
  const before = clock()
  let rows = 0
  do {
    await run()
    rows += rowsEach
  } while (performance.now() - started < ROUND_MS)
  return (rows / (clock() - before)) * 1000
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

/** A what-if of 1,024 people, from inputs by name to the answer, beside a bare run of as many rows. */
const whatIfLines = async (models: readonly Model[]): Promise<string[]> => {
  const model = models.find(({ ref }) => ref.id === 'prevent')
  const variant = model?.variants.find(({ spec }) => spec.id === 'base_10yr')
  if (!model || !variant) return []
  const inputs = { age: 55, sex: 'male', total_c: 220, hdl_c: 45, sbp: 150, bmi: 29, egfr: 85, dm: 0, smoking: 1, bp_tx: 0, statin: 0 }
  const change = { total_c: { low: 140, high: 295, step: 5 }, sbp: { low: 100, high: 162, step: 2 } }
  const bare = await bareRun(model, variant, rowsOf(variant, 1024))
  const [ours, alone]: [number[], number[]] = [[], []]
  for (let n = 0; n < 60; n += 1) {
    const before = processorMs()
    await whatIf(model, { model: 'prevent', variant: 'base_10yr', inputs, change })
    const between = processorMs()
    await bare.run()
    ours.push(between - before)
    alone.push(processorMs() - between)
  }
  await bare.end()
  const [mine, other] = [median(ours.slice(20)), median(alone.slice(20))]
  return [`| prevent base_10yr, 32 x 32 values | ${mine.toFixed(1)} ms | ${other.toFixed(2)} ms | ${(mine / other).toFixed(1)} |`]
}

/** Longest time between two turns of the main thread, and the share of the time in which it was away for more than 20 ms. */
const stalls = async (work: () => Promise<unknown>): Promise<string> => {
  const gaps: number[] = []
  let last = performance.now()
  let going = true
  const turn = (): void => {
    const now = performance.now()
    gaps.push(now - last)
    last = now
    if (going) setTimeout(turn, 1)
  }
  setTimeout(turn, 1)
  await work()
  going = false
  await new Promise((resolve) => setTimeout(resolve, 5))
  const away = gaps.filter((gap) => gap > 20).reduce((sum, gap) => sum + gap, 0)
  const all = gaps.reduce((sum, gap) => sum + gap, 0)
  return `${Math.max(...gaps).toFixed(0)} ms | ${((away / all) * 100).toFixed(0)} % of ${all.toFixed(0)} ms`
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

const NOT_STARTED = 'could not be started'
const GPUS = ['cuda', 'webgpu'] as const satisfies readonly Provider[]

/** The reference person, each number between 0.8 and 1.2 times its own: rows that differ, to compare devices by. */
const variedRows = (variant: LoadedVariant, count: number): Rows => {
  const rows = rowsOf(variant, count)
  return { count, values: rows.values.map((value, n) => value * (0.8 + 0.4 * ((n * 0.6180339887) % 1))) }
}

/** How far one number is from another; a number is infinitely far from what is none. */
const apart = (a: number, b: number): number =>
  Object.is(a, b) ? 0 : Number.isNaN(a) || Number.isNaN(b) ? Number.POSITIVE_INFINITY : Math.abs(a - b)

/** The same rows here and there, and rows per second there. */
const deviceLine = async (model: Model, variant: LoadedVariant, provider: Provider): Promise<string> => {
  const name = `| ${model.ref.id} ${variant.graph.file} | ${provider} |`
  const bytes = readFileSync(join(projectRoot, 'models', model.ref.id, variant.graph.file))
  const { spec } = variant.session
  try {
    const device = await openNative(bytes, spec, provider)
    const cpu = await openNative(bytes, spec, 'cpu')
    const rows = variedRows(variant, 256)
    const [there, here] = [await device.run(rows, spec.outputs), await cpu.run(rows, spec.outputs)]
    const largest = Math.max(
      ...spec.outputs.flatMap((output) => [...(here[output] ?? [])].map((value, n) => apart(value, there[output]?.[n] ?? Number.NaN))),
    )
    const rates: string[] = []
    for (const size of SIZES) {
      const batch = rowsOf(variant, size)
      rates.push(
        shown(
          await timed(
            size,
            () => device.run(batch, spec.outputs),
            () => performance.now(),
          ),
        ),
      )
    }
    await device.close()
    await cpu.close()
    return `${name} ${largest.toExponential(1)} | ${rates.join(' | ')} |`
  } catch {
    return `${name} ${NOT_STARTED} | | | |`
  }
}

/** One line for a device that starts with no graph; it is not there. */
const deviceLines = async (models: readonly Model[]): Promise<string[]> => {
  const lines: string[] = []
  for (const provider of GPUS) {
    const rows: string[] = []
    for (const model of models)
      for (const { file } of model.manifest.graphs) {
        const variant = model.variants.find(({ graph }) => graph.file === file)
        if (variant) rows.push(await deviceLine(model, variant, provider))
      }
    lines.push(...(rows.every((row) => row.includes(NOT_STARTED)) ? [`| all graphs | ${provider} | ${NOT_STARTED} | | | |`] : rows))
  }
  return lines
}

/** All golden vectors on the device, each held against the formula too; a model that differs falls back and is counted. */
const goldenLine = async (dir: string, execution: (typeof GPUS)[number]): Promise<string> => {
  const there = await loadModels(dir, { execution })
  const states = there.health().models
  await there.close()
  return `- ${execution}: ${states.filter((one) => one.state === 'serving' && one.fallback === null).length} of ${states.length} models gave all their golden vectors there; the others fell back to the CPU.`
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
    'Made by `npm run bench -- inference --write`. Rows per second of processor time through Attune / through a bare `session.run` loop, and in brackets how many times the bare loop is faster. One row goes the way of single calls, more go to one worker thread and back; in both every row is held against the published formula, and inputs and outputs are checked. The bare loop does none of that. Two slow, shared cores: only the ratios mean something.',
    '',
    '| Model and variant | Columns | Batch 1 | Batch 256 | Batch 8,192 |',
    '| --- | --- | --- | --- | --- |',
    ...(await throughput(loaded.all, batches)),
    '',
    '## One estimate',
    '',
    'From inputs by name to an estimate with interval, reasons and comparisons, in milliseconds of the clock on that machine.',
    '',
    '| Model | Median | 99th of 100 |',
    '| --- | --- | --- |',
    ...(await latency(loaded.all)),
    '',
    '## What-if',
    '',
    'A grid of 1,024 people: every point is encoded, run in one batch, held against the formula and given its band. Processor time, medians of 40.',
    '',
    '| Grid | What-if | Bare run of 1,024 rows | Ratio |',
    '| --- | --- | --- | --- |',
    ...(await whatIfLines(loaded.all)),
    '',
    '## The main thread',
    '',
    'While a large batch is computed: the longest time between two of its turns, and the share of the time that it was away for more than 20 ms at once.',
    '',
    '| What runs | Longest | Away |',
    '| --- | --- | --- |',
    ...(await stallLines(loaded.all, batches)),
    '',
    `Loading, checking and warming ${loaded.all.length} models with all their vectors: ${Math.round(loadMs)} ms.`,
    ...(process.argv.includes('--gpu')
      ? [
          '',
          '## GPU',
          '',
          'Largest difference from the CPU over 256 rows that differ, and rows per second of the clock on the device.',
          '',
          '| Graph | Device | Difference | Batch 1 | Batch 256 | Batch 8,192 |',
          '| --- | --- | --- | --- | --- | --- |',
          ...(await deviceLines(loaded.all)),
          '',
          ...(await Promise.all(GPUS.map((gpu) => goldenLine(modelsDir, gpu)))),
        ]
      : ['', 'GPU: **unmeasured**; no GPU was at hand. `npm run bench -- inference --gpu` measures where there is one.']),
  ].join('\n')
  process.stdout.write(`${report}\n`)
  if (process.argv.includes('--write')) writeFileSync(join(projectRoot, 'docs/benchmark-inference.md'), `${report}\n`)
} finally {
  await batches.close()
  await loaded.close()
}
