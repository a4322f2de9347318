import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProblems } from '../../src/guidance/load-knowledge.ts'
import type { GuidanceRow } from '../../src/guidance/rules.ts'
import { buildDrugs, type Drug } from './build-drugs.ts'
import { draftFda } from './build-fda.ts'
import { buildGenes } from './build-genes.ts'
import { draftGuidance } from './build-guidance.ts'
import { buildPairs } from './build-pairs.ts'
import { buildLoinc, buildPhenoconversion } from './build-rest.ts'
import { buildSources } from './build-sources.ts'
import { draftSpecial, readSpecial, writeSpecial } from './build-special.ts'
import { buildVariants } from './build-variants.ts'
import { giveIds, readOldIds } from './guidance-rows.ts'
import { fileNameOf, writeRules } from './write-rules.ts'

const headerOf = (drug: Drug): object => ({
  drug: drug.name,
  rxcui: drug.rxcui,
  components: drug.components,
  clinpgx: drug.clinpgx,
  cpicLevel: drug.cpicLevel,
})

/** `cpic/x/2` before `cpic/x/10`, sources in the order CPIC, DPWG, FDA. */
const byId = (left: GuidanceRow, right: GuidanceRow): number => left.id.localeCompare(right.id, 'en', { numeric: true })

const writeGuidance = (
  rulesDir: string,
  rows: readonly GuidanceRow[],
  retired: readonly string[],
  drugs: ReadonlyMap<string, Drug>,
): number => {
  rmSync(join(rulesDir, 'guidance'), { recursive: true, force: true })
  const names = [...new Set([...rows.map((row) => row.drug)])].sort()
  for (const name of names) {
    const drug = drugs.get(name)
    if (drug === undefined) throw new Error(`guidance for ${name}, which drugs.tsv does not have`)
    const slug = fileNameOf(name)
    const gone = retired.filter((id) => id.split('/')[1] === slug)
    writeRules(rulesDir, `guidance/${slug}.json`, {
      ...headerOf(drug),
      retired: gone.length === 0 ? undefined : gone,
      rows: rows.filter((row) => row.drug === name).sort(byId),
    })
  }
  return names.length
}

/** Writes every generated rule file into `rulesDir`, whatever it holds. @returns counts of what was written. */
const writeAll = (reference: string, rulesDir: string, mayShrink: readonly string[]): object => {
  const genes = buildGenes(reference, rulesDir)
  const variants = buildVariants(reference, rulesDir)
  const { drugs, ...drugCounts } = buildDrugs(reference, rulesDir)
  const fda = draftFda(reference)
  const special = readSpecial(reference)
  const listed = draftGuidance(reference)
  const drafts = [...listed, ...fda.rows, ...draftSpecial(special)]
  const old = readOldIds(rulesDir)
  const rows = giveIds(drafts, fileNameOf, old.ids)
  const given = new Set(rows.map((row) => row.id))
  const retired = [...new Set([...old.retiredBefore, ...[...old.all].filter((id) => !given.has(id))])].sort()
  const files = writeGuidance(rulesDir, rows, retired, drugs)
  const phenoconversion = buildPhenoconversion(reference, rulesDir)
  const loinc = buildLoinc(reference, rulesDir)
  const made = {
    'gene-tables': genes.alleles,
    genes: genes.genes,
    'phenotype-logic': genes.genes,
    variants: variants.positions,
    'phase-ambiguities': variants.ambiguities,
    recommendations: listed.length,
    fda: fda.rows.length,
    special: writeSpecial(special, rows, rulesDir),
    'cpic-pairs': buildPairs(reference, rulesDir),
    phenoconversion: phenoconversion.rows,
    loinc,
  }
  const count = (source: string): number => rows.filter((row) => row.source === source).length
  return {
    sources: buildSources(reference, rulesDir, made, mayShrink),
    ...genes,
    variants,
    ...drugCounts,
    guidance: { files, CPIC: count('CPIC'), DPWG: count('DPWG'), FDA: count('FDA'), fdaEntries: fda.entries, retired: retired.length },
    phenoconversion,
    loinc,
    made,
  }
}

/** What is wrong with rules, as one text; null when nothing is. */
const problemsOf = (rulesDir: string): string | null => {
  const problems = findProblems(rulesDir)
  if (problems.length === 0) return null
  return [
    `${problems.length} problems in the rules made of these tables`,
    ...problems.map(({ file, row, problem }) => `${file} [${row}]: ${problem}`),
  ].join('\n')
}

/**
 * Writes every generated rule file into `rulesDir`. The output is the same byte for byte when nothing changed,
 * and ids of guidance rows are never given twice. Nothing is written unless every table is as `table-shapes.ts` and
 * `reference-schemas.ts` say, no table holds fewer rows than before (but those named in `mayShrink`),
 * and the rules made of them pass the checks of the server's start.
 * @returns counts of what was written.
 * @throws TableError naming file and line; Error listing every problem of the rules made
 */
export const makeRules = (reference: string, rulesDir: string, mayShrink: readonly string[] = []): object => {
  const stage = mkdtempSync(join(tmpdir(), 'attune-rules-'))
  try {
    cpSync(rulesDir, stage, { recursive: true })
    const counts = writeAll(reference, stage, mayShrink)
    const problems = problemsOf(stage)
    if (problems !== null) throw new Error(problems)
    rmSync(join(rulesDir, 'guidance'), { recursive: true, force: true })
    cpSync(stage, rulesDir, { recursive: true })
    return counts
  } finally {
    rmSync(stage, { recursive: true, force: true })
  }
}
