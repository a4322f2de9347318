import type { FamilyMember } from '../../../../src/contract/facts.ts'
import type { FamilySlot } from '../../../../src/contract/person.ts'

/** Somebody on the pedigree: a relative, the patient, or a link between two that the record does not hold. */
export type Person = {
  readonly key: string
  readonly who: 'patient' | 'relative' | 'link'
  readonly member: FamilyMember | null
  readonly sex: 'female' | 'male' | null
  readonly slot: FamilySlot | 'self'
  /** Column and row in units; rows count generations from the top. */
  readonly x: number
  readonly y: number
  /** `II-3`: generation and place in it, as pedigrees are numbered. */
  readonly number: string
}

/** A line from parents to their children, or between partners. */
export type Line = { readonly key: string; readonly points: readonly (readonly [x: number, y: number])[] }

export type Drawing = {
  readonly persons: readonly Person[]
  readonly lines: readonly Line[]
  readonly columns: number
  readonly rows: number
}

const ROMAN = ['I', 'II', 'III', 'IV']

const sexOf = (sex: string | undefined): Person['sex'] => (sex === 'female' || sex === 'male' ? sex : null)

type Seat = { readonly slot: FamilySlot | 'self'; readonly member: FamilyMember | null; readonly sex: Person['sex']; readonly key: string }

const link = (slot: FamilySlot, sex: 'female' | 'male'): Seat => ({ slot, member: null, sex, key: slot })

/** Relatives of one place, in the order of the record; two entries for one mother are two entries and both drawn. */
const seats = (family: readonly FamilyMember[], slot: FamilySlot): Seat[] =>
  family.filter(({ place }) => place?.slot === slot).map((member) => ({ slot, member, sex: sexOf(member.sex), key: member.ref }))

const couple = (one: Seat[], other: Seat[], needed: boolean, male: FamilySlot, female: FamilySlot): Seat[] =>
  !needed && one.length + other.length === 0
    ? []
    : [...(one.length > 0 ? one : [link(male, 'male')]), ...(other.length > 0 ? other : [link(female, 'female')])]

const middle = (xs: readonly number[]): number => ((xs[0] ?? 0) + (xs.at(-1) ?? 0)) / 2

type Placed = Seat & { readonly x: number }

const inRow = (row: readonly Seat[], from: number): Placed[] => row.map((seat, index) => ({ ...seat, x: from + index }))

const centred = (row: readonly Seat[], at: number): Placed[] => inRow(row, at - (row.length - 1) / 2)

/** Sibship below its parents: down from the couple, along, and down to each child. */
const descent = (key: string, parents: readonly Placed[], children: readonly Placed[], y: number): Line[] => {
  if (parents.length === 0 || children.length === 0) return []
  const from = middle(parents.map(({ x }) => x))
  const xs = children.map(({ x }) => x)
  const bar = y + 0.5
  const [left, right] = [Math.min(from, ...xs), Math.max(from, ...xs)]
  const partners: Line[] = parents.length > 1 ? [{ key: `${key}-couple`, points: parents.map(({ x }) => [x, y] as const) }] : []
  return [
    ...partners,
    {
      key: `${key}-down`,
      points: [
        [from, y],
        [from, bar],
      ],
    },
    {
      key: `${key}-bar`,
      points: [
        [left, bar],
        [right, bar],
      ],
    },
    ...children.map((child) => ({
      key: `${key}-${child.key}`,
      points: [
        [child.x, bar],
        [child.x, y + 1],
      ] as const,
    })),
  ]
}

/**
 * Where everybody stands: grandparents above the parents' sibships, those above the patient's, children below. Links that nobody recorded
 * are drawn empty, because a line needs an end. Only a picture: who is related how was decided by the server.
 */
export const drawFamily = (family: readonly FamilyMember[], patientSex: string | null): Drawing => {
  const of = (slot: FamilySlot): Seat[] => seats(family, slot)
  const [pUncles, mUncles, siblings, partners, children] = [
    of('paternal-pibling'),
    of('maternal-pibling'),
    of('sibling'),
    of('partner'),
    of('child'),
  ]
  const pGrand = couple(
    of('paternal-grandfather'),
    of('paternal-grandmother'),
    pUncles.length > 0,
    'paternal-grandfather',
    'paternal-grandmother',
  )
  const mGrand = couple(
    of('maternal-grandfather'),
    of('maternal-grandmother'),
    mUncles.length > 0,
    'maternal-grandfather',
    'maternal-grandmother',
  )
  const above = pGrand.length + mGrand.length + siblings.length > 0
  const parents = couple(of('father'), of('mother'), above, 'father', 'mother')
  const self: Seat = { slot: 'self', member: null, sex: sexOf(patientSex ?? undefined), key: 'patient' }
  const fathers = parents.filter(({ slot }) => slot === 'father')
  const mothers = parents.filter(({ slot }) => slot === 'mother')
  const parentRow = inRow([...pUncles, ...fathers, ...mothers, ...mUncles], 0)
  const placedParents = parentRow.filter(({ slot }) => slot === 'father' || slot === 'mother')
  const own = centred([...siblings, self], placedParents.length > 0 ? middle(placedParents.map(({ x }) => x)) : siblings.length / 2)
  const me = own.at(-1) ?? { ...self, x: 0 }
  const spouses = inRow(partners, me.x + 1)
  const childRow = centred(children, spouses.length > 0 ? me.x + 0.5 : me.x)
  const paternal = parentRow.filter(({ slot }) => slot === 'father' || slot === 'paternal-pibling')
  const maternal = parentRow.filter(({ slot }) => slot === 'mother' || slot === 'maternal-pibling')
  const rows: Placed[][] = [
    [...centred(pGrand, middle(paternal.map(({ x }) => x))), ...centred(mGrand, middle(maternal.map(({ x }) => x)))],
    parentRow,
    [...own, ...spouses],
    childRow,
  ]
  return finish(rows, { paternal, maternal, placedParents, own, me, spouses, childRow })
}

type Parts = Readonly<Record<'paternal' | 'maternal' | 'placedParents' | 'own' | 'spouses' | 'childRow', readonly Placed[]>> & {
  readonly me: Placed
}

/** No two in a row share a column: who would is moved on. */
const apart = (row: readonly Placed[]): Map<string, number> => {
  const at = new Map<string, number>()
  let last = Number.NEGATIVE_INFINITY
  for (const seat of row) {
    const x = Math.max(seat.x, last + 1)
    at.set(seat.key, x)
    last = x
  }
  return at
}

const finish = (rows: readonly Placed[][], parts: Parts): Drawing => {
  const used = rows.filter((row) => row.length > 0)
  const places = new Map(rows.flatMap((row) => [...apart(row)]))
  const least = Math.min(...places.values())
  const at = <T extends Placed>(seat: T): T => ({ ...seat, x: (places.get(seat.key) ?? seat.x) - least })
  const yOf = (row: readonly Placed[] | undefined): number => used.findIndex((one) => one[0]?.key === row?.[0]?.key)
  const [grand = [], parentRow = [], ownRow = []] = rows
  const moved = (row: readonly Placed[]): Placed[] => row.map(at)
  const persons = used.flatMap((row, y) =>
    moved(row).map(
      ({ slot, member, sex, key, x }, index): Person => ({
        key, slot, member, sex, x, y,
        who: slot === 'self' ? 'patient' : member ? 'relative' : 'link',
        number: `${ROMAN[y] ?? y + 1}-${index + 1}`,
      }), // biome-ignore format: one record
    ),
  )
  const side = (name: 'paternal' | 'maternal') => moved(grand.filter(({ slot }) => slot.startsWith(name)))
  const lines = [
    ...descent('paternal', side('paternal'), moved(parts.paternal), yOf(grand)),
    ...descent('maternal', side('maternal'), moved(parts.maternal), yOf(grand)),
    ...descent('parents', moved(parts.placedParents), moved(parts.own), yOf(parentRow)),
    ...descent('own', [at(parts.me), ...moved(parts.spouses)], moved(parts.childRow), yOf(ownRow)),
    ...(parts.spouses.length > 0 && parts.childRow.length === 0
      ? [{ key: 'partner', points: [at(parts.me), ...moved(parts.spouses)].map(({ x }) => [x, yOf(ownRow)] as const) }]
      : []),
  ]
  return { persons, lines, columns: Math.max(...persons.map(({ x }) => x)) + 1, rows: used.length }
}
