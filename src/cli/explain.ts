import { readConfig } from '../config.ts'
import type { DecisionRecord } from '../contract/decision.ts'
import type { DrugFate, Explained, RowConsidered } from '../contract/explained.ts'
import { composeOffline } from '../engine.ts'
import { openLedger } from '../ledger/ledger.ts'
import { projectRoot } from '../project-root.ts'
import { REQUEST_OPTIONS, runRequest } from './run-request.ts'
import { printJson, say, type Verb, type VerbInput } from './verb.ts'

type Told = { readonly decision: DecisionRecord; readonly considered: readonly Explained[] }

const about = (row: RowConsidered): string =>
  [row.row, [row.source, row.year].filter(Boolean).join(' '), row.strength ?? 'no strength stated'].join(' · ')

const fateWords = (fate: DrugFate, { cards }: DecisionRecord): string => {
  switch (fate.shown) {
    case 'silent':
      return `no card: ${fate.because} (${fate.code})`
    case 'summarised':
      return 'a line on the summary card (alertPolicy.maxCards)'
    case 'card': {
      const card = cards.find(({ uuid }) => uuid === fate.card)
      return `card: [${card?.indicator}] ${card?.summary}`
    }
  }
}

const rowLines = (row: RowConsidered): string[] => [
  `    ${row.outcome === 'fired' ? '+' : '-'} ${about(row)}`,
  `        ${row.outcome}: ${row.because}`,
]

const subjectLines = ({ about: what, ref, text, drug, fate, rows }: Explained, decision: DecisionRecord): string[] => [
  `  ${what} ${ref}${text === '' ? '' : `, ${text}`}: ${drug ?? 'no known drug'}`,
  `    ${fateWords(fate, decision)}`,
  ...(rows.length > 0 ? [`    ${rows.filter(({ outcome }) => outcome === 'fired').length} of ${rows.length} rows apply:`] : []),
  ...rows.flatMap(rowLines),
]

const listed = (title: string, lines: readonly string[]): string[] => ['', title, ...(lines.length > 0 ? lines : ['  nothing'])]

const explained = ({ decision, considered }: Told): string[] => [
  `Outcome: ${decision.outcome} in ${decision.ms} ms. Rules ${decision.versions.rules}`,
  ...listed(
    'Read:',
    decision.questions.map(
      ({ key, from, state, resources, because }) =>
        `  ${key}: ${state} from ${from}, ${resources} resources${because ? `. ${because}` : ''}`,
    ),
  ),
  ...listed(
    'Cards:',
    decision.traces.flatMap((trace) => [
      `  ${decision.cards.find(({ uuid }) => uuid === trace.card)?.summary}`,
      `    rows  ${trace.rows.join(', ') || 'none'}`,
      `    facts ${trace.facts.join(', ') || 'none'}`,
      ...trace.concerns.map(({ key, facts }) => `    concern ${key}, facts ${facts}`),
    ]),
  ),
  ...listed(
    'Silent about:',
    decision.silences.map(({ about: what, code, because }) => `  ${what}: ${because} (${code})`),
  ),
  ...listed(
    'Not assessed:',
    decision.gaps.map(({ about: what, code, because }) => `  ${what}: ${because} (${code})`),
  ),
  ...listed(
    'Considered, row by row:',
    considered.flatMap((subject) => subjectLines(subject, decision)),
  ),
]

const OPTIONS = { ...REQUEST_OPTIONS, ledger: { type: 'boolean' } } as const

const runExplain = async (input: VerbInput): Promise<Told> => {
  if (!input.values.ledger) return runRequest(input, await composeOffline(process.env))
  const ledger = await openLedger(readConfig(process.env, projectRoot))
  try {
    return await runRequest(input, await composeOffline(process.env, ledger))
  } finally {
    await ledger.close()
  }
}

export const explain: Verb = {
  name: 'explain',
  summary: 'Say why a CDS Hooks request gets the cards it gets: facts, every row considered, silences, gaps',
  usage: 'attune explain REQUEST.json|- [--service ID] [--ledger] [--json]',
  options: OPTIONS,
  run: async (input) => {
    const { decision, considered } = await runExplain(input)
    if (input.values.json) printJson({ ...decision, considered })
    else say(explained({ decision, considered }).join('\n'))
    return 0
  },
}
