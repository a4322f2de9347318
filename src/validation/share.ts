import { createHash } from 'node:crypto'
import { z } from 'zod'
import { AttuneError } from '../errors.ts'
import { NO_SUMS, type Sums } from './doses.ts'
import { LEVELS } from './levels.ts'
import { addMaterials, addParts, type Material, type Part } from './material.ts'
import { countsOf, rowsOf } from './tally.ts'

const whole = z.number().int().nonnegative()
const number = z.number()
const sums = z.strictObject(
  Object.fromEntries(Object.keys(NO_SUMS).map((name) => [name, number])) as { readonly [K in keyof Sums]: typeof number },
) // its keys
const counts = z.array(z.tuple([z.number().int(), whole, whole]))
const month = z.string().regex(/^\d{4}-\d{2}$/)
const part = z.union([z.strictObject({ counts, bands: z.array(z.tuple([whole, whole])) }), z.strictObject({ sums })])
/** Fifty groups put together have a long name. */
const text = z.string().max(4000)
const LONGEST_SITE = 60

/** What a site shares: counts and sums, no rows. Version 1 of the layout; the levels are those of levels.ts. */
const shareSchema = z.strictObject({
  kind: z.literal('attune-validation-share'),
  layout: z.literal(1),
  about: z.strictObject({
    model: z.strictObject({ id: text, version: text, sha256: z.string().regex(/^[0-9a-f]{64}$/), name: text, title: text }),
    variant: text,
    output: z.strictObject({ id: text, label: text, unit: text }),
    scale: z.enum(['probability', 'score', 'number']),
    outcome: text,
    ageCuts: z.array(number),
    bands: z.array(z.strictObject({ id: text, label: text })).nullable(),
    conformal: z.strictObject({ alpha: number, abstain: text }).nullable(),
  }),
  source: z.strictObject({
    site: z.string().min(1).max(LONGEST_SITE),
    rows: whole,
    used: whole,
    leftOut: z.array(z.strictObject({ about: text, code: text, label: text, rows: whole })),
    patients: whole.nullable(),
    months: z.strictObject({ from: month, to: month }).nullable(),
    dataSha256: z.null(),
  }),
  minGroup: z.number().int().min(2),
  overall: part,
  groups: z.array(z.strictObject({ by: text, group: text, part })),
  withheld: z.array(text),
})
type Share = z.output<typeof shareSchema>

const writePart = (one: Part): Share['overall'] =>
  'counts' in one ? { counts: rowsOf(one.counts).map((row) => [...row]), bands: one.bands.map((band) => [...band]) } : { sums: one.sums }

const refuse = (because: string): AttuneError => new AttuneError('input-unreadable', because)

/**
 * What a site gives to others. The digest of its data stays at home: it would let others test guesses of the file.
 * @throws AttuneError `input-unreadable` when the site is too small to share without showing a few people
 */
export const shareOf = ({ about, sources: [source], minGroup, overall, groups, withheld }: Material, site: string): Share => {
  if (!source) throw refuse('there is nothing to share')
  if (site.length > LONGEST_SITE) throw refuse(`the name of the site has more than ${LONGEST_SITE} letters`)
  const size = peopleIn(overall.part)
  if (size.least < minGroup)
    throw refuse(`not shared: the site has fewer than ${minGroup} people ${size.with}, so that what it shares would show a few people`)
  return {
    kind: 'attune-validation-share',
    layout: 1,
    about: { ...about, ageCuts: [...about.ageCuts], bands: about.bands === null ? null : [...about.bands] },
    source: { ...source, leftOut: source.leftOut.map((one) => ({ ...one })), site, dataSha256: null },
    minGroup,
    overall: writePart(overall.part),
    groups: groups.map(({ by, group, part: own }) => ({ by, group, part: writePart(own) })),
    withheld: [...withheld],
  }
}

/** The smaller of the numbers that must not be small. */
const peopleIn = (one: Part): { least: number; with: string } => {
  if ('sums' in one) return { least: one.sums.people, with: 'in all' }
  let [events, others] = [0, 0]
  for (const [without, having] of one.counts.values()) {
    events += having
    others += without
  }
  return events < others ? { least: events, with: 'with the event' } : { least: others, with: 'without the event' }
}

const readPart = (one: Share['overall']): Part =>
  'counts' in one ? { counts: countsOf(one.counts), bands: one.bands } : { sums: one.sums }

const canonical = (one: Part): string => JSON.stringify(writePart(one))

const isAlmost = (a: Part, b: Part): boolean => {
  if ('counts' in a || 'counts' in b) return canonical(a) === canonical(b)
  return Object.keys(NO_SUMS).every((key) => {
    const [x, y] = [a.sums[key as keyof Sums], b.sums[key as keyof Sums]]
    return Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(x))
  })
}

/** What a table of counts must keep: levels that exist, each once, and groups that add up to the whole. */
const problemOf = (share: Share): string | null => {
  const { scale } = share.about
  const parts = [share.overall, ...share.groups.map(({ part: own }) => own)]
  if (parts.some((one) => 'counts' in one === (scale === 'number'))) return 'its tables are not of the kind that its scale has'
  for (const one of parts) {
    if (!('counts' in one) || scale === 'number') continue
    if (one.counts.some(([key]) => !LEVELS[scale].isKey(key))) return 'a level is not known'
    if (new Set(one.counts.map(([key]) => key)).size !== one.counts.length) return 'a level stands twice'
    if (one.bands.length !== (share.about.bands?.length ?? 0)) return 'its bands are not those of the output'
    const inBands = one.bands.reduce((sum, [others, events]) => sum + others + events, 0)
    if (one.bands.length > 0 && inBands !== one.counts.reduce((sum, [, others, events]) => sum + others + events, 0))
      return 'its bands do not add up to the whole'
  }
  const whole_ = readPart(share.overall)
  const people = 'sums' in whole_ ? whole_.sums.people : [...whole_.counts.values()].reduce((sum, [a, b]) => sum + a + b, 0)
  if (people !== share.source.used) return 'its counts are not those of its rows'
  for (const by of new Set(share.groups.map((group) => group.by))) {
    const own = share.groups.filter((group) => group.by === by).map((group) => readPart(group.part))
    if (!isAlmost(addParts(own), whole_)) return `its groups by ${by} do not add up to the whole`
  }
  return null
}

/** @throws AttuneError `input-unreadable` when the content is not such a file, or contradicts itself */
export const readShare = (name: string, content: unknown): Material => {
  const parsed = shareSchema.safeParse(content)
  if (!parsed.success)
    throw refuse(`${name} is not a file that \`attune models validate --share\` writes: ${z.prettifyError(parsed.error)}`)
  const problem = problemOf(parsed.data)
  if (problem) throw refuse(`${name}: ${problem}`)
  const { about, source, minGroup, overall, groups, withheld } = parsed.data
  return {
    about,
    sources: [source],
    minGroup,
    overall: { part: readPart(overall) },
    groups: groups.map(({ by, group, part: own }) => ({ by, group, part: readPart(own), sites: 1 })),
    withheld,
  }
}

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex')

/** In what two sites differ that must be the same; null when they can be added up. */
const differenceOf = (a: Material, b: Material): string | null => {
  if (a.about.model.id !== b.about.model.id) return 'are of different models'
  if (a.about.model.sha256 !== b.about.model.sha256 || a.about.model.version !== b.about.model.version)
    return 'are of different versions of the model (another hash)'
  if (a.about.variant !== b.about.variant || a.about.output.id !== b.about.output.id) return 'are of different variants or outputs'
  if (digest(a.about) !== digest(b.about)) return 'differ in the outcome or the age groups'
  return null
}

/**
 * Several sites as one.
 * @throws AttuneError `input-unreadable` when they cannot be added up: other model, version, variant or outcome, or one site twice
 */
export const combineShares = (named: readonly { readonly name: string; readonly material: Material }[], minGroup: number): Material => {
  const [first] = named
  if (!first || named.length < 2) throw refuse('there must be at least two files to combine')
  const sites = new Set<string | null>()
  const contents = new Map<string, string>()
  for (const { name, material } of named) {
    const difference = differenceOf(first.material, material)
    if (difference) throw refuse(`${first.name} and ${name} ${difference}`)
    const site = material.sources[0]?.site ?? null
    if (sites.has(site)) throw refuse(`${name}: the site ${site} stands twice`)
    sites.add(site)
    const content = digest(canonical(material.overall.part))
    const same = contents.get(content)
    if (same !== undefined) throw refuse(`${same} and ${name} hold the same people: every count is equal`)
    contents.set(content, name)
  }
  const materials = named.map(({ material }) => material)
  return addMaterials(materials, first.material.about, Math.max(minGroup, ...materials.map((one) => one.minGroup)))
}
