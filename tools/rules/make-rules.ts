import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { GuidanceRow } from '../../src/guidance/rules.ts'
import { buildDrugs, type Drug } from './build-drugs.ts'
import { draftFda } from './build-fda.ts'
import { buildGenes } from './build-genes.ts'
import { draftGuidance } from './build-guidance.ts'
import { buildLoinc, buildPhenoconversion } from './build-rest.ts'
import { buildSources } from './build-sources.ts'
import { draftSpecial } from './build-special.ts'
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

/**
 * Writes every generated rule file into `rulesDir`. The output is the same byte for byte when nothing changed,
 * and ids of guidance rows are never given twice.
 * @returns counts of what was written.
 */
export const makeRules = (reference: string, rulesDir: string): object => {
  const sources = buildSources(reference, rulesDir)
  const genes = buildGenes(reference, rulesDir)
  const { drugs, ...drugCounts } = buildDrugs(reference, rulesDir)
  const fda = draftFda(reference)
  const drafts = [...draftGuidance(reference), ...fda.rows, ...draftSpecial(reference, rulesDir)]
  const old = readOldIds(rulesDir)
  const rows = giveIds(drafts, fileNameOf, old.ids)
  const given = new Set(rows.map((row) => row.id))
  const retired = [...new Set([...old.retiredBefore, ...[...old.all].filter((id) => !given.has(id))])].sort()
  const files = writeGuidance(rulesDir, rows, retired, drugs)
  const count = (source: string): number => rows.filter((row) => row.source === source).length
  return {
    sources,
    ...genes,
    ...drugCounts,
    guidance: { files, CPIC: count('CPIC'), DPWG: count('DPWG'), FDA: count('FDA'), fdaEntries: fda.entries, retired: retired.length },
    phenoconversion: buildPhenoconversion(reference, rulesDir),
    loinc: buildLoinc(reference, rulesDir),
  }
}
