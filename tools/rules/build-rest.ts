import { NOT_DRUGS } from './build-drugs.ts'
import { ADDED, FDA_DIFFERS, keyOf, type ModifierSource, NOT_FOUND, READINGS, STAYS_OFF, WASHOUTS } from './modifier-readings.ts'
import { cell, readTable } from './read-tables.ts'
import { writeRules } from './write-rules.ts'

type Modifier = {
  enzyme: string
  kind: string
  strength: string
  drug: string
  rxcui: string | null
  basis: string
  verified: string
  source?: ModifierSource & { readonly where: string }
  washout?: { readonly days: number; readonly basis: string; readonly url: string }
  note?: string
}

const washoutOf = (drug: string): Modifier['washout'] => {
  const found = WASHOUTS.find((one) => one.drug === drug)
  return found && { days: found.days, basis: found.basis, url: found.url }
}

/** A recalled row with what was read about it since: the source's strength counts, and the recalled one is told where it differs. */
const withReading = (row: Modifier, recalled: string | null): Modifier => {
  const reading = READINGS.get(keyOf(row))
  if (reading === undefined) return { ...row, note: STAYS_OFF[keyOf(row)] ?? NOT_FOUND }
  const notes = [
    ...(recalled !== null && recalled !== reading.strength ? [`recalled as ${recalled}`] : []),
    ...(reading.note === undefined ? [] : [reading.note]),
  ]
  return {
    ...row,
    strength: reading.strength,
    basis: reading.source.title,
    verified: 'seen',
    source: { ...reading.source, where: reading.where },
    ...(notes.length === 0 ? {} : { note: notes.join('; ') }),
  }
}

const withWashout = (row: Modifier): Modifier => {
  const washout = washoutOf(row.drug)
  return washout === undefined ? row : { ...row, washout }
}

/** An entry of the readings that no row takes would be lost in silence. */
const assertAllUsed = (rows: readonly Modifier[]): void => {
  const known = new Set(rows.map(keyOf))
  const lost = [...READINGS.keys(), ...Object.keys(STAYS_OFF), ...Object.keys(FDA_DIFFERS)].filter((key) => !known.has(key))
  if (lost.length > 0) throw new Error(`modifier-readings.ts: no row for ${lost.join(', ')}`)
}

/** Inhibitors and inducers. Rows of the reference that were only recalled are used once a source was read for them (modifier-readings.ts). */
export const buildPhenoconversion = (reference: string, rulesDir: string): { rows: number; seen: number } => {
  const stated = readTable(reference, 'phenoconversion.tsv').map((row): Modifier => {
    const plain = {
      enzyme: cell(row, 'enzyme'),
      kind: cell(row, 'kind'),
      strength: cell(row, 'strength'),
      drug: cell(row, 'drug'),
      rxcui: cell(row, 'rxcui') || null,
      basis: cell(row, 'basis'),
      verified: cell(row, 'verified'),
    }
    const differs = FDA_DIFFERS[keyOf(plain)]
    if (plain.verified === 'seen') return differs === undefined ? plain : { ...plain, note: differs }
    return withReading(plain, plain.strength)
  })
  const codeOf = (drug: string): string | null => stated.find((row) => row.drug === drug && row.rxcui !== null)?.rxcui ?? null
  const added = ADDED.map((row): Modifier => {
    const plain = { enzyme: row.enzyme, kind: row.kind, strength: '', drug: row.drug, rxcui: codeOf(row.drug), basis: '', verified: '' }
    return withReading(plain, null)
  })
  const rows = [...stated, ...added].map(withWashout)
  assertAllUsed(rows)
  writeRules(rulesDir, 'phenoconversion.json', {
    about:
      'Drugs that change the activity of an enzyme. Only rows with verified = seen are used; a recalled row waits for a source, and its note says what was found so far. source: edition and place that were read, where the strength comes from; washout: days for which the effect may outlast the last dose, where a source was read. CYP2D6 activity score: strong inhibitor x 0, moderate x 0.5, weak no change; of several inhibitors the strongest counts; the ordered drug does not inhibit itself; forms for the eye, ear and skin do not count. Other enzymes have no numeric rule: caution only.',
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
