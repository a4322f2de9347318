import { composeOffline } from '../engine.ts'
import { REQUEST_OPTIONS, runRequest } from './run-request.ts'
import { printJson, say, type Verb } from './verb.ts'

export const simulate: Verb = {
  name: 'simulate',
  summary: 'Answer a CDS Hooks request from a file: the cards that an EHR would get',
  usage: 'attune simulate REQUEST.json|- [--service ID] [--json]',
  options: REQUEST_OPTIONS,
  run: async (input) => {
    const { response, decision } = await runRequest(input, await composeOffline(process.env))
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
