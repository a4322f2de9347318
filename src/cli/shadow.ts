import { turnShadow } from './rules-operations.ts'
import type { Verb } from './verb.ts'

export const shadow: Verb = {
  name: 'shadow',
  summary: 'Let a site or a service run in the shadow: everything is evaluated and recorded, and shown to nobody',
  usage: 'attune shadow on|off --because TEXT [--service ID] [--tenant T] [--by NAME] [--json]',
  options: { because: { type: 'string' }, by: { type: 'string' }, service: { type: 'string' }, tenant: { type: 'string' } },
  run: turnShadow,
}
