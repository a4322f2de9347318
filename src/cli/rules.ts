import { readWording } from '../cards/wording.ts'
import { readConfig } from '../config.ts'
import { loadKnowledge } from '../guidance/load-knowledge.ts'
import { reportCoverage } from '../guidance/report-coverage.ts'
import { projectRoot } from '../project-root.ts'
import { printJson, say, UsageError, type Verb } from './verb.ts'

const load = () => {
  const knowledge = loadKnowledge(readConfig(process.env, projectRoot).rulesDir)
  readWording(knowledge.tables.get('wording'), knowledge.actions.keys())
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
    else
      for (const source of report.sources)
        say(`${source.source.padEnd(5)} ${source.rows} rows: ${source.advice} advice, ${source.listed} listed only, ${source.off} off`)
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
