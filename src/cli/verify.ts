import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { readConfig } from '../config.ts'
import { loadThinking, type Thinking } from '../engine.ts'
import { AttuneError } from '../errors.ts'
import { projectRoot } from '../project-root.ts'
import { readCaseFile } from './case-files.ts'
import { printJson, progress, say, UsageError, type Verb } from './verb.ts'
import { isCallingFile, verifyCalling } from './verify-calling.ts'
import { isCallingTable, verifyCallingTable } from './verify-calling-tables.ts'
import { isCaseFile, verifyCases } from './verify-cases.ts'
import { isMomentFile, verifyMoments } from './verify-moments.ts'
import { verifyOrders } from './verify-orders.ts'
import { isReadingsFile, verifyReadings } from './verify-readings.ts'
import { isVectorFile, verifyVectors } from './verify-vectors.ts'

/** One acceptance case and how it came out. `skipped` is never counted as passed. */
type CaseResult = {
  readonly name: string
  readonly state: 'passed' | 'failed' | 'skipped'
  readonly because: readonly string[]
  /** Of a number, how far it is from what was expected, and how far it may be. */
  readonly difference?: number
  readonly tolerance?: number
}

type Suite = {
  readonly recognises: (content: unknown) => boolean
  readonly run: (content: unknown, path: string, thinking: Thinking) => Promise<CaseResult[]>
}

const fromPassed = (name: string, passed: boolean, because: readonly string[]): CaseResult => ({
  name,
  state: passed ? 'passed' : 'failed',
  because,
})

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new AttuneError('input-unreadable', `${path} is not readable JSON`, { cause })
  }
}

/** A kind of case file is a row here: how it is told, and who runs it. A file may be of several kinds. Layouts: docs/verify.md. */
const SUITES: readonly Suite[] = [
  {
    recognises: isReadingsFile,
    run: async (content, path, { kit }) => {
      const { readings, calls, unexpected } = verifyReadings(content, path, kit.knowledge)
      return [...readings, ...calls, ...unexpected].map((result) =>
        fromPassed(`${result.file} ${result.name}`, result.passed, result.differences),
      )
    },
  },
  {
    recognises: isReadingsFile,
    run: async (content, path, { terms }) =>
      verifyOrders(content, (file) => readJson(join(dirname(resolve(path)), file)), terms).map((result) =>
        fromPassed(`${result.file} ${result.ref} order`, result.passed, result.differences),
      ),
  },
  {
    recognises: isCaseFile,
    run: async (content, _path, { kit }) =>
      verifyCases(content, kit.knowledge).map((result) => fromPassed(result.name, result.passed, result.differences)),
  },
  {
    recognises: isMomentFile,
    run: async (content, _path, { kit }) =>
      (await verifyMoments(content, kit)).map((result) => fromPassed(result.name, result.passed, result.differences)),
  },
  {
    recognises: isCallingFile,
    run: async (content, _path, { kit }) =>
      verifyCalling(content, kit.knowledge).map((result) => fromPassed(result.name, result.passed, result.differences)),
  },
  {
    recognises: isCallingTable,
    run: async (content, _path, { kit }) =>
      verifyCallingTable(content, kit.knowledge).map((result) => fromPassed(result.name, result.passed, result.differences)),
  },
  {
    recognises: isVectorFile,
    run: async (content, _path, { kit }) => {
      const { model, results } = await verifyVectors(content, kit.models)
      return results.map((result) => ({
        name: `${model} ${result.id}`,
        state: result.state,
        ...(result.state === 'skipped' ? {} : { difference: result.difference, tolerance: result.tolerance }),
        because: [
          result.state === 'failed' ? `off by ${result.difference}, tolerance ${result.tolerance}` : '',
          result.because ?? '',
        ].filter(Boolean),
      }))
    },
  },
]

const runFile = async (path: string, thinking: Thinking): Promise<CaseResult[]> => {
  const content = readCaseFile(path)
  const suites = SUITES.filter((suite) => suite.recognises(content))
  if (suites.length === 0) throw new AttuneError('input-unreadable', `${path} is no kind of case file that is known; see docs/verify.md`)
  return (await Promise.all(suites.map((suite) => suite.run(content, path, thinking)))).flat()
}

const count = (results: readonly CaseResult[], state: CaseResult['state']): number =>
  results.filter((result) => result.state === state).length

const tally = (results: readonly CaseResult[]): string => {
  const skipped = count(results, 'skipped')
  return `${count(results, 'passed')} passed, ${count(results, 'failed')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** Of the cases that were numbers; nothing where none was. */
const farthest = (results: readonly CaseResult[]): string => {
  const differences = results.flatMap(({ difference }) => (difference === undefined ? [] : [difference]))
  return differences.length === 0 ? '' : `, largest difference ${Math.max(...differences).toPrecision(2)}`
}

export const verify: Verb = {
  name: 'verify',
  summary: 'Run acceptance cases kept as data: allele calling, FHIR readings, orders, guidance cases, moments, model vectors',
  usage: 'attune verify FILE... [--json]   (layouts: docs/verify.md)',
  options: {},
  run: async ({ positionals, values }) => {
    if (positionals.length === 0) throw new UsageError('Name at least one case file.')
    const thinking = await loadThinking(readConfig(process.env, projectRoot))
    const all: CaseResult[] = []
    for (const path of positionals) {
      const results = await runFile(path, thinking)
      all.push(...results)
      progress(`${path}: ${tally(results)}${farthest(results)}`)
      if (values.json) continue
      for (const result of results)
        if (result.state !== 'passed') say(`${result.state}: ${result.name}${result.because.map((line) => `\n    ${line}`).join('')}`)
    }
    await thinking.kit.models.close()
    if (values.json) printJson({ passed: count(all, 'passed'), failed: count(all, 'failed'), skipped: count(all, 'skipped'), results: all })
    else say(tally(all))
    return count(all, 'failed') === 0 && count(all, 'passed') > 0 ? 0 : 1
  },
}
