import { SERVICES } from '../../cds-services/registry.ts'

/** Rows of all services: service, hook, key, query. */
const rows = (): readonly (readonly [service: string, hook: string, key: string, query: string])[] =>
  SERVICES.flatMap(({ id, hook, prefetch }) => Object.entries(prefetch).map(([key, query]) => [id, hook, key, query] as const))

/** Services that ask the same of the record share one list. */
const groups = (): ReadonlyMap<string, readonly (typeof SERVICES)[number][]> => {
  const by = new Map<string, (typeof SERVICES)[number][]>()
  for (const service of SERVICES) {
    const key = JSON.stringify(service.prefetch)
    by.set(key, [...(by.get(key) ?? []), service])
  }
  return by
}

/** The exact strings, to be copied as they stand. */
export const prefetchStrings = (): string =>
  Array.from(groups().values(), (services) => {
    const title = services.map(({ id, hook }) => `\`${id}\` (${hook})`).join(' and ')
    const strings = Object.entries(services[0]?.prefetch ?? {}).map(([key, query]) => `${key}\n    ${query}`)
    return `#### ${title}\n\n\`\`\`\n${strings.join('\n')}\n\`\`\``
  }).join('\n\n')

/** The same as a table with tabs, for spreadsheets and scripts. */
export const templatesTable = (): string => `${['service\thook\tkey\tquery', ...rows().map((row) => row.join('\t'))].join('\n')}\n`
