import type { FhirResource } from '../../src/contract/facts.ts'
import { readSearch, runSearch } from '../../src/sandbox/search.ts'

/** What an EHR with this chart answers to a query of ours: the search's own conditions count, as they do for a real one. */
export const answerOf = (chart: readonly FhirResource[], query: string): object | undefined => {
  const [path = '', search] = query.split('?')
  const [type = '', id] = path.split('/')
  const found = chart.filter(({ resourceType }) => resourceType === type)
  if (search === undefined) return found.find((resource) => resource.id === id)
  const asked = readSearch(type, [...new URLSearchParams(search)], false)
  const entry = runSearch(asked, found)
    .slice(0, asked.count)
    .map((resource) => ({ resource }))
  return { resourceType: 'Bundle', type: 'searchset', entry }
}
