import type { Encounter, PatientFacts } from '../../../../src/contract/facts.ts'
import type { PartialDate } from '../../../../src/contract/lineage.ts'
import { dateWords } from '../../words/dates.ts'
import { byTime, type Collected, type Item, type Undated } from './items.ts'
import { placeOf } from './place.ts'
import { type Group, TEXT } from './texts.ts'

type Event = {
  readonly id: string
  readonly date: PartialDate | null | undefined
  readonly until?: PartialDate | null | undefined
  readonly words: string
  readonly resource: string
}

const itemOf = ({ id, date, until, words, resource }: Event): Item | null => {
  const place = placeOf(date)
  if (!place || date == null) return null
  const end = placeOf(until)
  const lasts = until && dateWords(until) !== dateWords(date) ? `${dateWords(date)} ${TEXT.until} ${dateWords(until)}` : dateWords(date)
  return {
    id,
    from: place.from,
    to: Math.max(place.to, end?.to ?? place.to),
    when: lasts,
    words,
    resource,
    ...(place.exact ? {} : { coarse: true as const }),
  }
}

const lane = (group: Group, name: string, events: readonly Event[]): Collected => {
  const items: Item[] = []
  const undated: Undated[] = []
  for (const event of events) {
    const item = itemOf(event)
    if (item) items.push(item)
    else undated.push({ id: event.id, group, words: event.words, resource: event.resource })
  }
  const made = { id: `${group} ${name}`, group, name, kind: 'marks' as const, unit: '', items: byTime(items), relevant: true }
  return { lanes: items.length > 0 ? [made] : [], undated }
}

const visitWords = ({ kinds, service }: Encounter): string =>
  [...new Set([...kinds.map(({ display, code }) => display ?? code), ...service.words])].filter(Boolean).join(', ') || TEXT.visit

/** What happened once: results of genes, problems, stays, procedures, studies, reports. */
export const collectEvents = (facts: PatientFacts): readonly Collected[] => [
  lane(
    'genetics',
    TEXT.results,
    facts.readings.map(({ ref, gene, genotype, lineage }) => ({
      id: `${ref} ${gene}`,
      date: lineage.date,
      words: [gene, genotype.diplotype, genotype.phenotype].filter(Boolean).join(' '),
      resource: lineage.resource,
    })),
  ),
  lane(
    'events',
    TEXT.conditions,
    facts.conditions.map(({ ref, name, onset, lineage }) => ({
      id: ref,
      date: onset ?? lineage.date,
      words: name,
      resource: lineage.resource,
    })),
  ),
  lane(
    'events',
    TEXT.encounters,
    (facts.encounters ?? []).map((one) => ({
      id: one.ref,
      date: one.start,
      until: one.end,
      words: visitWords(one),
      resource: one.lineage.resource,
    })),
  ),
  lane(
    'events',
    TEXT.procedures,
    facts.procedures.map(({ ref, name, date, lineage }) => ({ id: ref, date, words: name, resource: lineage.resource })),
  ),
  lane(
    'events',
    TEXT.reports,
    facts.documents.map(({ ref, title, lineage }) => ({ id: ref, date: lineage.date, words: title, resource: lineage.resource })),
  ),
  lane(
    'imaging',
    TEXT.studies,
    facts.imaging.map(({ ref, description, modalities, started, lineage }) => ({
      id: ref,
      date: started,
      words: [modalities.join(', '), description].filter(Boolean).join(' '),
      resource: lineage.resource,
    })),
  ),
]
