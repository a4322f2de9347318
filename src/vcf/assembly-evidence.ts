import { unreadable } from './vcf-error.ts'

/** More than one in five known positions whose REF is another base: the coordinates are not those of GRCh38. */
const isElsewhere = (wrong: number, right: number): boolean => wrong * 4 > right

/** An rs number may stand beside its definition's position when the record is written with more context. */
const NEAR = 60

/** What the records themselves tell of the assembly: REF bases and rs numbers at known positions. */
export type AssemblyEvidence = {
  readonly agrees: () => void
  /** REF is not the base of the definition. */
  readonly differs: (line: number) => void
  /** An rs number and where it stands. */
  readonly named: (rs: number, pos: number, line: number) => void
  readonly counted: () => { readonly right: number; readonly wrong: number }
  /** @throws AttuneError `input-unreadable` when the positions are not those of GRCh38 */
  readonly check: () => void
}

/** @param places rs number to the positions that carry it */
export const makeAssemblyEvidence = (file: string, places: ReadonlyMap<number, ReadonlySet<number>>): AssemblyEvidence => {
  const ref = { right: 0, wrong: 0, firstWrong: 0 }
  const rs = { misplaced: 0, first: 0 }
  return {
    agrees: () => {
      ref.right += 1
    },
    differs: (line) => {
      ref.wrong += 1
      ref.firstWrong ||= line
    },
    named: (number, pos, line) => {
      const known = places.get(number)
      if (known === undefined || [...known].some((place) => Math.abs(place - pos) <= NEAR)) return
      rs.misplaced += 1
      rs.first ||= line
    },
    counted: () => ({ right: ref.right, wrong: ref.wrong }),
    check: () => {
      const { right, wrong, firstWrong } = ref
      if (isElsewhere(wrong, right))
        throw unreadable(
          file,
          firstWrong,
          `GRCh38 is needed: at ${wrong} of ${wrong + right} known positions REF is not the base of GRCh38, here first`,
        )
      if (rs.misplaced > 1 && isElsewhere(rs.misplaced, right))
        throw unreadable(
          file,
          rs.first,
          `GRCh38 is needed: ${rs.misplaced} rs numbers stand at positions that are not theirs in GRCh38, here first`,
        )
    },
  }
}
