import { existsSync, statSync } from 'node:fs'
import { isRxcui } from '../check-digits.ts'
import { ndc11 } from '../code-systems.ts'
import type { DrugMap, MapCode, MapSystem } from '../drug-map.ts'
import { type Concepts, conceptReader, newConcepts } from './read-concepts.ts'
import { newRelations, type Relations, relationReader } from './read-relations.ts'
import { findRrf, type RrfInput, type RrfName, type RrfReading, readRrf, refuseFile } from './read-rrf.ts'
import { makeResolver } from './resolve-ingredients.ts'

/** What came of a release, for the report. */
export type ImportCounts = {
  readonly ingredients: number
  /** Codes that lead to ingredients, by term type. */
  readonly codes: Readonly<Record<string, number>>
  /** Codes in use of which a part leads to no ingredient, by term type: they stay unknown. */
  readonly withoutIngredients: Readonly<Record<string, number>>
  /** The same among codes that the release marks as obsolete or suppressed. */
  readonly retiredWithoutIngredients: number
  readonly relations: number
  readonly suppressedRelations: number
  readonly others: Readonly<Record<MapSystem, { readonly codes: number; readonly leftOut: number }>>
}

export type Imported = { readonly map: DrugMap; readonly counts: ImportCounts }

type Ndcs = { readonly codes: Map<string, Set<number>>; unreadable: number }

/** Columns of RXNSAT: 0 RXCUI, 8 ATN, 9 SAB, 10 ATV, 11 SUPPRESS. NDCs that RxNorm itself asserts. */
const ndcReader =
  (ndcs: Ndcs): RrfReading['onRow'] =>
  (columns) => {
    const [rxcui = '', , , , , , , , atn = '', sab = '', atv = '', suppress = ''] = columns
    if (atn !== 'NDC' || sab !== 'RXNORM') return null
    if (!isRxcui(rxcui)) return 'the first column is no RxNorm code'
    if (suppress !== '' && suppress !== 'N') return null
    const code = ndc11(atv)
    if (code === null) ndcs.unreadable += 1
    else ndcs.codes.set(code, (ndcs.codes.get(code) ?? new Set()).add(Number(rxcui)))
    return null
  }

/** Columns of RXNSAB: 2 VSAB, 3 RSAB, 6 SVER. The version of RxNorm itself, as the release names it. */
const releaseReader =
  (names: Set<string>): RrfReading['onRow'] =>
  (columns) => {
    const [, , vsab = '', rsab = '', , , sver = ''] = columns
    const name = (vsab || sver).trim()
    if (rsab === 'RXNORM' && name !== '') names.add(name)
    return null
  }

const tally = (words: readonly string[]): Record<string, number> => {
  const counts = new Map<string, number>()
  for (const word of [...words].sort()) counts.set(word, (counts.get(word) ?? 0) + 1)
  return Object.fromEntries(counts)
}

type Resolve = (code: number) => readonly number[] | null

/** Codes of another system whose RxNorm codes all have the same ingredients; the rest is left out, as it would say two things. */
const crosswalk = (codes: ReadonlyMap<string, ReadonlySet<number>>, resolve: Resolve) => {
  const kept = new Map<string, readonly string[]>()
  for (const [code, rxcuis] of codes) {
    const known = [...rxcuis].sort((left, right) => left - right).filter((rxcui) => resolve(rxcui) !== null)
    const meanings = new Set(known.map((rxcui) => resolve(rxcui)?.join()))
    if (meanings.size === 1) kept.set(code, known.map(String))
  }
  return { kept, leftOut: codes.size - kept.size }
}

const codesOf = (concepts: Concepts, resolve: Resolve) => {
  const ingredients = new Map<string, string>()
  const codes = new Map<string, MapCode>()
  const without: string[] = []
  let retired = 0
  for (const [rxcui, { tty, name, standing }] of concepts.byCode) {
    const found = resolve(rxcui)
    if (tty === 'IN') ingredients.set(String(rxcui), name)
    else if (found !== null) codes.set(String(rxcui), { tty, name, ingredients: found.map(String) })
    else if (standing === 0) without.push(tty)
    else retired += 1
  }
  return { ingredients, codes, without, retired }
}

const assemble = (concepts: Concepts, relations: Relations, ndcs: Ndcs, inputs: readonly RrfInput[], release: string): Imported => {
  const resolve = makeResolver(concepts, relations)
  const { ingredients, codes, without, retired } = codesOf(concepts, resolve)
  if (ingredients.size === 0) refuseFile('RXNCONSO.RRF', 'no ingredient of RxNorm (SAB RXNORM, TTY IN) is in it')
  const walks = {
    atc: crosswalk(concepts.others.atc, resolve),
    ndc: crosswalk(ndcs.codes, resolve),
    snomed: crosswalk(concepts.others.snomed, resolve),
  }
  const otherCounts = (system: MapSystem, unreadable = 0) => ({
    codes: walks[system].kept.size,
    leftOut: walks[system].leftOut + unreadable,
  })
  return {
    map: {
      release,
      inputs,
      ingredients,
      codes,
      others: { atc: walks.atc.kept, ndc: walks.ndc.kept, snomed: walks.snomed.kept },
      accepted: [],
    },
    counts: {
      ingredients: ingredients.size,
      codes: tally([...codes.values()].map(({ tty }) => tty)),
      withoutIngredients: tally(without),
      retiredWithoutIngredients: retired,
      relations: relations.kept,
      suppressedRelations: relations.suppressed,
      others: { atc: otherCounts('atc'), ndc: otherCounts('ndc', ndcs.unreadable), snomed: otherCounts('snomed') },
    },
  }
}

/**
 * Builds a drug map from the RRF files of an RxNorm release: `RXNCONSO.RRF` and `RXNREL.RRF`, with `RXNSAT.RRF` for NDCs and `RXNSAB.RRF` for
 * the release's name where the folder has them. Reads each file once, as a stream. The same files give the same map.
 * @param release name of the release, where the folder does not say it
 * @throws AttuneError `input-unreadable` with file, line and reason
 */
export const importRxnorm = async (folder: string, release: string | null, onProgress: (text: string) => void): Promise<Imported> => {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) refuseFile(folder, 'there is no such folder')
  const inputs: RrfInput[] = []
  const read = async (name: RrfName, onRow: RrfReading['onRow'], needed: boolean): Promise<void> => {
    const path = findRrf(folder, name)
    if (path === null) return needed ? refuseFile(name, 'the folder does not hold it') : onProgress(`${name}: not in the folder`)
    const input = await readRrf(path, name, { onRow, onProgress })
    onProgress(`${name}: ${input.lines.toLocaleString('en')} lines, read to the end`)
    inputs.push(input)
  }
  const [concepts, relations, ndcs, names] = [newConcepts(), newRelations(), { codes: new Map(), unreadable: 0 } as Ndcs, new Set<string>()]
  await read('RXNCONSO.RRF', conceptReader(concepts), true)
  await read('RXNREL.RRF', relationReader(relations, concepts), true)
  await read('RXNSAT.RRF', ndcReader(ndcs), false)
  await read('RXNSAB.RRF', releaseReader(names), false)
  return assemble(concepts, relations, ndcs, inputs, release ?? ([...names].sort().at(-1) || 'not stated'))
}
