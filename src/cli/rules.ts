import { readWording } from '../cards/wording.ts'
import { readConfig } from '../config.ts'
import { genomicTerms } from '../facts/genomics/genomic-terms.ts'
import { loadKnowledge } from '../guidance/load-knowledge.ts'
import { reportCoverage } from '../guidance/report-coverage.ts'
import { projectRoot } from '../project-root.ts'
import { printJson, say, UsageError, type Verb } from './verb.ts'

const load = () => {
  const knowledge = loadKnowledge(readConfig(process.env, projectRoot).rulesDir)
  readWording(knowledge.tables.get('wording'), knowledge.actions.keys())
  genomicTerms(knowledge)
  return knowledge
}

const check = (json: boolean): number => {
  const knowledge = load()
  const rows = [...knowledge.guidance.values()].flat()
  const counts = { version: knowledge.version, genes: knowledge.genes.size, drugs: knowledge.guidance.size, rows: rows.length, problems: 0 }
  if (json) printJson(counts)
  else say(`Rules ${counts.version}: ${counts.genes} genes, ${counts.drugs} drugs, ${counts.rows} guidance rows. No problems.`)
  return 0
}

const ACTIONS: Readonly<Record<string, (json: boolean) => number>> = {
  check,
  report: (json) => {
    const report = reportCoverage(load())
    if (json) printJson(report)
    else {
      for (const { source, rows, advice, reached, listed, off } of report.sources)
        say(`${source.padEnd(5)} ${rows} rows: ${advice} advice (${reached} reach a patient), ${listed} listed only, ${off} off`)
      for (const { row, because } of report.unreachable) say(`never reached: ${row}: ${because}`)
      for (const { row, because } of report.off) say(`off: ${row}: ${because}`)
    }
    return 0
  },
}

export const rules: Verb = {
  name: 'rules',
  summary: 'Check the rules, or report their coverage',
  usage: 'attune rules check|report [--json]',
  options: {},
  run: async ({ values, positionals }) => {
    const action = ACTIONS[positionals[0] ?? '']
    if (!action) throw new UsageError('Say what to do: check or report.')
    return action(values.json === true)
  },
}
