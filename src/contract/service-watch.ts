import type { WatchState } from './monitoring.ts'

/** Of what is counted: the service itself, an ordered drug, a row of the rules, a pair of drug and gene, or a version of the rules. */
export type WatchedKind = 'service' | 'drug' | 'rule' | 'pair' | 'release'

/** One thing that happened in a call, as it is counted: `n` is 1 but for orders and cards. */
export type ServiceCell = readonly [kind: WatchedKind, subject: string, measure: string, n?: number]

/** `shadow`: evaluated and shown to nobody. `trial`: the answer with the rules that run in the shadow, beside the one that was shown. */
export type CountMode = 'shown' | 'shadow' | 'trial'

/** What one call adds to the counts of its day. Names of services, rules, drugs and codes of ours; nothing of the patient. */
export type ServiceTally = { readonly mode: CountMode; readonly cells: readonly ServiceCell[] }

/**
 * `unheard`: no call for long within the usual hours. `calls`, `silence-rate`, `firing`: against the days before. `zero`: nothing where
 * something was to be expected. `not-assessed`: share of calls in which nothing could be assessed.
 */
export type ServiceFigureId = 'unheard' | 'calls' | 'silence-rate' | 'not-assessed' | 'firing' | 'zero'

/** One number with its judgement. */
export type ServiceFigure = {
  readonly figure: ServiceFigureId
  readonly kind: WatchedKind
  /** Row of the rules, or `drug gene`; empty for the service. */
  readonly subject: string
  /** Calls a day, minutes, or a share of calls; null where there was nothing to count. */
  readonly value: number | null
  /** The same of the days before; null where there are none. */
  readonly reference: number | null
  /** Calls behind the value. */
  readonly n: number
  /** Standard deviations from the reference; null where it is not judged so. */
  readonly sigmas: number | null
  readonly state: WatchState
  /** One sentence. */
  readonly because: string
}

export type ServiceDay = {
  readonly day: string
  readonly calls: number
  readonly withCard: number
  readonly silent: number
  readonly notAssessed: number
  /** Of the calls those that nobody was shown an answer of: the service, or the site, ran in the shadow. */
  readonly shadow: number
}

export type WatchedService = {
  readonly tenant: string
  readonly service: string
  readonly state: WatchState
  /** Day of its first days that today is, while they are not over. */
  readonly collecting: { readonly day: number; readonly days: number } | null
  /** Other rules than before answer since that day; null where they are the same all the time. */
  readonly release: { readonly version: string; readonly since: string; readonly before: string } | null
  /** Oldest first; the last is today, so far. */
  readonly days: readonly ServiceDay[]
  readonly figures: readonly ServiceFigure[]
  /** Of the window, most first. */
  readonly silences: readonly { readonly code: string; readonly n: number }[]
  /** Orders that were looked at in the window, by what became of them. */
  readonly drugs: readonly {
    readonly drug: string
    readonly looked: number
    readonly cards: number
    readonly silent: number
    readonly notAssessed: number
  }[]
}

export type ServiceLimit = {
  readonly figure: ServiceFigureId
  readonly watch: number
  readonly act: number
  readonly says: string
  readonly source: string
}

/** GET /api/monitoring/services. */
export type ServiceWatchReport = {
  /** Instant in UTC. */
  readonly asOf: string
  readonly window: { readonly from: string; readonly to: string; readonly days: number }
  readonly baseline: { readonly from: string; readonly to: string; readonly days: number }
  readonly sandbox: boolean
  readonly limits: readonly ServiceLimit[]
  readonly services: readonly WatchedService[]
}
