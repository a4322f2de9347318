import { createHash } from 'node:crypto'
import { AttuneError } from '../../errors.ts'
import type { Model } from '../../risk/load-model.ts'
import type { Models } from '../../risk/registry.ts'
import { AGE_CUTS } from '../../validation/groups.ts'
import { aboutOf, type Material, materialOf } from '../../validation/material.ts'
import { caseReader } from '../../validation/read-cases.ts'
import { openTable, type Table } from '../../validation/read-table.ts'
import { recalibrate } from '../../validation/recalibrate.ts'
import { type Report, reportOf, roundingOf, tooFew } from '../../validation/report.ts'
import { shareOf } from '../../validation/share.ts'
import { runStudy, type Study } from '../../validation/study.ts'
import { chooseTarget, type Target } from '../../validation/target.ts'
import { writeVersion } from '../../validation/write-version.ts'
import { progress, say, UsageError, type VerbInput } from '../verb.ts'
import type { Action } from './action.ts'
import { modelsFolder, withModels } from './open-models.ts'
import { giveReport, REPORT_OPTIONS, REPORT_USAGE, reportOptions, textOf, writeWhole } from './validation-options.ts'

type Values = VerbInput['values']

const namesOf = (models: readonly Model[]): string => models.map(({ ref }) => ref.id).join(', ')

/** Whether a file can be meant for a model: it has what the model needs, and at least half of all that it can use. */
const fits = (model: Model, columns: readonly string[], values: Values): boolean => {
  try {
    const { variant } = chooseTarget(model, { variant: textOf(values, 'variant'), output: textOf(values, 'output') }, columns)
    return 2 * variant.inputs.filter((name) => columns.includes(name)).length >= variant.inputs.length
  } catch (error) {
    if (error instanceof AttuneError) return false
    throw error
  }
}

/** The model that is named, or the only one that the file has the columns for. */
const findModel = (models: Models, named: string | undefined, columns: readonly string[], values: Values): Model => {
  if (named !== undefined) {
    const model = models.all.find(({ manifest }) => manifest.id === named || manifest.vectors.names.includes(named))
    if (model) return model
    const unwell = models.health().models.find((one) => one.id === named && one.state === 'not-served')
    if (unwell?.state === 'not-served') throw new AttuneError('model-invalid', `${named} is not served, because ${unwell.because}`)
    throw new UsageError(`There is no model "${named}". Known: ${namesOf(models.all)}.`)
  }
  const fitting = models.all.filter((model) => fits(model, columns, values))
  const [only, ...others] = fitting
  if (only && others.length === 0) return only
  throw new UsageError(
    fitting.length === 0
      ? 'The file has not the columns of any model; name the model to be told what it lacks.'
      : `The file has the columns of several models (${namesOf(fitting)}); name one.`,
  )
}

const listOf = (values: Values, name: string): string[] | null =>
  textOf(values, name)
    ?.split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '') ?? null

const ageCutsOf = (values: Values): readonly number[] => {
  const cuts = listOf(values, 'age-cuts')?.map(Number) ?? AGE_CUTS
  if (cuts.length > 0 && cuts.every((cut, n) => Number.isInteger(cut) && cut > (cuts[n - 1] ?? 0) && cut < 130)) return cuts
  throw new UsageError('--age-cuts takes rising whole numbers of years, with commas between them.')
}

const plainNames = (columns: readonly string[]): string[] => columns.map((name) => name.replace(/\[.*$/, '').trim())

/** Half of the patients, by a hash that the seed turns. */
const halfBy =
  (seed: number) =>
  (text: string): 0 | 1 =>
    ((createHash('sha256').update(`${seed}/half/${text}`).digest()[0] ?? 0) & 1) as 0 | 1 // one bit

type Ran = { readonly study: Study; readonly target: Target; readonly material: Material }

const run = async (
  models: Models,
  table: Table,
  named: string | undefined,
  values: Values,
  seed: number,
  minGroup: number,
): Promise<Ran> => {
  const columns = plainNames(table.columns)
  const model = findModel(models, named, columns, values)
  const target = chooseTarget(model, { variant: textOf(values, 'variant'), output: textOf(values, 'output') }, columns)
  const outcome = textOf(values, 'outcome') ?? 'outcome'
  const ageCuts = ageCutsOf(values)
  const asked = listOf(values, 'groups')
  const reader = caseReader(target, table.columns, { outcome, groups: asked ?? ['sex', 'age', 'race', 'site'], ageCuts })
  const lacking = asked?.filter((division) => !reader.divisions.includes(division)) ?? []
  if (lacking.length > 0) throw new AttuneError('input-unreadable', `the file has no column ${lacking.join(', ')} to group by`)
  progress(`${model.ref.id} ${model.ref.version}, variant ${target.variant.spec.id}, output ${target.output.spec.id}`)
  const study = await runStudy({ table, reader, target }, halfBy(seed), (rows) => progress(`${rows} rows read`))
  const about = aboutOf(target, outcome, ageCuts)
  return { study, target, material: materialOf(study, { target, about, site: textOf(values, 'site-name'), minGroup }) }
}

const noteLeftOut = ({ leftOut }: Study): void => {
  for (const { about, code, rows } of leftOut) progress(`left out: ${rows} rows, ${about} ${code}`)
}

const share = (material: Material, values: Values): void => {
  const path = textOf(values, 'share')
  if (path === null) return
  const site = textOf(values, 'site-name')
  if (site === null) throw new UsageError('--share needs --site-name, by which the sites are told apart.')
  writeWhole(path, `${JSON.stringify(shareOf(material, site))}\n`)
  progress(`shared aggregates written: ${path}`)
}

/** The recalibrated version beside the report. @returns the report with what was done, and whether a version was written */
const withVersion = async (report: Report, { study, target }: Ran, values: Values): Promise<{ report: Report; written: boolean }> => {
  const folder = textOf(values, 'recalibrate')
  if (folder === null) return { report, written: true }
  if (target.scale !== 'probability') throw new UsageError('Only a probability can be recalibrated.')
  progress('recalibration: fitted on one half of the patients, measured on the other')
  const made = recalibrate(study.scored, { replicates: report.settings.replicates, seed: report.settings.seed })
  if ('because' in made) {
    progress(`No recalibrated version: ${made.because}`)
    return { report, written: false }
  }
  if (made.method !== 'none') {
    const written = await writeVersion({
      from: `${textOf(values, 'models') ?? modelsFolder()}/${target.model.ref.id}`,
      into: folder,
      target,
      recalibration: made,
      study,
      site: textOf(values, 'site-name'),
      date: report.madeAt.slice(0, 10),
    })
    progress(`recalibrated version ${written.version} written and verified: ${written.folder}`)
  } else progress('No recalibrated version: no correction fits better than none.')
  return { report: { ...report, recalibration: made }, written: true }
}

const validateFile = async (models: Models, { values, positionals }: VerbInput): Promise<number> => {
  const file = textOf(values, 'data')
  const named = positionals[0] ?? textOf(values, 'model') ?? undefined
  if (file === null || positionals.length > 1) throw new UsageError('Name the labelled data: --data FILE.')
  const options = reportOptions(values)
  const ran = await run(models, await openTable(file), named, values, options.draws.seed, options.minGroup)
  const { study, target, material } = ran
  noteLeftOut(study)
  share(material, values)
  const few = tooFew(material)
  if (few && values.small !== true) {
    const lost = study.rows - study.scored.length
    say(
      `No report: ${few}${lost === 0 ? '' : ` (${lost} of ${study.rows} rows could not be used)`}. With --small it is made all the same, with a warning.`,
    )
    return 1
  }
  const { report, written } = await withVersion(reportOf(material, { ...options, citation: target.model.ref.citation }), ran, values)
  giveReport({ ...report, rounding: roundingOf(report.about, study.scored, report.figures) }, values)
  return written ? 0 : 1
}

export const validate: Action = {
  summary: 'Hold a model against your own labelled data: figures, groups, report, recalibration',
  usage:
    'attune models validate [MODEL] --data FILE [options] [--json]\n' +
    '  --data FILE         CSV, TSV or JSON lines, also .gz; columns are the input names of the model, `outcome`, and where there: sex, age, race, site, date, id\n' +
    '  --models DIR        folder of models in place of the installed ones, for example that of a recalibrated version\n' +
    '  --variant, --output the variant and the output; default the first that the file has the columns for\n' +
    '  --outcome NAME      column with what happened (1, 0, or the measured number); default outcome\n' +
    '  --groups LIST       columns to group by; default sex,age,race,site\n' +
    '  --age-cuts LIST     where age groups begin; default 18,45,65,75,85\n' +
    REPORT_USAGE +
    '  --recalibrate DIR   write a recalibrated version of the model into DIR, fitted on half of the patients, measured on the other\n' +
    '  --site-name NAME    this site, for --share and for the recalibrated version\n' +
    '  --share FILE        write the aggregates that `attune models combine` adds up; no rows',
  options: {
    ...REPORT_OPTIONS,
    data: { type: 'string' },
    model: { type: 'string' },
    models: { type: 'string' },
    variant: { type: 'string' },
    output: { type: 'string' },
    outcome: { type: 'string' },
    groups: { type: 'string' },
    'age-cuts': { type: 'string' },
    recalibrate: { type: 'string' },
    'site-name': { type: 'string' },
    share: { type: 'string' },
  },
  run: (input) => withModels(false, (models) => validateFile(models, input), textOf(input.values, 'models')),
}
