import { PERIOD_OPTIONS, reportOverrides } from './period-report.ts'
import { UsageError, type Verb } from './verb.ts'

export const overrides: Verb = {
  name: 'overrides',
  summary: 'Report what became of the cards that were shown: accepted, overridden and why, ignored',
  usage:
    'attune overrides report [--since DAY] [--until DAY] [--by rule|drug|service|site|week] [--tenant T] [--format table|csv|json] [--operator FILE]',
  options: { ...PERIOD_OPTIONS, by: { type: 'string' } },
  run: (input) => {
    if (input.positionals.join(' ') !== 'report') throw new UsageError('Say report.')
    return reportOverrides(input)
  },
}
