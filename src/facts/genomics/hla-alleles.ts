import type { GeneTable } from '../../pgx/gene-tables.ts'

/** `*57:01:01`, `*5701`, `*57`, `*57:XX`, a multiple-allele code; `57:03` after a slash continues the allele before it. */
const TYPED = /\*(\d{2,4})((?::(?:\d{2,4}|[A-Z]{2,6})){0,3})([NLSCAQGP](?![A-Za-z]))?|(?<=\/)(\d{2}):(\d{2})(?!\d)/g

/** One allele as a text types it, and where. `silent`: a null allele, which is not expressed. */
export type Typed = {
  readonly name: string
  readonly coarse: boolean
  readonly legacy: boolean
  readonly continues: boolean
  readonly silent: boolean
  readonly end: number
  readonly start: number
}

const typedOf = (match: RegExpExecArray): Typed => {
  const [all, first = '', rest = '', letter, group, allele] = match
  const place = { start: match.index, end: match.index + all.length }
  if (group !== undefined) return { name: `*${group}:${allele}`, coarse: false, legacy: false, continues: true, silent: false, ...place }
  const run = first.length === 4 && rest === ''
  const fields = run ? [first.slice(0, 2), first.slice(2)] : [first, ...rest.split(':').filter((field) => field !== '')]
  const coarse = fields.length < 2 || fields.some((field) => !/^\d+$/.test(field))
  return { name: `*${fields.join(':')}`, coarse, legacy: run, continues: false, silent: letter?.toUpperCase() === 'N', ...place }
}

/** Allele of interest that a typed allele is or belongs to, expressed or not: `*57:01:01` is `*57:01`. */
export const ofInterest = (table: GeneTable, typed: Typed): string | null =>
  typed.coarse ? null : (table.presence?.find((allele) => typed.name === allele || typed.name.startsWith(`${allele}:`)) ?? null)

export const shown = (table: GeneTable, typed: Typed): string =>
  `${table.symbol}${typed.silent ? `${typed.name}N` : (ofInterest(table, typed) ?? typed.name)}`

/**
 * A null allele of interest says nothing of its presence, neither way (letter N: IPD-IMGT/HLA nomenclature). Beside an expressed allele
 * of interest it is a note; alone it keeps the typing from being used.
 */
export const silentFlags = (table: GeneTable, typed: readonly Typed[]): readonly string[] => {
  if (!typed.some((allele) => allele.silent && ofInterest(table, allele) !== null)) return []
  return typed.some((allele) => !allele.silent && ofInterest(table, allele) !== null) ? ['null-allele-beside'] : ['null-allele']
}

/** Every allele that a text types, in order. */
export const typedIn = (text: string): readonly Typed[] => [...text.matchAll(TYPED)].map((match) => typedOf(match as RegExpExecArray)) // matchAll gives exec results
