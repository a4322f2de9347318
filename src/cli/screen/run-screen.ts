import { resolve } from 'node:path'
import { type Crew, openCrewHere } from '../../screening/crew-here.ts'
import { type FoundExport, findExport } from '../../screening/export-files.ts'
import type { Summary } from '../../screening/finish.ts'
import type { ScreeningKit } from '../../screening/kit.ts'
import { watchedDrugs } from '../../screening/look-ahead.ts'
import { type Plan, partsFor } from '../../screening/plan.ts'
import { beginRun, clearLeavings, forgetRun, type Progress, runScreening } from '../../screening/run-screening.ts'
import { printJson, progress, say, UsageError, type VerbInput } from '../verb.ts'
import { loadScreening } from './load-screening.ts'
import { folderOf, nowOf, screeningOptions, textOf, workersOf } from './screen-options.ts'

/** At most one line of progress in so many milliseconds. */
const TELL_MS = 2000

const WORDS = { spread: 'files spread', screen: 'parts screened', merge: 'writing the results' } as const

const makeTell = (files: FoundExport['files']) => {
  const started = performance.now()
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  let told = Number.NEGATIVE_INFINITY
  let begun = started
  let stage: Progress['stage'] | null = null
  return ({ stage: now, done, of, patients }: Progress): void => {
    const at = performance.now()
    if (now !== stage) begun = at
    if (now === stage && done < of && at - told < TELL_MS) return
    stage = now
    told = at
    const seconds = (at - begun) / 1000
    const pace =
      now === 'screen' && patients > 0 ? `, ${patients} patients, ${(patients / Math.max(seconds, 0.001)).toFixed(0)} a second` : ''
    const left = now !== 'merge' && done > 0 && done < of ? `, about ${Math.ceil((seconds / done) * (of - done))} s left` : ''
    progress(now === 'merge' ? `${WORDS.merge} …` : `${done} of ${of} ${WORDS[now]} (${(bytes / 1e6).toFixed(0)} MB in all)${pace}${left}`)
  }
}

/** Types that the services ask for, each once. */
const wantedTypes = ({ questions }: ScreeningKit): string[] => [
  ...new Set(Object.values(questions).map((query) => /^[A-Za-z]+/.exec(query)?.[0] ?? '')),
]

const tellMissing = ({ files, types, missing, errors }: FoundExport, wanted: readonly string[]): void => {
  for (const { name, type } of missing)
    progress(`The manifest names ${name}, which is not in the folder: of every patient something of ${type} may be missing.`)
  if (errors > 0) progress(`The server told of errors in ${errors} files: what they are about may be missing of any patient.`)
  const known = new Set(files.map(({ type }) => type))
  if (known.has(null)) return // what a file without a type holds is not known before it is read
  const absent = wanted.filter((type) => !known.has(type))
  const asked = absent.filter((type) => types?.includes(type))
  const unasked = absent.filter((type) => !types?.includes(type))
  if (asked.length > 0) progress(`Asked for and empty: ${asked.join(', ')}.`)
  if (unasked.length > 0)
    progress(`Not in the export, so of no patient known: ${unasked.join(', ')}. What rests on them is said not to be assessed.`)
}

const dryRun = (plan: Plan, found: FoundExport, json: boolean): number => {
  if (json) printJson(plan)
  else {
    for (const { name, type, bytes, count } of found.files)
      say(`${name}  ${type ?? 'type not known'}  ${(bytes / 1e6).toFixed(1)} MB${count === null ? '' : `  ${count} lines`}`)
    say(`${plan.parts} parts. Nothing was written.`)
  }
  return isWhole(found) ? 0 : 1
}

const isWhole = ({ missing, errors }: FoundExport): boolean => missing.length === 0 && errors === 0

const describe = (summary: Summary, out: string): void => {
  const { patients, states, rows, notAssessed, problems } = summary
  say(
    `${patients} patients: ${states.worklist} on the worklist (${rows} rows), ${states['nothing-to-say']} with nothing to say, ${states['not-assessed']} not assessed.`,
  )
  say(`${notAssessed} drugs or records could not be assessed, each with its reason in not-assessed.ndjson.`)
  if (problems > 0) say(`${problems} lines or files could not be used: problems.ndjson names each.`)
  say(`Written to ${out}`)
}

const openCrew = async (input: VerbInput, out: string, size: number): Promise<Crew> => {
  const redis = textOf(input.values, 'redis')
  if (redis !== null) return (await import('../../screening/crew-queue.ts')).openQueueCrew(redis, textOf(input.values, 'redis-prefix'))
  clearLeavings(out)
  return openCrewHere(size, ({ kind, number }) => progress(`A worker ended at ${kind} ${number}; it is tried again.`))
}

/** `attune screen FOLDER`: exit 1 when lines or files could not be used, or the export is not whole. */
export const runScreen = async (input: VerbInput): Promise<number> => {
  const [folder] = input.positionals
  if (!folder) throw new UsageError('Name the folder of the export.')
  const out = folderOf(input.values, 'out')
  const [workers, asked] = [workersOf(input.values), nowOf(input.values)]
  const found = findExport(resolve(folder))
  const { kit, versions, settings } = await loadScreening(process.env)
  try {
    const options = screeningOptions(
      input.values,
      kit.models.all.map(({ ref }) => ref.id),
    )
    const { files, types, doubted } = found
    const now = asked ?? new Date().toISOString()
    const drawn: Plan = {
      layout: 1,
      input: resolve(folder),
      now,
      files,
      types,
      lacking: [...new Set(found.missing.map(({ type }) => type))].sort(),
      doubted,
      parts: partsFor(files, options.partBytes),
      options,
      versions,
      settings,
    }
    const wanted = wantedTypes(kit)
    tellMissing(found, wanted)
    if (input.values['dry-run'] === true) return dryRun(drawn, found, input.values.json === true)
    if (input.values.restart === true) forgetRun(out)
    const { plan, resumed } = beginRun(drawn, out, asked !== null)
    if (resumed) progress(`Taken up again where it was left; records are read as of ${plan.now}.`)
    const crew = await openCrew(input, out, workers)
    try {
      const watched = watchedDrugs(options.ahead, kit).map(({ name }) => name)
      const summary = await runScreening({ plan, out, crew, watched, wanted, onProgress: makeTell(files) })
      if (input.values.json === true) printJson(summary)
      else describe(summary, out)
      return summary.problems === 0 && isWhole(found) ? 0 : 1
    } finally {
      await crew.close()
    }
  } finally {
    await kit.models.close()
  }
}
