import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GuidanceRow } from '../../src/guidance/rules.ts'

/** A row before it has its id. */
export type DraftRow = Omit<GuidanceRow, 'id'>

/**
 * Who says something about whom: what makes a row the same row over refreshes, whatever it says.
 * Rows alike in all of this are told apart by their order.
 */
const identifier = (): ((row: DraftRow) => string) => {
  const seen = new Map<string, number>()
  return (row) => {
    const who = JSON.stringify([
      row.source,
      row.drug,
      row.guideline.id,
      row.guideline.asOf,
      row.genes,
      row.when,
      row.population ?? null,
      row.tier ?? null,
    ])
    const count = (seen.get(who) ?? 0) + 1
    seen.set(who, count)
    return `${who}#${count}`
  }
}

type OldIds = { readonly byIdentity: ReadonlyMap<string, string>; readonly highest: ReadonlyMap<string, number> }
type OldFile = { readonly rows: readonly GuidanceRow[]; readonly retired?: readonly string[] }

/** `cpic/clopidogrel/3` -> series `cpic/clopidogrel`, number 3. */
const seriesOf = (id: string): [string, number] => {
  const at = id.lastIndexOf('/')
  return [id.slice(0, at), Number(id.slice(at + 1))]
}

/** Ids already given, so that a refresh keeps them and never gives one twice. */
export const readOldIds = (rulesDir: string): { ids: OldIds; retiredBefore: readonly string[]; all: ReadonlySet<string> } => {
  const byIdentity = new Map<string, string>()
  const highest = new Map<string, number>()
  const all = new Set<string>()
  const retiredBefore: string[] = []
  const folder = join(rulesDir, 'guidance')
  const identityOf = identifier()
  for (const file of existsSync(folder) ? readdirSync(folder).sort() : []) {
    const old = JSON.parse(readFileSync(join(folder, file), 'utf8')) as OldFile // written by this generator
    retiredBefore.push(...(old.retired ?? []))
    for (const row of old.rows) {
      byIdentity.set(identityOf(row), row.id)
      all.add(row.id)
    }
    for (const id of [...old.rows.map((row) => row.id), ...(old.retired ?? [])]) {
      const [series, number] = seriesOf(id)
      highest.set(series, Math.max(highest.get(series) ?? 0, number))
    }
  }
  return { ids: { byIdentity, highest }, retiredBefore, all }
}

/** Gives every draft its id: the one it had, or the next number of its source and drug. */
export const giveIds = (drafts: readonly DraftRow[], slug: (drug: string) => string, old: OldIds): GuidanceRow[] => {
  const highest = new Map(old.highest)
  const identityOf = identifier()
  return drafts.map((draft) => {
    const series = `${draft.source.toLowerCase()}/${slug(draft.drug)}`
    const known = old.byIdentity.get(identityOf(draft))
    if (known !== undefined) return { id: known, ...draft }
    const number = (highest.get(series) ?? 0) + 1
    highest.set(series, number)
    return { id: `${series}/${number}`, ...draft }
  })
}
