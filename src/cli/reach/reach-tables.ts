import { prepareGuidance } from '../../guidance/prepare.ts'
import type { Knowledge } from '../../guidance/rules.ts'
import { anyResult } from './gene-results.ts'
import type { Seen } from './reach-rows.ts'
import { orderOf, runTrial, saidOf } from './trial.ts'

/** What became of one entry of a table beside the guidance rows. */
export type EntryReach = {
  readonly entry: string
  readonly as: 'used' | 'off'
  readonly reasons: readonly string[]
  readonly silent: readonly string[]
}

const used = (entry: string, ...reasons: readonly string[]): EntryReach => ({ entry, as: 'used', reasons, silent: [] })
const off = (entry: string, ...reasons: readonly string[]): EntryReach => ({ entry, as: 'off', reasons, silent: [] })
const silent = (entry: string, ...silent: readonly string[]): EntryReach => ({ entry, as: 'off', reasons: [], silent })

/** An enzyme name that ends in a letter stands for all genes of the subfamily. */
const genesOf = (enzyme: string, { genes }: Knowledge): string[] =>
  [...genes.keys()].filter(
    (gene) => gene === enzyme || (/[A-Z]$/.test(enzyme) && gene.startsWith(enzyme) && /^\d+$/.test(gene.slice(enzyme.length))),
  )

/** Enzymes and strengths that a condition of an action or a check of a replacement asks about. */
const askedEnzymes = (knowledge: Knowledge): ReadonlySet<string> => {
  const { populations, alternatives } = prepareGuidance(knowledge).tables
  const rules = [...Object.values(populations.conditions), ...Object.values(alternatives.drugs).flatMap(({ checks }) => checks)]
  return new Set(
    rules.flatMap(({ rule }) =>
      'enzymes' in rule ? rule.enzymes.flatMap((enzyme) => rule.strengths.map((strength) => `${enzyme} ${strength}`)) : [],
    ),
  )
}

type Modifier = Knowledge['modifiers'][number]

/** The medicine must stand beside the gene's result in a patient who takes it. */
const proveModifier = (row: Modifier, knowledge: Knowledge, asked: ReadonlySet<string>): EntryReach => {
  const entry = `${row.enzyme} ${row.kind} ${row.drug}`
  if (row.verified !== 'seen') return off(entry, `recalled: ${row.note ?? 'not read in a source'}`)
  const genes = genesOf(row.enzyme, knowledge)
  const order = orderOf(row.drug, knowledge)
  if (!order) return silent(entry, `no record can name ${row.drug}`)
  const shown = genes.some((gene) => {
    const table = knowledge.genes.get(gene)
    const result = table ? anyResult(table) : null
    if (result === null) return false
    const { calls } = runTrial({ order, results: { [gene]: result }, extra: { medicines: [row.drug] } }, knowledge)
    const call = calls.find((one) => one.gene === gene)
    return (
      (call?.state === 'called' || call?.state === 'candidates') &&
      call.phenoconversion.state !== 'none' &&
      call.phenoconversion.by.some(({ drug, kind }) => drug === row.drug && kind === row.kind)
    )
  })
  if (shown) return used(entry)
  if (asked.has(`${row.enzyme} ${row.strength}`)) return used(entry, 'conditions of actions or checks of replacements ask for it')
  if (row.strength === 'weak') return off(entry, 'weak: changes nothing by the CPIC factors')
  return genes.length === 0
    ? off(entry, `there is no gene table of ${row.enzyme}, and nothing asks for it`)
    : silent(entry, `a patient who takes ${row.drug} is not told that it changes ${row.enzyme}`)
}

export const reachModifiers = (knowledge: Knowledge): EntryReach[] => {
  const asked = askedEnzymes(knowledge)
  return knowledge.modifiers.map((row) => proveModifier(row, knowledge, asked))
}

/** An order of the drug for a patient without results must ask for the test. */
export const reachTestFirst = (knowledge: Knowledge): EntryReach[] =>
  prepareGuidance(knowledge).tables.testFirst.rows.flatMap((row) =>
    row.drugs.map((drug): EntryReach => {
      const entry = `${row.id}: ${drug}`
      if (!row.verified) return off(entry, row.note ?? 'not found in a citable source')
      const order = orderOf(drug, knowledge)
      if (!order) return silent(entry, `no order can name ${drug}`)
      const dose = row.minMgPerDay === undefined ? {} : { mgPerDay: row.minMgPerDay * 2 }
      const said = saidOf(drug, runTrial({ order, results: {}, extra: {}, ...dose }, knowledge))?.testFirst
      if (!said) return silent(entry, 'an order without results does not ask for the test')
      if (said.source === row.source && said.basis === row.basis) return used(entry)
      return off(entry, `a row with a higher demand is asked instead (${said.source}, ${said.demand})`)
    }),
  )

const NAMING = new Set(['alternative', 'or-alternative'])

/** Words in brackets behind `alternative`: drugs and descriptions. */
const namedWords = (knowledge: Knowledge): ReadonlySet<string> => {
  const actions = [...prepareGuidance(knowledge).actions.values()].flat().filter(({ code }) => NAMING.has(code))
  const words = actions.flatMap(({ detail }) => (detail ?? '').split(/[;,:]/).map((word) => word.trim().toLowerCase()))
  return new Set(words.filter((word) => word !== ''))
}

/** Replacements that rows name, as the trials of the rows showed them, and checked drugs that no row names. */
export const reachAlternatives = (seen: Seen, knowledge: Knowledge): EntryReach[] => {
  const { drugs } = prepareGuidance(knowledge).tables.alternatives
  const named = namedWords(knowledge)
  const shown = [...seen.alternatives.keys()].sort()
  return [
    ...shown.map((drug) => (drug in drugs ? used(drug) : off(drug, 'named on the card, never offered: nothing is known to check it by'))),
    ...Object.keys(drugs)
      .filter((drug) => !seen.alternatives.has(drug))
      .map((drug) =>
        named.has(drug) ? silent(drug, 'a row names it, but no patient is shown it') : off(drug, 'checked, but no row in use names it'),
      ),
  ]
}
