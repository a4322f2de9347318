import { PERIOD_OPTIONS, reportShadow } from './period-report.ts'
import { turnShadow } from './rules-operations.ts'
import type { Verb } from './verb.ts'

export const shadow: Verb = {
  name: 'shadow',
  summary:
    'Let a site or a service run in the shadow: everything is evaluated and recorded, and shown to nobody; or report what would have been shown',
  usage: `attune shadow on|off --because TEXT [--service ID] [--tenant T] [--by NAME] [--json]
       attune shadow report [--since DAY] [--until DAY] [--tenant T] [--format table|csv|json] [--operator FILE]`,
  options: { because: { type: 'string' }, by: { type: 'string' }, service: { type: 'string' }, ...PERIOD_OPTIONS },
  run: (input) => (input.positionals[0] === 'report' && input.positionals.length === 1 ? reportShadow(input) : turnShadow(input)),
}
