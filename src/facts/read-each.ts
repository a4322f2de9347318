import type { Gap } from '../contract/lineage.ts'
import type { Item } from './chart.ts'
import { gap, type Modality } from './gaps.ts'

/** Reads each resource; one that cannot be read costs only itself and leaves a gap with its reference. */
export const readEach = <T>(items: readonly Item[], about: Modality, gaps: Gap[], read: (item: Item) => T | null): T[] => {
  const facts: T[] = []
  for (const item of items) {
    try {
      const fact = read(item)
      if (fact !== null) facts.push(fact)
    } catch {
      gaps.push(gap(about, 'unreadable', 'An entry of the record could not be read.', item.ref))
    }
  }
  return facts
}
