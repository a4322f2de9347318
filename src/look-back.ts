import type { Background, LastLook, SeenAdvice } from './contract/background.ts'
import type { DecisionRecord } from './contract/decision.ts'
import type { PatientFacts } from './contract/facts.ts'
import type { Assessment } from './contract/findings.ts'
import { LATELY_DAYS, recentChanges } from './facts/changes.ts'
import { eachLineage, indexResources } from './facts/resource-index.ts'
import type { Answered } from './hooks/prefetch.ts'
import type { Ledger } from './ledger/ledger.ts'

/** What putting the background together needs; `engine.ts` plugs it in. */
export type BackgroundKit = {
  readonly ledger: Pick<Ledger, 'lastSeen'>
  readonly explain: (assessment: Assessment, facts: PatientFacts) => Pick<Background, 'gaps' | 'considered' | 'silences' | 'models'>
  /** Names of drugs and models, each with what it rests on. */
  readonly restingOn: (assessment: Assessment) => readonly (readonly [string, unknown])[]
  readonly reportFault: (fault: unknown, service: string) => void
}

/** Opening the app again within one sitting is no earlier look. */
const SITTING_MS = 3_600_000

/** The screen does not wait longer for what was advised before. */
const LEDGER_MS = 1000

const within = async <T>(ms: number, work: Promise<T>, otherwise: T): Promise<T> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ms, otherwise)
  })
  return Promise.race([work, late]).finally(() => clearTimeout(timer))
}

const isSame = (a: SeenAdvice | undefined, b: SeenAdvice | undefined): boolean => a?.consequence === b?.consequence && a?.state === b?.state

const compare = (then: DecisionRecord, now: DecisionRecord): LastLook => {
  const [before, today] = [then, now].map(({ seen = [] }) => new Map(seen.map((one) => [one.drug, one])))
  const drugs = [...new Set([...(before?.keys() ?? []), ...(today?.keys() ?? [])])]
  return {
    state: 'compared',
    at: then.at,
    decision: then.id,
    rules: then.versions.rules === now.versions.rules ? null : { earlier: then.versions.rules, now: now.versions.rules },
    drugs: drugs
      .filter((drug) => !isSame(before?.get(drug), today?.get(drug)))
      .map((drug) => ({ drug, earlier: before?.get(drug) ?? null, now: today?.get(drug) ?? null })),
  }
}

/** The newest look of an earlier sitting at the same patient that kept what it advised. */
const lookBack = async (decision: DecisionRecord, { ledger }: BackgroundKit): Promise<LastLook> => {
  const until = new Date(Date.parse(decision.at) - SITTING_MS).toISOString()
  const read = ledger.lastSeen(decision.tenant, decision.patientKey, until).then(
    (then): LastLook => (then ? compare(then, decision) : { state: 'none' }),
    (): LastLook => ({ state: 'unknown' }),
  )
  return within(LEDGER_MS, read, { state: 'unknown' })
}

const usesOf = (assessment: Assessment, kit: BackgroundKit): ReadonlyMap<string, ReadonlySet<string>> => {
  const uses = new Map<string, Set<string>>()
  for (const [name, value] of kit.restingOn(assessment))
    eachLineage(value, (resource) => void (uses.get(resource) ?? uses.set(resource, new Set()).get(resource))?.add(name))
  return uses
}

/** What stands behind an answer of the app. A fault here costs the background, never the answer: null. */
export const putTogether = async (
  answers: readonly Answered[],
  facts: PatientFacts,
  assessment: Assessment,
  decision: DecisionRecord,
  kit: BackgroundKit,
): Promise<Background | null> => {
  try {
    return {
      ...indexResources(answers, facts, usesOf(assessment, kit)),
      ...kit.explain(assessment, facts),
      changes: { days: LATELY_DAYS, ...recentChanges(facts), lastLook: await lookBack(decision, kit) },
    }
  } catch (fault) {
    kit.reportFault(fault, 'profile-background')
    return null
  }
}
