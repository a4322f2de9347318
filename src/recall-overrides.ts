import type { ClientConfig } from './config.ts'
import type { PastOverride } from './contract/cards.ts'
import type { DecisionKit } from './decide.ts'
import type { HookRequest } from './hooks/request.ts'
import type { Ledger, Override } from './ledger/ledger.ts'

/** What looking up overrides needs. */
export type RecallKit = Pick<DecisionKit, 'patientKey' | 'userKey'> & {
  readonly ledger: Pick<Ledger, 'overrides'>
  /** `alertPolicy.repeatAfterHours`; 0: never looked up. */
  readonly repeatAfterHours: number
  /** `alertPolicy.recallMs`: a call waits this long for the ledger, beside the reading of the record; then all cards are shown. */
  readonly recallMs: number
  /** The reasons that cards offer; the words of another one are not repeated. */
  readonly overrideReasons: readonly { readonly code: string; readonly system: string; readonly display: string }[]
}

const HOUR_MS = 3_600_000

const NONE: ReadonlyMap<string, PastOverride> = new Map()

const within = async <T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => {
    // One more turn: on a busy process the answer may have come, and wait behind the timer to be read.
    timer = setTimeout(() => setImmediate(resolve, otherwise), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

const wordsOf = ({ reason }: Override, { overrideReasons }: RecallKit): string | null =>
  overrideReasons.find(({ code, system }) => code === reason?.code && (reason.system === null || system === reason.system))?.display ?? null

/**
 * What the user of this call overrode for its patient and need not be told again, by the digest of its facts. Never throws and never
 * waits long: when the ledger is away or slow nothing is known to be overridden, and every card is shown.
 */
export const recallOverrides = async (
  request: HookRequest,
  { tenant }: ClientConfig,
  kit: RecallKit,
): Promise<ReadonlyMap<string, PastOverride>> => {
  const window = kit.repeatAfterHours * HOUR_MS
  if (window === 0) return NONE
  const { fhirServer, patientId, userId } = request
  const asker = { tenant, patientKey: kit.patientKey(tenant, fhirServer, patientId), userKey: kit.userKey(tenant, fhirServer, userId) }
  const read = kit.ledger.overrides(asker, new Date(Date.now() - window)).catch((): readonly Override[] => [])
  const found = await within(kit.recallMs, read, [])
  return new Map(
    found.map((override) => [
      override.facts,
      { at: override.at, until: new Date(Date.parse(override.at) + window).toISOString(), reason: wordsOf(override, kit) },
    ]),
  )
}
