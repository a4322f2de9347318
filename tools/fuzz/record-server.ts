import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { textOf } from './hostile-values.ts'

type Chart = readonly { readonly resourceType?: unknown; readonly id?: unknown }[]

/** An EHR on loopback whose one patient's chart, or whose very answer, is exchanged between the calls. */
export const startRecordServer = async () => {
  let chart: Chart = []
  let raw: string | null = null
  const kept = new Map<string, string>()
  const answer = (url: string): string => {
    const known = kept.get(url)
    if (known !== undefined) return known
    if (raw !== null) return raw
    const { pathname, search } = new URL(url, 'http://localhost')
    const [, , type, id] = pathname.split('/')
    const found = chart.filter((resource) => resource?.resourceType === type)
    if (search === '' && id !== undefined) return textOf(found.find((resource) => resource.id === id) ?? found[0] ?? null)
    return textOf({ resourceType: 'Bundle', type: 'searchset', entry: found.map((resource) => ({ resource })) })
  }
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/fhir+json' }).end(answer(request.url ?? '/'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    fhir: `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`,
    give: (resources: Chart): void => {
      chart = resources
      raw = null
    },
    /** This text to every read. */
    say: (text: string): void => {
      raw = text
    },
    /** This text at this path, whatever else is exchanged. */
    keep: (path: string, text: string): void => {
      kept.set(path, text)
    },
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
