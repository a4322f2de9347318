import type { Change } from '../contract/background.ts'
import type { Medicine, PatientFacts } from '../contract/facts.ts'
import type { GeneReading } from '../contract/genes.ts'
import type { PartialDate } from '../contract/lineage.ts'
import { daysSince, firstInstant } from '../terminology/dates.ts'

/** Days that count as lately: a quarter, between two visits of a person with a long-term medicine. */
export const LATELY_DAYS = 90

const keyOf = ({ drug }: Medicine): string =>
  drug.ingredients.length > 0
    ? drug.ingredients
        .map(({ name }) => name)
        .sort()
        .join('+')
    : `~${drug.text.toLowerCase()}`

const isLate = (date: PartialDate | null | undefined, now: string): date is PartialDate => {
  const days = date ? daysSince(date, now) : null
  return days !== null && days <= LATELY_DAYS
}

const doseWords = ({ dose }: Medicine): string | null => (dose.mgPerDay === null ? null : `${Number(dose.mgPerDay.toPrecision(4))} mg/day`)

/** The entry of the same substances that came before this one. */
const before = (medicine: Medicine, medicines: readonly Medicine[]): Medicine | undefined =>
  medicines
    .filter(
      (other) =>
        other !== medicine && !other.neverTaken && other.state === 'stopped' && firstInstant(other.start) < firstInstant(medicine.start),
    )
    .sort((a, b) => firstInstant(b.start) - firstInstant(a.start))[0]

const begun = (medicine: Medicine, same: readonly Medicine[]): Change[] => {
  const { start, ref, drug } = medicine
  if (start === null) return []
  const base = { date: start, what: drug.text, resource: ref }
  const earlier = before(medicine, same)
  if (!earlier) return [{ kind: 'started', ...base, ...(medicine.dose.text === null ? {} : { to: medicine.dose.text }) }]
  const [from, to] = [doseWords(earlier), doseWords(medicine)]
  if (from === null || to === null) return [{ kind: 'renewed', ...base }]
  return from === to ? [] : [{ kind: 'dose', ...base, from, to }]
}

const changesOf = (medicine: Medicine, same: readonly Medicine[], now: string): Change[] => {
  if (medicine.neverTaken) return []
  const { state, start, end, ref, drug } = medicine
  if (state === 'active') return isLate(start, now) ? begun(medicine, same) : []
  if (state === 'planned') {
    const date = start ?? medicine.lineage.date
    return date === undefined ? [] : [{ kind: 'planned', date, what: drug.text, resource: ref }]
  }
  if (state !== 'stopped' || !isLate(end, now) || same.some((other) => other.state === 'active')) return []
  return [{ kind: 'stopped', date: end, what: drug.text, resource: ref }]
}

const resultWords = ({ genotype, reported }: GeneReading): string | undefined =>
  [genotype.diplotype ?? reported.diplotype, genotype.phenotype?.term ?? reported.phenotype].filter(Boolean).join(', ') || undefined

const lateResults = ({ readings, now }: PatientFacts): Change[] =>
  readings.flatMap((reading): Change[] => {
    const { date, resource } = reading.lineage
    if (reading.gene === null || !isLate(date, now)) return []
    const to = resultWords(reading)
    return [{ kind: 'gene-result', date, what: reading.gene, resource, ...(to === undefined ? {} : { to }) }]
  })

const dayOf = (date: PartialDate): string => date.slice(0, 10)

/** What one gene was found to be on one day is one piece of news: every result that differs, and how many positions were read for it. */
const ofOneGene = (changes: readonly Change[]): Change[] => {
  const [positions, results] = [changes.filter(({ to }) => to === undefined), changes.filter(({ to }) => to !== undefined)]
  const told = [...new Map(results.map((change) => [change.to, change])).values()]
  // A diplotype with its phenotype tells what a phenotype alone, of the same day, tells too.
  const kept = told.filter((one) => !told.some((other) => other !== one && other.to?.endsWith(`, ${one.to}`)))
  const counted = positions.length === 0 ? {} : { positions: positions.length }
  const [first, ...more] = kept.length > 0 ? kept : positions
  return first ? [{ ...first, ...counted }, ...(kept.length > 0 ? more : [])] : []
}

const geneResults = (facts: PatientFacts): Change[] => {
  const genes = new Map<string, Change[]>()
  for (const change of lateResults(facts)) {
    const key = `${change.what} ${dayOf(change.date)}`
    const same = genes.get(key)
    if (same) same.push(change)
    else genes.set(key, [change])
  }
  return [...genes.values()].flatMap(ofOneGene)
}

const byDate = (a: Change, b: Change): number => firstInstant(b.date) - firstInstant(a.date) || (a.what < b.what ? -1 : 1)

/**
 * What changed lately by the record's own dates: medicines begun, ended, planned, at another dose, and results of genes. An entry that
 * follows one of the same substances is no new medicine.
 */
export const recentChanges = (facts: PatientFacts): { readonly changes: readonly Change[]; readonly undated: number } => {
  const groups = new Map<string, Medicine[]>()
  for (const medicine of facts.medicines) {
    const key = keyOf(medicine)
    const same = groups.get(key)
    if (same) same.push(medicine)
    else groups.set(key, [medicine])
  }
  const medicines = [...groups.values()].flatMap((same) => same.flatMap((one) => changesOf(one, same, facts.now)))
  const undated =
    facts.medicines.filter(({ state, start }) => state === 'active' && start === null).length +
    facts.readings.filter(({ gene, lineage }) => gene !== null && lineage.date === undefined).length
  return { changes: [...medicines, ...geneResults(facts)].sort(byDate), undated }
}
