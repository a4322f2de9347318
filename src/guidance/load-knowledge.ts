import { AttuneError } from '../errors.ts'
import { compareMap, notAccepted, sayConflicts } from '../terminology/compare-map.ts'
import { makeDrugIndex } from '../terminology/drug-index.ts'
import { type LoadedDrugMap, readDrugMap } from '../terminology/drug-map.ts'
import type { DrugTables } from '../terminology/drug-tables.ts'
import { checkFiles } from './check-files.ts'
import { checkRules } from './check-rules.ts'
import { findKeptRules } from './kept-rules.ts'
import { deepFreeze, deepFreezeMap, isGene, parseFolder, refuse, tablesOf } from './parse-rules.ts'
import type { ParsedRules } from './parsed-rules.ts'
import { type Problem, parseRuleFile, type RawFiles, readRuleFiles } from './read-rule-files.ts'
import type { GuidanceRow, Knowledge } from './rules.ts'

const OWN_FILES = new Set([
  'sources.json',
  'phenoconversion.json',
  'actions.json',
  'loinc.json',
  'phenotypes.json',
  'cpic-pairs.json',
  'drugs/ingredients.json',
  'drugs/products.json',
  'drugs/codes.json',
])
const isGuidance = (file: string): boolean => file.startsWith('guidance/')

const isOther = (file: string): boolean => !OWN_FILES.has(file) && !isGene(file) && !isGuidance(file)

const parseRules = (raw: RawFiles, problems: Problem[]): ParsedRules | null => {
  const sources = parseRuleFile('sources', 'sources.json', raw, problems)
  const ingredients = parseRuleFile('ingredients', 'drugs/ingredients.json', raw, problems)
  const products = parseRuleFile('products', 'drugs/products.json', raw, problems)
  const codes = parseRuleFile('codes', 'drugs/codes.json', raw, problems)
  const modifiers = parseRuleFile('phenoconversion', 'phenoconversion.json', raw, problems)
  const actions = parseRuleFile('actions', 'actions.json', raw, problems)
  const loinc = parseRuleFile('loinc', 'loinc.json', raw, problems)
  const phenotypes = parseRuleFile('phenotypes', 'phenotypes.json', raw, problems)
  const pairs = parseRuleFile('pairs', 'cpic-pairs.json', raw, problems)
  const genes = parseFolder('gene', isGene, raw, problems)
  const guidance = parseFolder('guidance', isGuidance, raw, problems)
  if (!sources || !ingredients || !products || !codes || !modifiers || !actions || !loinc || !phenotypes || !pairs) return null
  // zod's optional members may be undefined, ours are absent; values are the same
  const drugs = { ingredients: ingredients.rows, products: products.rows, codes: codes.rows } as DrugTables
  return { sources, genes, guidance, drugs, modifiers, actions, pairs, loinc, phenotypes, tables: tablesOf(raw, isOther) }
}

const latest = (dates: Iterable<string>): string => [...dates].reduce((newest, date) => (date > newest ? date : newest), '')

/** All problems of the rules in a folder; empty when they can be loaded. For `attune rules check`. */
export const findProblems = (rulesDir: string): readonly Problem[] => {
  const problems: Problem[] = []
  readAndCheck(rulesDir, problems)
  return problems
}

const readAndCheck = (rulesDir: string, problems: Problem[]): { rules: ParsedRules | null; sha256: string } => {
  let raw: RawFiles
  try {
    raw = readRuleFiles(rulesDir)
  } catch (cause) {
    throw new AttuneError('rules-invalid', `the rules folder ${rulesDir} cannot be read`, { cause })
  }
  problems.push(...raw.problems, ...checkFiles(raw))
  const rules = parseRules(raw, problems)
  if (rules !== null) problems.push(...checkRules(rules))
  return { rules, sha256: raw.sha256 }
}

const loadRules = (rulesDir: string): { readonly rules: ParsedRules; readonly sha256: string } => {
  const kept = findKeptRules(rulesDir)
  if (kept !== null) return kept
  const problems: Problem[] = []
  const { rules, sha256 } = readAndCheck(rulesDir, problems)
  return rules === null || problems.length > 0 ? refuse(problems) : { rules, sha256 }
}

/**
 * The drug tables of the rules alone, for comparing a drug map with them.
 * @throws AttuneError `rules-invalid`
 */
export const loadDrugTables = (rulesDir: string): DrugTables => loadRules(rulesDir).rules.drugs

/** A site's map may add to the rules; it may not contradict them unless the site accepted that when the map was made. */
const loadDrugMap = (path: string, tables: DrugTables): LoadedDrugMap => {
  const map = readDrugMap(path)
  const conflicts = notAccepted(compareMap(map, tables), map)
  if (conflicts.length === 0) return map
  const reason = `it contradicts the rules in ${conflicts.length} codes; make it again with \`attune drugs import\``
  throw new AttuneError('config-invalid', `drug map ${path}: ${reason}\n${sayConflicts(conflicts)}`)
}

/** Names by which a text may mean a drug of the rules. */
const drugNames = ({ drugs }: ParsedRules): string[] =>
  drugs.ingredients.filter(({ noText }) => !noText).flatMap(({ name, brands }) => [name, ...brands])

/** Rules that were read and checked, as plain data: they can be handed from one thread to another. */
export type CheckedRules = { readonly rules: ParsedRules; readonly sha256: string; readonly map: LoadedDrugMap | null }

/** Reads and checks the rules. @throws as `loadKnowledge` does */
export const readKnowledge = (rulesDir: string, drugMap: string | null): CheckedRules => {
  const { rules, sha256 } = loadRules(rulesDir)
  return { rules, sha256, map: drugMap === null ? null : loadDrugMap(drugMap, rules.drugs) }
}

/**
 * Reads, checks and indexes the rules. Knowledge is checked strictly: one wrong row stops the start.
 * @param drugMap path of a site's own drug map, which adds to the drugs of the rules
 * @throws AttuneError `rules-invalid` that lists every problem with file and row; `config-invalid` for the drug map
 */
export const loadKnowledge = (rulesDir: string, drugMap: string | null = null): Knowledge =>
  indexKnowledge(readKnowledge(rulesDir, drugMap))

/** Checked rules, indexed and frozen. */
export const indexKnowledge = ({ rules, sha256, map }: CheckedRules): Knowledge => {
  const guidance = new Map([...rules.guidance.values()].map((file) => [file.drug, file.rows as readonly GuidanceRow[]])) // optional members: see parseRules
  return Object.freeze({
    version: `${rules.sources.release}+sha256:${sha256}${map === null ? '' : `+drug-map:${map.sha256}`}`,
    asOf: latest([...guidance.values()].flat().map((row) => row.guideline.asOf)),
    genes: new Map([...rules.genes.values()].map((gene) => [gene.symbol, deepFreeze(gene)])) as Knowledge['genes'], // optional members: see parseRules
    drugs: makeDrugIndex(rules.drugs, map),
    guidance: deepFreezeMap(guidance),
    modifiers: deepFreeze(rules.modifiers.rows),
    pairs: deepFreeze(rules.pairs.rows) as Knowledge['pairs'], // optional members: see parseRules
    actions: new Map(rules.actions.rows.map((row) => [row.code, Object.freeze(row)])),
    tables: deepFreezeMap(
      new Map([
        ...rules.tables,
        ['loinc', rules.loinc],
        ['phenotypes', rules.phenotypes],
        ['sources', rules.sources],
        ['drug-names', drugNames(rules)],
      ]),
    ),
  })
}
