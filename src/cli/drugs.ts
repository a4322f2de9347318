import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { readConfig } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { loadDrugTables } from '../guidance/load-knowledge.ts'
import { projectRoot } from '../project-root.ts'
import { compareMap, type MapComparison, sayConflicts } from '../terminology/compare-map.ts'
import { writeDrugMap } from '../terminology/drug-map.ts'
import { type ImportCounts, importRxnorm } from '../terminology/rxnorm/import-rxnorm.ts'
import { printJson, progress, say, UsageError, type Verb, type VerbInput } from './verb.ts'

const DEFAULT_OUT = 'attune-drug-map.tsv'

/** All of it or nothing: written beside, then renamed, so that no reader ever meets half a map. */
const writeWhole = (path: string, text: string): void => {
  const beside = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(dirname(path), { recursive: true })
    const file = openSync(beside, 'w')
    try {
      writeFileSync(file, text)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(beside, path)
  } catch (cause) {
    rmSync(beside, { force: true })
    throw new AttuneError('input-unreadable', `${path} cannot be written (${(cause as NodeJS.ErrnoException).code ?? 'unknown reason'})`, {
      cause,
    })
  }
}

const inWords = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ') || 'none'

const sayCounts = ({ ingredients, codes, withoutIngredients, retiredWithoutIngredients, others }: ImportCounts): void => {
  say(`${ingredients} ingredients; other codes with their ingredients: ${inWords(codes)}.`)
  say(
    `Codes in use that lead to no ingredient, and stay unknown: ${inWords(withoutIngredients)}; retired ones: ${retiredWithoutIngredients}.`,
  )
  for (const [system, { codes: kept, leftOut }] of Object.entries(others)) say(`${system}: ${kept} codes, ${leftOut} left out.`)
}

const sayComparison = ({ agreeing, otherwiseNamed, renamed, conflicts, notInRelease, drugs }: MapComparison): void => {
  say(
    `Codes that the rules know too: ${agreeing} agree, ${otherwiseNamed} differ in substances that no rule speaks of, ${conflicts.length} contradict.`,
  )
  say(`Drugs of the rules found in the release: ${drugs - notInRelease.length} of ${drugs}.`)
  if (notInRelease.length > 0) say(`Not found: ${notInRelease.join(', ')}.`)
  if (renamed.length > 0) say(`Called otherwise by the release, to be looked at:\n${sayConflicts(renamed)}`)
  if (conflicts.length > 0) say(`Contradictions:\n${sayConflicts(conflicts)}`)
}

const textOf = (value: VerbInput['values'][string]): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null

const importMap = async (folder: string, { values }: VerbInput): Promise<number> => {
  const out = resolve(textOf(values.out) ?? DEFAULT_OUT)
  const release = textOf(values.release)
  if (release !== null && /[\t\n\r]/.test(release)) throw new UsageError('--release takes one line without tabs.')
  const tables = loadDrugTables(readConfig(process.env, projectRoot).rulesDir)
  const { map, counts } = await importRxnorm(resolve(folder), release, progress)
  const comparison = compareMap(map, tables)
  if (comparison.notInRelease.length === comparison.drugs)
    throw new AttuneError('input-unreadable', 'RXNCONSO.RRF: no drug of the rules is in it, so this is no release to map drugs with')
  const accepted = values['accept-conflicts'] === true ? comparison.conflicts : []
  const refused = comparison.conflicts.length > accepted.length
  if (!refused) writeWhole(out, writeDrugMap({ ...map, accepted }))
  if (values.json === true) printJson({ release: map.release, inputs: map.inputs, written: refused ? null : out, counts, comparison })
  else {
    say(`RxNorm release ${map.release}`)
    sayCounts(counts)
    sayComparison(comparison)
    say(refused ? 'Not written: decide on these codes, then give --accept-conflicts; the rules win for them.' : `Written: ${out}`)
  }
  return refused ? 1 : 0
}

/** `attune drugs import`: a site's own drug map from its own RxNorm release. */
export const drugs: Verb = {
  name: 'drugs',
  summary: 'Make a drug map from your own RxNorm release',
  usage:
    'attune drugs import FOLDER [--out FILE] [--release NAME] [--accept-conflicts] [--json]\n' +
    '  FOLDER holds RXNCONSO.RRF and RXNREL.RRF; RXNSAT.RRF (NDCs) and RXNSAB.RRF (name of the release) where there; also as .gz\n' +
    `  --out               where the map goes; default ${DEFAULT_OUT}\n` +
    '  --accept-conflicts  write the map although it takes codes of the rules for other drugs; the rules win for these codes',
  options: {
    out: { type: 'string' },
    release: { type: 'string' },
    'accept-conflicts': { type: 'boolean' },
  },
  run: async (input) => {
    const [action, folder, ...more] = input.positionals
    if (action !== 'import' || folder === undefined || more.length > 0) throw new UsageError('Say what to do: import FOLDER.')
    return importMap(folder, input)
  },
}
