import type { GeneSite } from '../../../../src/contract/variants.ts'

/** Width of one position's cell and height of one line of cells, in pixels. */
export const CELL = 22
const LINE = 30
/** The strip on which every position stands at its place on the gene. */
export const STRIP = 34

export type Placed = { readonly site: GeneSite; readonly x: number; readonly y: number; readonly at: number }

export type Layout = { readonly width: number; readonly height: number; readonly columns: number; readonly placed: readonly Placed[] }

/** Cells in the order of the positions, in as many lines as the width asks for; `at` is the place on the strip above. */
export const layOut = (sites: readonly GeneSite[], width: number): Layout => {
  const columns = Math.max(4, Math.floor(width / CELL))
  const lines = Math.ceil(sites.length / columns)
  const first = sites[0]?.position ?? 0
  const span = Math.max(1, (sites.at(-1)?.position ?? 1) - first)
  const inner = Math.min(width, columns * CELL)
  const placed = sites.map((site, index) => ({
    site,
    x: (index % columns) * CELL + CELL / 2,
    y: STRIP + Math.floor(index / columns) * LINE + LINE / 2,
    at: 6 + ((site.position - first) / span) * (inner - 12),
  }))
  return { width: inner, height: STRIP + lines * LINE, columns, placed }
}

const clamp = (value: number, last: number): number => Math.min(last, Math.max(0, value))

/** The position that a key leads to; null for keys that are left to the page. */
export const stepTo = (key: string, at: number, count: number, columns: number): number | null => {
  const last = count - 1
  switch (key) {
    case 'ArrowLeft':
      return clamp(at - 1, last)
    case 'ArrowRight':
      return clamp(at + 1, last)
    case 'ArrowUp':
      return at - columns < 0 ? at : at - columns
    case 'ArrowDown':
      return at + columns > last ? at : at + columns
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return null
  }
}
