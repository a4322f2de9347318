import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { AttuneError } from '../errors.ts'
import { writeCardMarkdown } from '../risk/governance/card-markdown.ts'
import { cardSchema, featuresSchema, manifestSchema, type OutputSpec, vectorsSchema } from '../risk/model-folder.ts'
import { type Correction, correct, probabilityFactor } from '../risk/recalibration.ts'
import { loadModels } from '../risk/registry.ts'
import { variantFor } from '../risk/vectors.ts'
import type { Figure, Figures } from './figures.ts'
import type { Recalibration } from './recalibrate.ts'
import type { Study } from './study.ts'
import type { Target } from './target.ts'

export type VersionTask = {
  /** The model's folder, and the folder of models that the new version goes into. */
  readonly from: string
  readonly into: string
  readonly target: Target
  readonly recalibration: Recalibration & { readonly method: Recalibration['method'] }
  readonly study: Study
  readonly site: string | null
  /** YYYY-MM-DD */
  readonly date: string
}

type Json = Record<string, unknown>
type RawOutput = Json & { id: string; recalibration?: unknown }
type RawScores = Record<string, Json & { edges: number[] }>
type RawManifest = Json & {
  version: string
  limits: string[]
  performance?: (Json & { on: string })[]
  monitoring?: Json & { scores: RawScores }
  variants: (Json & { id: string; outputs: RawOutput[] })[]
}
type RawCard = Json & { version: string; asOf: string; attributes: { id: string; text: string }[] }
type RawVectors = Json & { vectors: { id: string; inputs: Json; expected: Json }[] }

const refuse = (because: string): AttuneError => new AttuneError('input-unreadable', because)

const slug = (site: string | null): string =>
  (site ?? 'site')
    .toLowerCase()
    .replace(/[^0-9a-z]+/g, '-')
    .replace(/^-+|-+$/g, '') || 'site'

/** 1.0.0 -> 1.1.0-site; the suffix says that it is a site's own. */
export const nextVersion = (version: string, site: string | null): string => {
  const [major = '0', minor = '0'] = version.split(/[.-]/)
  return `${major}.${Number(minor) + 1}.0-${slug(site)}`
}

/** A correction after a correction is one. */
export const compose = (first: Correction, then: Correction): Correction => ({
  intercept: then.intercept + then.slope * first.intercept,
  slope: then.slope * first.slope,
})

type PlainFigure = { value: number; low?: number; high?: number }

const plain = (figures: Figures): Record<string, PlainFigure> =>
  Object.fromEntries(
    Object.entries(figures as Record<string, Figure>).flatMap(([name, figure]) =>
      figure.value === null ? [] : [[name, { value: figure.value, ...(figure.interval ?? {}) }]],
    ),
  )

const rounded = (value: number | null | undefined): string => (value === null || value === undefined ? 'not computed' : value.toFixed(3))

const localValidity = ({ recalibration: { heldOut, fitted, method }, site, date, study }: VersionTask): string => {
  const { before, after } = heldOut
  const months = study.months ? `, ${study.months.from} to ${study.months.to}` : ''
  const change = method === 'intercept' ? 'the intercept' : 'intercept and slope'
  return [
    `Recalibrated on ${date}${site === null ? '' : ` at ${site}`} (${change}) on ${fitted.people} people${months}, and measured on ${heldOut.people} others, ${heldOut.events} with the event:`,
    `AUROC ${rounded(after.auroc?.value)};`,
    `expected by observed ${rounded(before.eo?.value)} before and ${rounded(after.eo?.value)} after;`,
    `slope ${rounded(before.slope?.value)} before and ${rounded(after.slope?.value)} after;`,
    `Brier score ${rounded(before.brier?.value)} before and ${rounded(after.brier?.value)} after.`,
  ].join(' ')
}

/** A number of the output, in its unit, after the correction. */
const moved = ({ output: { spec } }: Target, step: Correction) => {
  const factor = probabilityFactor(spec) ?? 1
  return (value: number): number => correct(value * factor, step) / factor
}

/** The limits of a conformal prediction are where scores stand, so they move with them; limits of risk classes are probabilities and stay. */
const moveBands = (target: Target, step: Correction): { bands?: OutputSpec['bands'] } => {
  const { conformal, bands } = target.output.spec
  if (!conformal || !bands) return {}
  const move = moved(target, step)
  return { bands: bands.map((band) => (band.below === undefined ? band : { ...band, below: move(band.below) })) }
}

/** Monitoring compares scores with bins that must move with them, or the correction would pass for drift. */
const moveScores = ({ monitoring }: RawManifest, target: Target, step: Correction): Pick<RawManifest, 'monitoring'> => {
  const { id } = target.variant.spec
  const scores = monitoring?.scores[id]
  if (!monitoring || !scores || target.variant.outputs[0] !== target.output) return {}
  return {
    monitoring: { ...monitoring, scores: { ...monitoring.scores, [id]: { ...scores, edges: scores.edges.map(moved(target, step)) } } },
  }
}

/** Of this output; a later correction takes the place of an earlier one. */
const mark = ({ output, variant }: Target): string => `Recalibrated by the site (${variant.spec.id}, ${output.spec.label})`

/** Said with every estimate, and among the figures of the card. */
const told = (raw: RawManifest, { target, recalibration: { heldOut }, date }: VersionTask) => {
  const begins = mark(target)
  const others = (raw.performance ?? []).filter(({ on }) => !on.startsWith(begins))
  const { people, events, after } = heldOut
  return {
    limits: [
      ...raw.limits.filter((limit) => !limit.startsWith(begins)),
      `${begins} on ${date}: the reasons add up to the score before that, and the probability is corrected after it.`,
    ],
    performance: [
      ...others,
      {
        on: `${begins} on ${date}: patients who had no part in the fit`,
        by: 'all',
        group: 'all',
        n: people,
        events,
        figures: plain(after),
      },
    ],
  }
}

const newManifest = (raw: RawManifest, task: VersionTask, correction: Correction): RawManifest => {
  const { target, recalibration, study, site, date } = task
  const { heldOut, fitted, method } = recalibration
  const record = {
    ...correction,
    method,
    date,
    of: { version: target.model.ref.version, sha256: target.model.ref.sha256 },
    data: { site, sha256: study.dataSha256, months: study.months, fittedPeople: fitted.people, fittedEvents: fitted.events },
    heldOut: { people: heldOut.people, events: heldOut.events, before: plain(heldOut.before), after: plain(heldOut.after) },
  }
  return {
    ...raw,
    ...moveScores(raw, target, recalibration.correction),
    ...told(raw, task),
    version: nextVersion(raw.version, site),
    variants: raw.variants.map((variant) =>
      variant.id === target.variant.spec.id
        ? {
            ...variant,
            outputs: variant.outputs.map((one) =>
              one.id === target.output.spec.id ? { ...one, ...moveBands(target, recalibration.correction), recalibration: record } : one,
            ),
          }
        : variant,
    ),
  }
}

const newCard = (raw: RawCard, version: string, task: VersionTask): RawCard => ({
  ...raw,
  version,
  asOf: task.date,
  attributes: raw.attributes.map((one) => (one.id === 'ongoing_maintenance.2' ? { ...one, text: localValidity(task) } : one)),
})

const bandAt = (bands: OutputSpec['bands'], value: number): string | undefined =>
  bands?.find(({ below }) => below === undefined || value < below)?.id

/** Expected numbers of the corrected output, computed from the ones that were; each vector that changed says so. */
const newVectors = (raw: RawVectors, { target }: VersionTask, step: Correction): RawVectors => {
  const { model, variant, output } = target
  const unitOf = moved(target, step)
  return {
    ...raw,
    vectors: raw.vectors.map((vector) => {
      const about = { ...vector, tolerance: 0 }
      const changed: string[] = []
      let now: number | null = null
      const rows = Object.keys(vector.expected).filter((name) => {
        const row = model.manifest.vectors.expected[name]
        const of = row?.output.replace(/\{(\w+)\}/g, (_, input: string) => String(vector.inputs[input]))
        return row && row.read !== 'raw' && of === output.spec.id && variantFor(model, name, about) === variant.spec.id
      })
      const expected = { ...vector.expected }
      for (const name of rows) {
        const row = model.manifest.vectors.expected[name]
        const before = vector.expected[name]
        if (row?.read !== 'value' || typeof before !== 'number') continue
        now = unitOf(before / (row.factor ?? 1))
        expected[name] = now * (row.factor ?? 1)
        changed.push(name)
      }
      for (const name of rows) {
        if (model.manifest.vectors.expected[name]?.read !== 'band') continue
        if (now === null) throw refuse(`vector ${vector.id} expects a band without its number, so that it cannot be recomputed`)
        expected[name] = bandAt(moveBands(target, step).bands ?? output.spec.bands, now)
        changed.push(name)
      }
      return changed.length === 0 ? vector : { ...vector, expected, recalibrated: changed }
    }),
  }
}

const readRaw = <T>(folder: string, file: string): T => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T // checked when it is loaded

/** Lists that models share lie beside their folders. */
const copyShared = (from: string, into: string): void => {
  for (const entry of readdirSync(from, { withFileTypes: true }))
    if (entry.isFile() && entry.name.endsWith('.json') && !existsSync(join(into, entry.name)))
      copyFileSync(join(from, entry.name), join(into, entry.name))
}

/** The folder loads and its vectors pass, or it does not appear. */
const verifyFolder = async (models: string, id: string): Promise<void> => {
  const opened = await loadModels(models, { execution: 'cpu', strict: false })
  await opened.close()
  const health = opened.health().models.find((one) => one.id === id)
  if (health?.state !== 'serving')
    throw refuse(
      `the recalibrated version does not pass its own check: ${health?.state === 'not-served' ? health.because : 'it is not there'}`,
    )
}

const WRITTEN = ['manifest.json', 'card.json', 'vectors.json', 'card.md']

/**
 * Writes a recalibrated version of a model as a complete folder: manifest with the correction, its data and its figures on held-out
 * patients; card; recomputed vectors. The graph is the same file. It appears only when it loads and passes its vectors.
 * @throws AttuneError `input-unreadable` when the folder is there already or cannot be written
 */
export const writeVersion = async (task: VersionTask): Promise<{ readonly folder: string; readonly version: string }> => {
  const { from, into, target, recalibration } = task
  const id = target.model.ref.id
  const folder = join(into, id)
  if (existsSync(folder)) throw refuse(`${folder} is there already; a version is never written over`)
  const beside = join(into, `.${id}.${process.pid}`)
  const room = join(beside, id)
  const held = target.output.spec.recalibration
  const correction = held ? compose(held, recalibration.correction) : recalibration.correction
  try {
    mkdirSync(room, { recursive: true })
    for (const entry of readdirSync(from, { withFileTypes: true }))
      if (entry.isFile() && !WRITTEN.includes(entry.name)) copyFileSync(join(from, entry.name), join(room, entry.name))
    const manifest = newManifest(readRaw(from, 'manifest.json'), task, correction)
    const card = newCard(readRaw(from, 'card.json'), manifest.version, task)
    const vectors = newVectors(readRaw(from, 'vectors.json'), task, recalibration.correction)
    const put = (file: string, content: unknown) => writeFileSync(join(room, file), `${JSON.stringify(content, null, 2)}\n`)
    put('manifest.json', manifest)
    put('card.json', card)
    put('vectors.json', vectors)
    const source = {
      manifest: manifestSchema.parse(manifest),
      inputs: featuresSchema.parse(readRaw(from, 'features.json')).inputs,
      card: cardSchema.parse(card),
      vectors: vectorsSchema.parse(vectors).vectors.length,
    }
    writeFileSync(join(room, 'card.md'), writeCardMarkdown(source))
    copyShared(dirname(from), beside)
    await verifyFolder(beside, id)
    copyShared(dirname(from), into)
    renameSync(room, folder)
    return { folder, version: manifest.version }
  } catch (error) {
    if (error instanceof AttuneError) throw error
    throw new AttuneError('input-unreadable', `${folder} cannot be written`, { cause: error })
  } finally {
    rmSync(beside, { recursive: true, force: true })
  }
}
