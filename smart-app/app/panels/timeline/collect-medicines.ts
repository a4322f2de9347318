import type { Medicine } from '../../../../src/contract/facts.ts'
import { dateWords } from '../../words/dates.ts'
import { quantityWords } from '../../words/values.ts'
import { byTime, type Collected, type End, type Item, type Lane, type Undated } from './items.ts'
import { placeOf } from './place.ts'
import { TEXT } from './texts.ts'

/** Entries of one medicine share a lane, so that a change of dose is seen as one. */
const keyOf = ({ drug }: Medicine): string => {
  const names = drug.ingredients.map(({ name }) => name)
  return names.length > 0 ? names.toSorted().join(' + ') : drug.text
}

const doseWords = ({ dose }: Medicine): string =>
  dose.mgPerDay === null ? (dose.text ?? TEXT.doseUnknown) : `${quantityWords(dose.mgPerDay, 'mg')}${TEXT.perDay}`

const untilWords = ({ state, end, neverTaken }: Medicine): string => {
  if (neverTaken) return TEXT.never
  if (end !== null) return `${TEXT.until} ${dateWords(end)}`
  if (state === 'active') return TEXT.ongoing
  if (state === 'planned') return TEXT.planned
  return state === 'stopped' ? TEXT.endUnknown : TEXT.stateUnknown
}

const wordsOf = (medicine: Medicine): string => `${medicine.drug.text}: ${doseWords(medicine)}, ${untilWords(medicine)}`

/** A bar whose far end nobody recorded is not drawn to any day: it ends where it begins, open (the drawing adds the dashes). */
const endOf = (medicine: Medicine, startTo: number, now: number): { readonly to: number; readonly end: End } => {
  const end = placeOf(medicine.end)
  if (end) return { to: Math.max(end.to, startTo), end: end.exact ? 'known' : 'unclear' }
  if (medicine.state === 'active') return { to: Math.max(now, startTo), end: 'open' }
  return { to: startTo, end: 'unclear' }
}

const lookOf = ({ state, neverTaken }: Medicine): NonNullable<Item['bar']>['look'] => {
  if (neverTaken) return 'never'
  if (state === 'planned') return 'planned'
  return state === 'unknown' ? 'unsaid' : 'taken'
}

const itemOf = (medicine: Medicine, highest: number, now: number): Item | null => {
  const start = placeOf(medicine.start)
  const stop = placeOf(medicine.end)
  const first = start ?? stop
  if (!first) return null
  const startTo = start ? start.to : first.from
  const { to, end } = endOf(medicine, startTo, now)
  const { mgPerDay } = medicine.dose
  return {
    id: medicine.ref,
    from: first.from,
    to,
    when: start ? dateWords(medicine.start ?? '') : `${TEXT.startUnknown}, ${TEXT.until} ${dateWords(medicine.end ?? '')}`,
    words: wordsOf(medicine),
    resource: medicine.lineage.resource,
    ...(start && !start.exact ? { coarse: true as const } : {}),
    bar: {
      start: start ? (start.exact ? 'known' : 'unclear') : 'unclear',
      end,
      startTo,
      share: mgPerDay === null || highest === 0 ? null : mgPerDay / highest,
      label: doseWords(medicine),
      look: lookOf(medicine),
    },
  }
}

export const collectMedicines = (medicines: readonly Medicine[], now: number): Collected => {
  const groups = new Map<string, Medicine[]>()
  for (const medicine of medicines) groups.set(keyOf(medicine), [...(groups.get(keyOf(medicine)) ?? []), medicine])
  const undated: Undated[] = []
  const lanes: Lane[] = []
  for (const [name, entries] of groups) {
    const highest = entries.reduce((most, { dose }) => Math.max(most, dose.mgPerDay ?? 0), 0)
    const items = entries.flatMap((medicine) => {
      const item = itemOf(medicine, highest, now)
      if (item === null)
        undated.push({ id: medicine.ref, group: 'medicines', words: wordsOf(medicine), resource: medicine.lineage.resource })
      return item === null ? [] : [item]
    })
    if (items.length > 0)
      lanes.push({ id: `medicine ${name}`, group: 'medicines', name, kind: 'bars', unit: '', items: byTime(items), relevant: true })
  }
  const lastOf = ({ items }: Lane): number => items.reduce((last, { to }) => Math.max(last, to), 0)
  return { lanes: lanes.sort((a, b) => lastOf(b) - lastOf(a) || a.name.localeCompare(b.name)), undated }
}
