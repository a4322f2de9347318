import { resolve } from 'node:path'
import { readWording } from '../cards/wording.ts'
import { readConfig } from '../config.ts'
import { genomicTerms } from '../facts/genomics/genomic-terms.ts'
import { variantTerms } from '../facts/genomics/variants/variant-terms.ts'
import { loadKnowledge } from '../guidance/load-knowledge.ts'
import type { Knowledge } from '../guidance/rules.ts'
import { projectRoot } from '../project-root.ts'
import { diffRules, hasChanges } from './diff/diff-rules.ts'
import { sayDiff } from './diff/say-diff.ts'
import { coverRules } from './reach/coverage.ts'
import { sayCoverage } from './reach/say-coverage.ts'
import { printJson, progress, say, UsageError, type Verb, type VerbInput } from './verb.ts'

/** The rules of a folder as the server reads them at its start, with the checks of every room. */
const load = (folder: string | undefined): Knowledge => {
  const knowledge = loadKnowledge(folder === undefined ? readConfig(process.env, projectRoot).rulesDir : resolve(folder))
  readWording(knowledge.tables.get('wording'), knowledge.actions.keys())
  genomicTerms(knowledge)
  variantTerms(knowledge)
  return knowledge
}

const check = (json: boolean, [folder]: readonly string[]): number => {
  const knowledge = load(folder)
  const rows = [...knowledge.guidance.values()].flat()
  const counts = { version: knowledge.version, genes: knowledge.genes.size, drugs: knowledge.guidance.size, rows: rows.length, problems: 0 }
  if (json) printJson(counts)
  else say(`Rules ${counts.version}: ${counts.genes} genes, ${counts.drugs} drugs, ${counts.rows} guidance rows. No problems.`)
  return 0
}

const report = (json: boolean, [folder]: readonly string[]): number => {
  const knowledge = load(folder)
  progress('Running the engine on synthetic patients for every row …')
  const coverage = coverRules(knowledge)
  if (json) printJson(coverage)
  else for (const line of sayCoverage(coverage)) say(line)
  return coverage.silent.length === 0 ? 0 : 1
}

const diff = async (json: boolean, [before, after]: readonly string[]): Promise<number> => {
  if (before === undefined || after === undefined) throw new UsageError('Name two folders of rules: the old one, then the new one.')
  const found = await diffRules(before, after)
  if (json) printJson(found)
  else for (const line of sayDiff(found)) say(line)
  return hasChanges(found) ? 1 : 0
}

/** What is done to running servers: loaded when it is asked for, because it needs the ledger. */
const OPERATIONS: Readonly<Record<string, (input: VerbInput) => Promise<number>>> = {
  reload: async (input) => (await import('./rules-operations.ts')).reloadRules(input),
  back: async (input) => (await import('./rules-operations.ts')).backToRules(input),
  kept: async (input) => (await import('./rules-operations.ts')).listKeptRules(input),
  off: async (input) => (await import('./rules-operations.ts')).turnRule('off')(input),
  shadow: async (input) => (await import('./rules-operations.ts')).turnRule('shadow')(input),
  on: async (input) => (await import('./rules-operations.ts')).turnRule('on')(input),
}

const OPTIONS = { because: { type: 'string' }, by: { type: 'string' }, from: { type: 'string' }, tenant: { type: 'string' } } as const

type Action = { readonly folders: number; readonly run: (json: boolean, folders: readonly string[]) => number | Promise<number> }

const ACTIONS: Readonly<Record<string, Action>> = {
  check: { folders: 1, run: check },
  report: { folders: 1, run: report },
  diff: { folders: 2, run: diff },
}

export const rules: Verb = {
  name: 'rules',
  summary: 'Check the rules, report what of them reaches a patient, compare two sets; reload or switch them in running servers',
  usage: [
    'attune rules check|report [FOLDER] [--json]',
    'attune rules diff OLD NEW [--json]',
    'attune rules reload [--from FOLDER|kept:ID] [--by NAME] [--json]',
    'attune rules back [--by NAME] [--json]',
    'attune rules kept [--json]',
    'attune rules off|shadow|on ROW --because TEXT [--tenant T] [--by NAME] [--json]',
    'attune rules off|shadow|on DRUG GENE --because TEXT [--tenant T] [--by NAME] [--json]',
  ].join('\n       '),
  options: OPTIONS,
  run: async ({ values, positionals: [name, ...folders] }) => {
    const operation = Object.hasOwn(OPERATIONS, name ?? '') ? OPERATIONS[name ?? ''] : undefined
    if (operation) return operation({ values, positionals: folders })
    const action = ACTIONS[name ?? '']
    if (!action) throw new UsageError('Say what to do: check, report, diff, reload, back, kept, off, shadow or on.')
    if (folders.length > action.folders) throw new UsageError(`"${folders.at(-1)}" is one folder too many.`)
    return action.run(values.json === true, folders)
  },
}
