import { readFileSync } from 'node:fs'
import type { CardsResponse } from '../contract/cards.ts'
import type { DecisionRecord } from '../contract/decision.ts'
import { composeOffline } from '../engine.ts'
import { AttuneError } from '../errors.ts'
import { readHookRequest } from '../hooks/request.ts'
import { printJson, say, UsageError, type Verb, type VerbInput } from './verb.ts'

const readJson = (path: string): unknown => {
  try {
    return JSON.parse(readFileSync(path === '-' ? 0 : path, 'utf8'))
  } catch (cause) {
    throw new AttuneError('input-unreadable', `${path} is not readable JSON`, { cause })
  }
}

const noService = (asked: VerbInput['values'][string], hook: unknown): string => {
  if (typeof asked === 'string') return `There is no service ${asked}.`
  return typeof hook === 'string' ? `No service answers the hook ${hook}.` : 'The request names no hook.'
}

type Ran = { readonly response: CardsResponse; readonly decision: DecisionRecord }

/** The request file through the straight line: prefetch as it stands in the file, no server, no ledger on disk. */
const runFile = async ({ positionals, values }: VerbInput): Promise<Ran> => {
  const [path] = positionals
  if (!path) throw new UsageError('Name a file with a CDS Hooks request, or - for standard input.')
  const body = readJson(path)
  const engine = await composeOffline(process.env)
  const hook = (body as { hook?: unknown } | null)?.hook
  const service = engine.services.find((candidate) => (values.service ? candidate.id === values.service : candidate.hook === hook))
  if (!service) throw new UsageError(`${noService(values.service, hook)} Known: ${engine.services.map(({ id }) => id).join(', ')}.`)
  return engine.run(service, readHookRequest(body, service))
}

const options = { service: { type: 'string' } } as const

export const simulate: Verb = {
  name: 'simulate',
  summary: 'Answer a CDS Hooks request from a file: the cards that an EHR would get',
  usage: 'attune simulate REQUEST.json|- [--service ID] [--json]',
  options,
  run: async (input) => {
    const { response, decision } = await runFile(input)
    if (input.values.json) printJson(response)
    else {
      for (const card of response.cards)
        say(
          `[${card.indicator}] ${card.summary}\n\n${card.detail ?? ''}\n${(card.suggestions ?? []).map(({ label }) => `  > ${label}`).join('\n')}\n`,
        )
      if (response.cards.length === 0) say(`No card. ${decision.silences.map(({ about, because }) => `${about}: ${because}`).join('; ')}`)
    }
    return 0
  },
}

const explained = (decision: DecisionRecord): string[] => [
  `Outcome: ${decision.outcome} in ${decision.ms} ms. Rules ${decision.versions.rules}`,
  '',
  'Read:',
  ...decision.questions.map(
    ({ key, from, state, resources, because }) => `  ${key}: ${state} from ${from}, ${resources} resources${because ? `. ${because}` : ''}`,
  ),
  '',
  'Cards:',
  ...decision.traces.flatMap((trace) => [
    `  ${decision.cards.find(({ uuid }) => uuid === trace.card)?.summary}`,
    `    rows  ${trace.rows.join(', ') || 'none'}`,
    `    facts ${trace.facts.join(', ') || 'none'}`,
  ]),
  '',
  'Silent about:',
  ...decision.silences.map(({ about, code, because }) => `  ${about}: ${because} (${code})`),
  '',
  'Not assessed:',
  ...decision.gaps.map(({ about, code, because }) => `  ${about}: ${because} (${code})`),
]

export const explain: Verb = {
  name: 'explain',
  summary: 'Say why a CDS Hooks request gets the cards it gets: facts, rows, silences, gaps',
  usage: 'attune explain REQUEST.json|- [--service ID] [--json]',
  options,
  run: async (input) => {
    const { decision } = await runFile(input)
    if (input.values.json) printJson(decision)
    else say(explained(decision).join('\n'))
    return 0
  },
}
