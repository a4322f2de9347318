/** JSON of unknown shape, read member by member: records and answers of other people's services are not to be trusted. */
export type Loose = { readonly [member: string]: unknown }

export const loose = (value: unknown): Loose => (value !== null && typeof value === 'object' ? (value as Loose) : {})
export const list = (value: unknown): readonly Loose[] => (Array.isArray(value) ? value.map(loose) : [])
export const first = (value: unknown): Loose => list(value)[0] ?? {}
export const text = (value: unknown, otherwise = ''): string => (typeof value === 'string' ? value : otherwise)
export const number = (value: unknown): number | null => (typeof value === 'number' ? value : null)

/** The words of a CodeableConcept: its text, else the display of its first coding. */
export const words = (concept: unknown): string => text(loose(concept).text) || text(first(loose(concept).coding).display)
