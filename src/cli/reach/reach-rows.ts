import type { Action, Finding } from '../../contract/findings.ts'
import { prepareGuidance } from '../../guidance/prepare.ts'
import type { GuidanceRow, Knowledge } from '../../guidance/rules.ts'
import { resultsFor } from './gene-results.ts'
import { both, decidableConditions, type Extra, recordFor, recordUnder } from './record-sketches.ts'
import { orderOf, type Results, runTrial, saidOf, type Tried } from './trial.ts'

/** What became of one row, or of one word or action of it. */
export type RowReach = {
  readonly row: string
  readonly source: GuidanceRow['source']
  readonly standing: GuidanceRow['standing']
  /** A patient was found for whom the engine names the row. */
  readonly reached: boolean
  /** Why the row, or a part of it, is not reached or not used. */
  readonly reasons: readonly string[]
  /** Parts that are neither reached nor explained: the rules are silently unused. */
  readonly silent: readonly string[]
  /** Conditions of its actions that a record can decide, and those that are asked on the card. */
  readonly conditions: { readonly decided: number; readonly asked: number }
}

/** What the trials of all rows showed beside the rows themselves. */
export type Seen = { readonly alternatives: Map<string, Set<string>> }

type Entry = GuidanceRow['when'][number]

const MOST_TRIALS = 240

const conditionsOf = (actions: readonly Action[], decided: readonly string[]) => {
  const texts = new Set(
    actions.flatMap(({ condition }) => (condition?.kind === 'if' && condition.text !== undefined ? [condition.text] : [])),
  )
  return { decided: decided.length, asked: [...texts].filter((text) => !decided.includes(text)).length }
}

/** Every combination of results for the genes of an entry in which `gene` has the word `key`. */
const combinations = (entry: Entry, gene: string, key: string, { genes }: Knowledge): Results[] => {
  const choices = Object.entries(entry).map(([symbol, words]): readonly (readonly [string, string | null])[] => {
    const table = genes.get(symbol)
    const results = table ? (symbol === gene ? [key] : words).flatMap((word) => resultsFor(table, word)) : []
    return results.map((result) => [symbol, result] as const)
  })
  return choices
    .reduce<Results[]>(
      (made, options) => made.flatMap((one) => options.map(([symbol, result]) => ({ ...one, [symbol]: result }))).slice(0, MOST_TRIALS),
      [{}],
    )
    .slice(0, MOST_TRIALS)
}

const sayingOf = ({ genes, population, strength, actions }: GuidanceRow): string =>
  JSON.stringify([genes, population ?? null, strength, actions])

/** Why another row spoke in this one's place; null when that would be wrong. */
const whyInstead = (row: GuidanceRow, spoke: ReadonlySet<string>, knowledge: Knowledge): string | null => {
  const rows = (knowledge.guidance.get(row.drug) ?? []).filter(
    (other) => spoke.has(other.id) && other.id !== row.id && other.source === row.source,
  )
  const same = rows.find((other) => sayingOf(other) === sayingOf(row))
  if (same) return `says the same as ${same.id}, which is named`
  const newer = rows.find((other) => row.superseded === 'partly' && other.superseded === undefined)
  if (newer) return `superseded: ${newer.id} is newer (${newer.guideline.asOf}) and is taken`
  const exact = rows.find((other) =>
    other.when.some((entry) => Object.values(entry).some((words) => words.some((word) => word.includes('/') && word !== 'n/a'))),
  )
  return exact ? `${exact.id} names the exact genotype and is taken` : null
}

type Verdict = { readonly reached: boolean; readonly reason: string | null; readonly with: Results | null }

class RowTrials {
  readonly #row: GuidanceRow
  readonly #knowledge: Knowledge
  readonly #seen: Seen
  readonly #order: ReturnType<typeof orderOf>

  constructor(row: GuidanceRow, knowledge: Knowledge, seen: Seen) {
    this.#row = row
    this.#knowledge = knowledge
    this.#seen = seen
    this.#order = orderOf(row.drug, knowledge)
  }

  get isOrdered(): boolean {
    return this.#order !== null
  }

  /** Findings of the drug for one patient. */
  findings(results: Results, extra: Extra): readonly Finding[] {
    if (!this.#order) return []
    const tried: Tried = runTrial({ order: this.#order, results, extra }, this.#knowledge)
    const said = saidOf(this.#row.drug, tried)
    for (const { drug, verdict } of said?.alternatives ?? [])
      this.#seen.alternatives.set(drug.name, (this.#seen.alternatives.get(drug.name) ?? new Set()).add(verdict))
    return said?.findings ?? []
  }

  finding(results: Results, extra: Extra): Finding | null {
    return this.findings(results, extra).find(({ row }) => row === this.#row.id) ?? null
  }

  /** Whether a patient with this word among the keys of the gene meets the row by it. */
  tryKey(entry: Entry, gene: string, key: string, extra: Extra): Verdict {
    const tries = combinations(entry, gene, key, this.#knowledge)
    if (tries.length === 0) return { reached: false, reason: null, with: null }
    const spoke = new Set<string>()
    for (const results of tries) {
      const findings = this.findings(results, extra)
      const own = findings.find(({ row }) => row === this.#row.id)
      if (own?.basis.some((basis) => basis.gene === gene && basis.key === key)) return { reached: true, reason: null, with: results }
      for (const { row, kind } of findings) if (kind === 'guidance') spoke.add(row)
    }
    return { reached: false, reason: whyInstead(this.#row, spoke, this.#knowledge), with: null }
  }
}

const sameAction = (one: Action, other: Action): boolean =>
  one.code === other.code && one.value === other.value && one.detail === other.detail

/** Ages at which limits that a source gives by age are tried. */
const AGES = [1, 8, 15, 66, 90]

/** Actions that no patient of the row is told, although the row is shown. */
const unsaidActions = (row: GuidanceRow, trials: RowTrials, results: Results, extra: Extra, knowledge: Knowledge): Action[] => {
  const { tables, actions } = prepareGuidance(knowledge)
  const all = actions.get(row.id) ?? []
  let left = [...all]
  const take = (one: Extra): void => {
    const said = left.length === 0 ? [] : (trials.finding(results, one)?.actions ?? [])
    left = left.filter((action) => !said.some((other) => sameAction(action, other)))
  }
  take(extra)
  for (const text of decidableConditions(all, tables)) {
    const condition = tables.populations.conditions[text]
    const met = condition && recordUnder(condition.rule, tables, knowledge.modifiers)
    if (met) take(both(extra, met))
  }
  for (const age of AGES) take({ ...extra, age })
  return left
}

const provePopulation = (row: GuidanceRow, knowledge: Knowledge): Extra | string => {
  if (row.population === undefined) return {}
  const { tables } = prepareGuidance(knowledge)
  const population = tables.populations.populations[row.population]
  if (!population) return `the population "${row.population}" is not described`
  return recordFor(population, tables) ?? `no record can meet the population "${row.population}"`
}

const proveAdvice = (row: GuidanceRow, trials: RowTrials, knowledge: Knowledge): Pick<RowReach, 'reached' | 'reasons' | 'silent'> => {
  const extra = provePopulation(row, knowledge)
  if (typeof extra === 'string') return { reached: false, reasons: [], silent: [extra] }
  const reasons: string[] = []
  const silent: string[] = []
  let met: Results | null = null
  for (const entry of row.when)
    for (const [gene, keys] of Object.entries(entry))
      for (const key of keys) {
        const verdict = trials.tryKey(entry, gene, key, extra)
        met ??= verdict.with
        if (verdict.reached) continue
        if (verdict.reason === null) silent.push(`no patient with ${gene} ${key} meets it`)
        else reasons.push(`${gene} ${key}: ${verdict.reason}`)
      }
  if (met && row.population !== undefined) silent.push(...unmetPopulation(row, trials, met, extra, knowledge))
  if (met)
    silent.push(
      ...unsaidActions(row, trials, met, extra, knowledge).map(
        ({ code, value, detail }) => `no patient is told "${[code, value, detail].filter(Boolean).join(' ')}"`,
      ),
    )
  return { reached: met !== null, reasons: [...new Set(reasons)], silent: [...new Set(silent)] }
}

/** A population that a record decides must match for somebody; one that is only asked about is shown as a question. */
const unmetPopulation = (row: GuidanceRow, trials: RowTrials, results: Results, extra: Extra, knowledge: Knowledge): string[] => {
  const population = prepareGuidance(knowledge).tables.populations.populations[row.population ?? '']
  const state = trials.finding(results, extra)?.population?.state
  return state === 'matches' || population?.rule.kind === 'ask' ? [] : [`no record meets the population "${row.population}"`]
}

const proveListed = (row: GuidanceRow, trials: RowTrials): Pick<RowReach, 'reached' | 'reasons' | 'silent'> =>
  trials.finding({}, {}) === null
    ? { reached: false, reasons: [], silent: ['an order of the drug does not show it'] }
    : { reached: true, reasons: [row.note ?? 'listed without a reason'], silent: [] }

const proveRow = (row: GuidanceRow, knowledge: Knowledge, seen: Seen): RowReach => {
  const { tables, actions } = prepareGuidance(knowledge)
  const own = actions.get(row.id) ?? []
  const common = {
    row: row.id,
    source: row.source,
    standing: row.standing,
    conditions: conditionsOf(own, decidableConditions(own, tables)),
  }
  if (row.standing === 'off')
    return {
      ...common,
      reached: false,
      reasons: row.note === undefined ? [] : [row.note],
      silent: row.note === undefined ? ['off without a reason'] : [],
    }
  const trials = new RowTrials(row, knowledge, seen)
  if (!trials.isOrdered)
    return { ...common, reached: false, reasons: [], silent: [`no order can name ${row.drug}: no code, no product, no name in text`] }
  return { ...common, ...(row.standing === 'listed' ? proveListed(row, trials) : proveAdvice(row, trials, knowledge)) }
}

/**
 * Runs the engine on synthetic patients for every guidance row: each word of each entry, each population that a record can meet,
 * each condition that a record can decide. A row, word or action that nobody meets, and that no other row explains, is named in `silent`.
 */
export const reachRows = (knowledge: Knowledge, seen: Seen): RowReach[] =>
  [...knowledge.guidance.values()].flat().map((row) => proveRow(row, knowledge, seen))
