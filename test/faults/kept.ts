import { type LedgerConfig, openLedger } from '../../src/ledger/ledger.ts'
import type { Notebook } from './prescribers.ts'

/** How the ledger stands against what was acknowledged. */
export type Kept = {
  /** Cards of answered decisions that no stored decision has. */
  readonly lostDecisions: number
  /** Cards of answered feedback on which no feedback is stored, or that is not joined to its decision. */
  readonly lostFeedback: number
  readonly chain: string
  readonly health: string
}

export const NOTHING_LOST: Kept = { lostDecisions: 0, lostFeedback: 0, chain: 'intact', health: 'ok' }

/** Opens the ledger as the next start does, and looks for every acknowledged entry. */
export const whatWasKept = async (config: LedgerConfig, tenant: string, { decisions, feedback }: Notebook): Promise<Kept> => {
  const ledger = await openLedger(config)
  try {
    let lostDecisions = 0
    for (const card of decisions) if ((await ledger.byCard(card, tenant)) === null) lostDecisions += 1
    let lostFeedback = 0
    for (const card of feedback) {
      const [event] = await ledger.feedbackOn({ card }, tenant)
      if (event === undefined || event.decision === null) lostFeedback += 1
    }
    return { lostDecisions, lostFeedback, chain: (await ledger.verifyChain()).state, health: ledger.health().state }
  } finally {
    await ledger.close()
  }
}
