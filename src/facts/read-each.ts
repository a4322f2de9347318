import type { Gap } from '../contract/lineage.ts'
import { SLICE, type Slices } from '../slices.ts'
import type { Item } from './chart.ts'
import { gap, type Modality } from './gaps.ts'

/** Reads each resource; one that cannot be read costs only itself and leaves a gap with its reference. */
export function* readEach<T>(items: readonly Item[], about: Modality, gaps: Gap[], read: (item: Item) => T | null): Slices<T[]> {
  const facts: T[] = []
  let steps = 0
  for (const item of items) {
    try {
      const fact = read(item)
      if (fact !== null) facts.push(fact)
    } catch {
      gaps.push(gap(about, 'unreadable', 'An entry of the record could not be read.', item.ref))
    }
    if (++steps % SLICE === 0) yield
  }
  return facts
}
