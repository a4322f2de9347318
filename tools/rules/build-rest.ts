import { NOT_DRUGS } from './build-drugs.ts'
import { cell, readTable } from './read-tables.ts'
import { writeRules } from './write-rules.ts'

/** Inhibitors and inducers. Rows that were not read in a source stay, marked `recalled`, and are off. */
export const buildPhenoconversion = (reference: string, rulesDir: string): { rows: number; seen: number } => {
  const rows = readTable(reference, 'phenoconversion.tsv').map((row) => ({
    enzyme: cell(row, 'enzyme'),
    kind: cell(row, 'kind'),
    strength: cell(row, 'strength'),
    drug: cell(row, 'drug'),
    rxcui: cell(row, 'rxcui') || null,
    basis: cell(row, 'basis'),
    verified: cell(row, 'verified'),
  }))
  writeRules(rulesDir, 'phenoconversion.json', {
    about:
      'Drugs that change the activity of an enzyme. Only rows with verified = seen are used; recalled rows wait for a source. CYP2D6 activity score: strong inhibitor x 0, moderate x 0.5, weak no change; of several inhibitors the strongest counts; the ordered drug does not inhibit itself; eye and skin forms do not count. Other enzymes have no numeric rule: caution only.',
    source: 'phenoconversion',
    notDrugs: [...NOT_DRUGS],
    rows,
  })
  return { rows: rows.length, seen: rows.filter((row) => row.verified === 'seen').length }
}

/** LOINC codes of pharmacogenomic results; answers have no check digit source of their own. */
export const buildLoinc = (reference: string, rulesDir: string): number => {
  const rows = readTable(reference, 'loinc.tsv').map((row) => ({
    code: cell(row, 'code'),
    display: cell(row, 'display'),
    use: cell(row, 'use'),
    basis: cell(row, 'source'),
  }))
  writeRules(rulesDir, 'loinc.json', {
    about:
      'LOINC codes and answers used in pharmacogenomic results. LOINC is copyright Regenstrief Institute, Inc., and available at no cost under its licence. Never used: 79714-4, a misprint of 79714-2 that fails its check digit.',
    source: 'loinc',
    rows,
  })
  return rows.length
}
