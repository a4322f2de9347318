import type { InputSpec } from '../risk/model-folder.ts'
import { addSums, NO_SUMS, type Sums, sumsOf } from './doses.ts'
import { coverSmallAges, coverSmallGroups, type GroupSize } from './groups.ts'
import { LEVELS, type Scale } from './levels.ts'
import type { LeftOut } from './read-cases.ts'
import type { Cells } from './resample.ts'
import type { Scored, Study } from './study.ts'
import { addCounts, type Counts, countOne, tallyOf } from './tally.ts'
import type { Target } from './target.ts'

/** What was validated. Two sites can be added up when all of it is the same. */
export type About = {
  readonly model: { readonly id: string; readonly version: string; readonly sha256: string; readonly name: string; readonly title: string }
  readonly variant: string
  readonly output: { readonly id: string; readonly label: string; readonly unit: string }
  readonly scale: Scale | 'number'
  readonly outcome: string
  readonly ageCuts: readonly number[]
  /** Bands of the output in rising order; null when it has none. */
  readonly bands: readonly { readonly id: string; readonly label: string }[] | null
  /** Class-conditional conformal prediction: the share of a class that may be decided against, and the band that decides for neither. */
  readonly conformal: { readonly alpha: number; readonly abstain: string } | null
}

/** Where people came from, and how many rows were used. */
export type Source = {
  readonly site: string | null
  readonly rows: number
  readonly used: number
  readonly leftOut: readonly (LeftOut & { readonly label: string; readonly rows: number })[]
  /** Different patients; null without patient ids. */
  readonly patients: number | null
  readonly months: { readonly from: string; readonly to: string } | null
  readonly dataSha256: string | null
}

/** Counts where the model gives a probability or points, sums where it gives a number. */
export type Part = { readonly counts: Counts; readonly bands: BandCounts } | { readonly sums: Sums }
/** People without and with the event, per band of the output; empty without bands. */
export type BandCounts = readonly (readonly [others: number, events: number])[]
export type GroupPart = {
  readonly by: string
  readonly group: string
  readonly part: Part
  readonly cells?: Cells
  /** How many of the sites shared this group. */ readonly sites: number
}

/** All that a report is made from. */
export type Material = {
  readonly about: About
  readonly sources: readonly Source[]
  readonly minGroup: number
  readonly overall: { readonly part: Part; readonly cells?: Cells }
  readonly groups: readonly GroupPart[]
  /** Divisions of which nothing can be shown without showing a few people. */
  readonly withheld: readonly string[]
}

export const addParts = (parts: readonly Part[]): Part => {
  const counted = parts.flatMap((part) => ('counts' in part ? [part] : []))
  const [first] = counted
  if (first) {
    const add = (band: number, side: 0 | 1) => counted.reduce((sum, { bands }) => sum + (bands[band]?.[side] ?? 0), 0)
    const bands = first.bands.map((_, band) => [add(band, 0), add(band, 1)] as const)
    return { counts: addCounts(counted.map(({ counts }) => counts)), bands }
  }
  return { sums: parts.reduce((total, part) => ('sums' in part ? addSums(total, part.sums) : total), NO_SUMS) }
}

export const sizeOfPart = (part: Part): GroupSize => {
  if ('sums' in part) return { people: part.sums.people, events: null }
  let [people, events] = [0, 0]
  for (const [others, withEvent] of part.counts.values()) {
    people += others + withEvent
    events += withEvent
  }
  return { people, events }
}

const partOf = ({ scale, bands }: Pick<About, 'scale' | 'bands'>, scored: readonly Scored[]): Part => {
  if (scale === 'number')
    return {
      sums: scored.reduce(
        (sum, { score, outcome, interval }) => addSums(sum, sumsOf({ predicted: score, observed: outcome, interval })),
        NO_SUMS,
      ),
    }
  const counts: Counts = new Map()
  for (const { key, outcome } of scored) countOne(counts, key, outcome === 1)
  const inBands = (bands ?? []).map((): [number, number] => [0, 0])
  for (const { band, outcome } of scored) {
    const cell = inBands[band ?? -1]
    if (cell) cell[outcome === 1 ? 1 : 0] += 1
  }
  return { counts, bands: inBands }
}

/** Rows by patient, where some patient has several. */
const cellsOfPatients = (scale: About['scale'], part: Part, scored: readonly Scored[]): Cells | null => {
  if (scale === 'number' || 'sums' in part || scored.some(({ patient }) => patient === null)) return null
  const byPatient = new Map<number, Scored[]>()
  for (const row of scored) {
    const rows = byPatient.get(row.patient ?? 0) ?? []
    rows.push(row)
    byPatient.set(row.patient ?? 0, rows)
  }
  if (byPatient.size === scored.length) return null
  const { levels } = tallyOf(scale, part.counts)
  const place = new Map([...levels].map((level, n) => [level, n]))
  const cells: number[] = []
  const starts: number[] = []
  for (const rows of byPatient.values()) {
    starts.push(cells.length)
    for (const { key, outcome } of rows) cells.push(2 * (place.get(LEVELS[scale].valueOf(key)) ?? 0) + outcome)
  }
  return { cells: Uint32Array.from(cells), starts: Uint32Array.from(starts) }
}

/** The tables of some rows, and the rows by patient where that matters. */
export const gather = (about: Pick<About, 'scale' | 'bands'>, scored: readonly Scored[]): { part: Part; cells?: Cells } => {
  const part = partOf(about, scored)
  const cells = cellsOfPatients(about.scale, part, scored)
  return cells ? { part, cells } : { part }
}

const labelOf = (inputs: readonly InputSpec[], about: string): string => inputs.find(({ name }) => name === about)?.label ?? about

export const aboutOf = ({ model, variant, output, scale }: Target, outcome: string, ageCuts: readonly number[]): About => ({
  model: {
    id: model.ref.id,
    version: model.ref.version,
    sha256: model.ref.sha256,
    name: model.ref.name,
    title: model.manifest.questions.find(({ id }) => id === variant.spec.question)?.title ?? model.manifest.title,
  },
  variant: variant.spec.id,
  output: { id: output.spec.id, label: output.spec.label, unit: output.spec.unit },
  scale,
  outcome,
  ageCuts,
  bands: scale === 'number' ? null : (output.spec.bands?.map(({ id, label }) => ({ id, label })) ?? null),
  conformal: output.spec.conformal ? { alpha: output.spec.conformal.alpha, abstain: output.spec.conformal.abstain } : null,
})

/** Groups put together so that none is small; divisions that allow no group are withheld. */
const cover = (
  divisions: readonly string[],
  minGroup: number,
  namesOf: (division: string) => ReadonlyMap<string, GroupSize>,
  make: (division: string, group: string, members: readonly string[]) => GroupPart,
): Pick<Material, 'groups' | 'withheld'> => {
  const groups: GroupPart[] = []
  const withheld: string[] = []
  for (const division of divisions) {
    const sizes = namesOf(division)
    if (sizes.size < 2) continue
    const shown = division === 'age' ? coverSmallAges(sizes, minGroup) : coverSmallGroups(sizes, minGroup)
    if (!shown) withheld.push(division)
    else for (const [group, members] of [...shown].sort(([a], [b]) => a.localeCompare(b))) groups.push(make(division, group, members))
  }
  return { groups, withheld }
}

export type OneSite = { readonly target: Target; readonly about: About; readonly site: string | null; readonly minGroup: number }

/** One site's material, small groups covered. */
export const materialOf = (study: Study, { target, about, site, minGroup }: OneSite): Material => {
  const { scored } = study
  const members = (division: string, groups: readonly string[]) => scored.filter((row) => groups.includes(row.groups[division] ?? ''))
  const sizes = (division: string): Map<string, GroupSize> => {
    const map = new Map<string, { people: number; events: number | null }>()
    for (const { groups, outcome } of scored) {
      const name = groups[division] ?? ''
      const size = map.get(name) ?? { people: 0, events: about.scale === 'number' ? null : 0 }
      map.set(name, { people: size.people + 1, events: size.events === null ? null : size.events + outcome })
    }
    return map
  }
  const source: Source = {
    site,
    rows: study.rows,
    used: scored.length,
    leftOut: study.leftOut.map((one) => ({ ...one, label: labelOf(target.model.inputs, one.about) })),
    patients: study.patients,
    months: study.months,
    dataSha256: study.dataSha256,
  }
  return {
    about,
    sources: [source],
    minGroup,
    overall: gather(about, scored),
    ...cover(study.divisions, minGroup, sizes, (by, group, of) => ({ by, group, ...gather(about, members(by, of)), sites: 1 })),
  }
}

/** Material of several sites as one. Groups that are still small are covered again; each site is a group of `site` where none has sites of its own. */
export const addMaterials = (all: readonly Material[], about: About, minGroup: number): Material => {
  const shared = all.flatMap(({ groups }) => groups)
  const ownSites = shared.some(({ by }) => by === 'site')
  const sites: GroupPart[] = ownSites
    ? []
    : all.map(({ sources: [source], overall }) => ({ by: 'site', group: source?.site ?? '', part: overall.part, sites: 1 }))
  const parts = [...shared, ...sites]
  const divisions = [...new Set(parts.map(({ by }) => by))]
  const named = (by: string, names: readonly string[]) => parts.filter((part) => part.by === by && names.includes(part.group))
  const sizes = (by: string) =>
    new Map(
      [
        ...new Set(
          named(
            by,
            parts.map(({ group }) => group),
          ).map(({ group }) => group),
        ),
      ].map((group) => [group, sizeOfPart(addParts(named(by, [group]).map(({ part }) => part)))]),
    )
  return {
    about,
    sources: all.flatMap(({ sources }) => sources),
    minGroup,
    overall: { part: addParts(all.map(({ overall }) => overall.part)) },
    ...cover(divisions, minGroup, sizes, (by, group, members) => {
      const of = named(by, members)
      return { by, group, part: addParts(of.map(({ part }) => part)), sites: of.length }
    }),
  }
}
