import type { Item } from './items.ts'

export type Cluster = { readonly x: number; readonly count: number; readonly first: Item }

/** Nearer than this marks would cover each other: they become one, with their number. */
const NEAR = 14

/** Marks in order of x; as many elements as fit beside each other, however many entries there are. */
export const clustersOf = (items: readonly Item[], x: (at: number) => number): readonly Cluster[] => {
  const clusters: { x: number; count: number; first: Item }[] = []
  for (const item of items) {
    const at = x(item.from)
    const last = clusters.at(-1)
    if (last && at - last.x < NEAR) last.count += 1
    else clusters.push({ x: at, count: 1, first: item })
  }
  return clusters
}

export type Box = { readonly item: Item; readonly left: number; readonly right: number }

/** Bars in the window, cut at its edges; of bars within the same pixel one is drawn. */
export const boxesOf = (items: readonly Item[], x: (at: number) => number, left: number, right: number): readonly Box[] => {
  const boxes: Box[] = []
  let lastPixel = Number.NEGATIVE_INFINITY
  for (const item of items) {
    const [from, to] = [x(item.from), x(item.to)]
    if (to < left || from > right) continue
    const pixel = Math.round(from)
    if (to - from < 1 && pixel === lastPixel) continue
    lastPixel = pixel
    boxes.push({ item, left: Math.max(left, from), right: Math.min(right, to) })
  }
  return boxes
}
