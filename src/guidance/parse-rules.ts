import { AttuneError } from '../errors.ts'
import { type Problem, parseRuleFile, type RawFiles } from './read-rule-files.ts'
import type { RuleFile } from './rule-schemas.ts'

/** A gene's function and phenotype tables; its definitions are another file. */
export const isGene = (file: string): boolean => /^genes\/[A-Z0-9-]+\.json$/.test(file)

/** All files of one kind, by name. */
export const parseFolder = <K extends 'gene' | 'guidance'>(
  kind: K,
  isOwn: (file: string) => boolean,
  raw: RawFiles,
  problems: Problem[],
): Map<string, RuleFile<K>> => {
  const parsed = new Map<string, RuleFile<K>>()
  for (const file of [...raw.files.keys()].filter(isOwn)) {
    const content = parseRuleFile(kind, file, raw, problems)
    if (content !== null) parsed.set(file, content)
  }
  if (parsed.size === 0) problems.push({ file: `${kind === 'gene' ? 'genes' : 'guidance'}/`, row: '-', problem: 'no file could be read' })
  return parsed
}

/** Files without a schema here, by name: `populations.json` -> `populations`, `genes/X.variants.json` -> `X.variants`. */
export const tablesOf = (raw: RawFiles, isOwn: (file: string) => boolean): Map<string, unknown> =>
  new Map(
    [...raw.files].filter(([file]) => isOwn(file)).map(([file, content]) => [file.replace(/^.*\//, '').replace(/\.json$/, ''), content]),
  )

/** @throws AttuneError `rules-invalid` that lists every problem with file and row */
export const refuse = (problems: readonly Problem[]): never => {
  const lines = problems.map(({ file, row, problem }) => `${file} [${row}]: ${problem}`)
  throw new AttuneError('rules-invalid', `${problems.length} problem${problems.length === 1 ? '' : 's'} in the rules\n${lines.join('\n')}`)
}

export const deepFreeze = <T>(value: T): T => {
  if (value !== null && typeof value === 'object' && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) deepFreeze(member)
  }
  return value
}

export const deepFreezeMap = <V>(map: ReadonlyMap<string, V>): ReadonlyMap<string, V> => {
  for (const value of map.values()) deepFreeze(value)
  return map
}
