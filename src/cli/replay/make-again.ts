import { SERVICES } from '../../../cds-services/registry.ts'
import type { Config } from '../../config.ts'
import type { DecisionRecord } from '../../contract/decision.ts'
import type { RiskEstimate } from '../../contract/risk.ts'
import { makeLine, type Stance, type Thinking } from '../../engine.ts'
import { AttuneError } from '../../errors.ts'
import { makeOutbound } from '../../fhir/outbound.ts'
import { readHookRequest } from '../../hooks/request.ts'
import type { KeptCall } from '../../kept-inputs.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { digestOfJson } from '../../request-digest.ts'
import { makeProfileDecision } from '../../run-profile.ts'
import { makeDecision } from '../../run-service.ts'
import { understandRecord } from '../../understand-record.ts'

/** A decision made once more, with the faults that it met. */
export type MadeAgain = {
  readonly decision: DecisionRecord
  readonly estimates: readonly RiskEstimate[]
  readonly faults: readonly unknown[]
}

export type Again = {
  readonly config: Config
  readonly thinking: Thinking
  readonly stance: Stance
  readonly ledger: Pick<Ledger, 'patientKey' | 'userKey' | 'seal'>
}

/** The terminology server says what it said then; nobody is asked. */
const asHeard = ({ terminology }: KeptCall) => (terminology === null ? null : { resolve: async () => terminology, resting: () => false })

/** The stance of that time, as it was kept. */
export const keptStance = ({ settings: { stance } }: KeptCall): Stance => ({
  inShadow: (service) => stance.inShadow[service] ?? null,
  rules: stance.rules,
  switches: stance.switches,
})

/**
 * Makes a decision again from what was kept of it. Nothing is asked, recorded or shown.
 * @throws AttuneError `input-unreadable` when this release has not the service
 */
export const makeAgain = async (call: KeptCall, { config, thinking, stance, ledger }: Again): Promise<MadeAgain> => {
  const faults: unknown[] = []
  const { patientKey, userKey, seal } = ledger
  const terminology = asHeard(call)
  const line = makeLine(
    config,
    thinking,
    {
      outbound: makeOutbound(config.network),
      terminology,
      ledger: { patientKey, userKey, seal, record: async () => {}, overrides: async () => [], lastSeen: async () => null },
      reportFault: (fault) => void faults.push(fault),
      afterwards: () => {},
    },
    stance,
  )
  const { of, client, record, stamp } = call
  if (of.kind === 'profile') {
    const facts = await understandRecord(record, line)
    const digest = of.digest ?? digestOfJson(of.request)
    const { decision, shown } = await makeProfileDecision(of.request, client, facts, line, () => stamp, digest)
    return { decision, estimates: shown, faults }
  }
  const service = SERVICES.find(({ id }) => id === of.service)
  if (!service) throw new AttuneError('input-unreadable', `this release has no service ${of.service}`)
  const request = readHookRequest(of.body, service, of.digest)
  const known = { service, request, client, record, overridden: new Map(call.overridden), id: stamp.id, terminology }
  const { decision, estimates } = await makeDecision(known, line, () => stamp)
  return { decision, estimates, faults }
}
