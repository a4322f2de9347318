import { AttuneError } from '../errors.ts'
import { checkGenes } from './check-genes.ts'
import { checkVariants } from './check-variants.ts'
import { deepFreeze, deepFreezeMap, isGene, parseFolder, refuse, tablesOf } from './parse-rules.ts'
import { type Problem, parseRuleFile, type RawFiles, readRuleFiles } from './read-rule-files.ts'
import type { Knowledge } from './rules.ts'

/** The rules that calling star alleles rests on. */
export type CallingRules = Pick<Knowledge, 'version' | 'genes' | 'tables'>

const NEEDED = ['sources.json', 'phenotypes.json', 'gene-names.json']
const isNeeded = (file: string): boolean => file.startsWith('genes/') || NEEDED.includes(file)
const isTable = (file: string): boolean => file === 'gene-names.json' || file.endsWith('.variants.json')

const readNeeded = (rulesDir: string): RawFiles => {
  try {
    return readRuleFiles(rulesDir, isNeeded)
  } catch (cause) {
    throw new AttuneError('rules-invalid', `the rules folder ${rulesDir} cannot be read`, { cause })
  }
}

/**
 * Reads and checks genes and allele definitions alone: a call needs no drugs and no guidance, and starts sooner without them. The
 * version is that of all rules.
 * @throws AttuneError `rules-invalid` that lists every problem of these files
 */
export const loadCallingRules = (rulesDir: string): CallingRules => {
  const raw = readNeeded(rulesDir)
  const problems: Problem[] = [...raw.problems]
  const sources = parseRuleFile('sources', 'sources.json', raw, problems)
  const phenotypes = parseRuleFile('phenotypes', 'phenotypes.json', raw, problems)
  const genes = parseFolder('gene', isGene, raw, problems)
  const tables = tablesOf(raw, isTable)
  if (sources === null || phenotypes === null) return refuse(problems)
  problems.push(...checkGenes({ genes, phenotypes }), ...checkVariants({ genes, sources, tables }))
  if (problems.length > 0) return refuse(problems)
  return Object.freeze({
    version: `${sources.release}+sha256:${raw.sha256}`,
    genes: new Map([...genes.values()].map((gene) => [gene.symbol, deepFreeze(gene)])) as Knowledge['genes'], // optional members: see load-knowledge.ts
    tables: deepFreezeMap(tables),
  })
}
