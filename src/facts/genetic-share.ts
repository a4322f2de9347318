import type { FhirResource } from '../contract/facts.ts'
import { SLICE, type Slices } from '../slices.ts'
import { asList, isJson } from './accessors.ts'
import { plainResources } from './chart.ts'
import { isSurelyNotGenetic } from './observation-rooms.ts'

const isNoise = (value: unknown): boolean => isJson(value) && value.resourceType === 'Observation' && isSurelyNotGenetic(value)

/**
 * The part of a record that can hold genetic findings. Vital signs and wearables, most of a chart, are left out: they cost time, and a
 * blood pressure panel with a missing part would cast doubt on the genes. Bundles stay Bundles, since results point at their entries.
 */
export function* geneticShare(received: unknown): Slices<FhirResource[]> {
  const share: FhirResource[] = []
  let steps = 0
  for (const resource of plainResources(received)) {
    if (++steps % SLICE === 0) yield
    if (isNoise(resource)) continue
    const isBundle = resource.resourceType === 'Bundle'
    share.push(
      isBundle ? { ...resource, entry: asList(resource.entry).filter((entry) => !(isJson(entry) && isNoise(entry.resource))) } : resource,
    )
  }
  return share
}
