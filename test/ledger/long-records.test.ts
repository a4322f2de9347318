import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { canonicalInSlices, canonicalJson, sha256 } from '../../src/ledger/canonical.ts'
import { digestRows, digestRowsInSlices, type Rows, type SealedRow } from '../../src/ledger/evidence.ts'
import { openLedger } from '../../src/ledger/ledger.ts'
import { writeRecord } from '../../src/ledger/packed-record.ts'
import { jsonInSlices } from '../../src/long-json.ts'
import { inOneGo } from '../../src/slices.ts'
import { card, decision } from './decisions.ts'
import { embeddedPlace, postgresMissing, postgresPlace } from './engines.ts'

vi.setConfig({ testTimeout: 120_000 })

const inPieces = (value: unknown): string => {
  const pieces: string[] = []
  inOneGo(canonicalInSlices(value, (piece) => pieces.push(piece)))
  return pieces.join('')
}

/** JSON with lists short and long, at every depth, and names that a record has. */
const name = fc.oneof(fc.constantFrom('drug', 'about', 'cards', '__proto__', '1'), fc.string({ unit: 'binary', maxLength: 4 }))
const { value: jsonLike } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    tie('text'),
    tie('member'),
    tie('list'),
    tie('long'),
    fc.integer(),
    fc.constantFrom(null, true, undefined),
  ),
  text: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('drug', 'a","drug":"b', '\\', '"')),
  member: fc.dictionary(name, tie('value')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  long: fc.tuple(fc.array(tie('value'), { minLength: 1, maxLength: 3 }), fc.integer({ min: 30, max: 70 })).map(
    ([some, length]) => Array.from({ length }, (_, at) => some[at % some.length]), // few values, many entries
  ),
}))

const DRUGS_OF_TEXT = /"(?:about|drug)":"(?:[^"\\]|\\.)*"/g
const drugsIn = (text: string): string => [...new Set(text.match(DRUGS_OF_TEXT))].join(',')

/** What the digest of rows is, said in one line. */
const digestAtOnce = (rows: Rows): string =>
  sha256(
    canonicalJson(
      Object.fromEntries(
        Object.entries(rows)
          .filter(([, some]) => some.length > 0)
          .map(([table, some]) => [table, some.map((row) => canonicalJson(row)).sort()]),
      ),
    ),
  )

const cell = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc
    .tuple(fc.integer({ min: 65_530, max: 65_542 }), fc.constantFrom('😀', '"\\', 'ä\n', '\ud800'), fc.integer({ min: 1, max: 70_000 }))
    .map(
      ([before, odd, after]) => `${'x'.repeat(before)}${odd}${'y'.repeat(after)}`, // what must not be cut stands where a part may end
    ),
)
const rowsOf = fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }) as fc.Arbitrary<SealedRow>, { maxLength: 3 })

const long = (entries: number) => {
  const cards = Array.from({ length: entries }, (_, n) => ({ ...card(), detail: `**detail** ${n} "quoted" 😀 ${'word '.repeat(40)}` }))
  const traces = cards.map(({ uuid }) => ({ card: uuid, concern: 'guidance', drug: 'codeine', facts: [], rows: [], concerns: [] }))
  return decision({ cards, traces: traces as never })
}

const pausesIn = (work: Iterable<undefined>): number => [...work].length

describe('A long record', () => {
  it('has the same text in pieces as at once, in canonical order and as it stands', () => {
    fc.assert(
      fc.property(jsonLike, (value) => {
        expect(inPieces(value)).toBe(canonicalJson(value))
        expect(inOneGo(jsonInSlices(value))).toBe(JSON.stringify(value) ?? 'null')
      }),
      { numRuns: 300 },
    )
  })

  it('names the same drugs, looked through piece by piece, as its whole text', () => {
    fc.assert(
      fc.property(fc.dictionary(name, jsonLike), (record) => {
        const { text, columns } = inOneGo(writeRecord(record, true))
        expect([text, columns.about, columns.packed]).toEqual([canonicalJson(record), drugsIn(text), { deflate: text }])
      }),
      { numRuns: 300 },
    )
  })

  it('is sealed in parts with the digest of the whole, whatever character stands where a part ends', () => {
    fc.assert(
      fc.property(fc.record({ decision: rowsOf, card: rowsOf, prediction: rowsOf, concern: rowsOf }, { requiredKeys: [] }), (rows) => {
        expect(digestRows(rows)).toBe(digestAtOnce(rows))
      }),
      { numRuns: 100 },
    )
  })

  it('is put down every 32 cards while it is written, and every 65,536 characters while it is sealed', () => {
    const record = long(960)
    const rows = { decision: [['1', canonicalJson(record)]] }
    expect(pausesIn(writeRecord(record, true))).toBe(2 * 30) // cards and traces
    expect(pausesIn(jsonInSlices({ kind: 'decision', record }))).toBe(2 * 30)
    expect(pausesIn(digestRowsInSlices(rows))).toBeGreaterThanOrEqual(canonicalJson(record).length / 65_536)
  })

  it.each([['PGlite, embedded', embeddedPlace], ...(postgresMissing === null ? [['PostgreSQL', postgresPlace] as const] : [])] as const)(
    'is in the ledger as it was recorded, and the chain holds (%s)',
    async (_, makePlace) => {
      const place = await makePlace()
      const ledger = await openLedger(place.config)
      const records = [decision(), long(400), decision(), long(40)]
      await Promise.all(records.map((record) => ledger.record(record)))
      for (const record of records) expect(await ledger.decision(record.id, 'north')).toEqual(record)
      expect(await ledger.verifyChain()).toMatchObject({ state: 'intact', rows: 4 })
      await ledger.close()
      await place.clear()
    },
  )
})
