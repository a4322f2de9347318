import { describe, expect, it } from 'vitest'
import { escapeText, plainText } from '../../src/cards/markdown.ts'
import type { DrugIdentity, PatientFacts } from '../../src/contract/facts.ts'
import { readDose } from '../../src/facts/dose.ts'
import { readExtent } from '../../src/facts/dose-extent.ts'
import { tailOf } from '../../src/facts/references.ts'
import { readStrength } from '../../src/facts/strength.ts'
import type { DrugIndex } from '../../src/terminology/drugs.ts'
import { READERS } from '../../tools/fuzz/text-readers.ts'

const read = (reader: string, text: string) => READERS[reader]?.(text) as PatientFacts // every reader but two gives facts
const gapsOf = (reader: string, text: string): readonly string[] => read(reader, text).gaps.map(({ because }) => because)

const DAILY = { repeat: { frequency: 1, period: 1, periodUnit: 'd' } }
const NO_STRENGTH = { parts: [], because: null }
const UNREAD = '(a unit of more than 200 characters, not read)'

describe('What is too long to be what it stands for is not read, and that is said', () => {
  it('a unit of a result', () => {
    const { labs, gaps } = read('unit of a result', 'mg/'.repeat(70))
    expect(labs[0]?.value).toEqual({ kind: 'quantity', value: 1, unit: UNREAD })
    expect(gaps.map(({ because }) => because)).toContain('A value has a unit of more than 200 characters, not read.')
  })

  it('a unit of a dose', () => {
    const [medicine] = read('unit of a dose', 'm'.repeat(201)).medicines
    expect(medicine?.dose).toMatchObject({ mgPerDay: null, because: `The unit ${UNREAD} cannot be turned into milligrams.` })
  })

  it('a name of a medicine, for its strength', () => {
    const named = (text: string) => readStrength({ text, codings: [] } as unknown as DrugIdentity, null, {} as DrugIndex) // without codes no table is asked
    expect(named('1 mg '.repeat(2000)).parts).toHaveLength(2000)
    expect(named('1 mg '.repeat(2001))).toEqual({
      parts: [],
      because: 'A name of more than 10000 characters was not searched for a strength.',
    })
  })

  it('a text of a dose, which may say something else than its numbers', () => {
    const dosed = (text: string) => readDose([{ text, doseQuantity: { value: 5, unit: 'mg' }, timing: DAILY }], NO_STRENGTH, 1)
    expect(dosed('daily '.repeat(1666)).mgPerDay).toBe(5)
    expect(dosed('daily '.repeat(1668))).toMatchObject({
      mgPerDay: null,
      because: 'The dosage text of more than 10000 characters was not read, so it may say something else.',
    })
  })

  it.each(['name of a condition', 'disease of a relative', 'name of a genotype'])('a %s beyond its first 10,000 characters', (reader) => {
    const said = 'Of a name of more than 10000 characters only the beginning was read.'
    expect(gapsOf(reader, 'x'.repeat(10_001))).toContain(said)
    expect(gapsOf(reader, 'x'.repeat(10_000))).not.toContain(said)
  })

  it('a name is not cut in the midst of a character', () => {
    const [condition] = read('name of a condition', `${'x'.repeat(9999)}😀`).conditions
    expect(condition?.name).toBe('x'.repeat(9999))
  })

  it('a unit of how long a dose lasts: it is never written into an order, and the dosage is left alone', () => {
    const boundsDuration = { value: 10, code: 'd', system: 'http://unitsofmeasure.org', unit: 'd'.repeat(201) }
    const dosage = { text: 'once daily', timing: { repeat: { ...DAILY.repeat, boundsDuration } } }
    expect(readExtent([dosage])).toEqual({ lasts: null, more: true })
  })

  it('a text on a card, of which beginning and end are shown, and how much is not', () => {
    for (const show of [escapeText, plainText]) {
      expect(show('a'.repeat(2000))).toBe('a'.repeat(2000))
      const words = `Allergy to ${'x'.repeat(20_000)}: look for another drug.`
      const seen = show(words)
      expect([seen.startsWith('Allergy to xxx'), seen.endsWith('xxx: look for another drug.'), seen.length < 2000]).toEqual([
        true,
        true,
        true,
      ])
      expect(seen).toContain(`… (${words.length - 1700} characters are not shown) …`)
      expect(show(`${'a'.repeat(1399)}😀${'b'.repeat(1000)}😀${'c'.repeat(299)}`)).toBe(
        `${'a'.repeat(1399)}… (1004 characters are not shown) …${'c'.repeat(299)}`,
      )
    }
  })
})

it.each([
  ['Patient/1', 'Patient/1'],
  ['https://ehr/fhir/Patient/1', 'Patient/1'],
  ['https://ehr/fhir//Patient///1//', 'Patient/1'],
  ['Patient/1/_history/2', 'Patient/1'],
  ['/Patient/1', 'Patient/1'],
  ['Patient/1?a=b', 'Patient/1'],
  ['Patient/1?a=b\nc', 'Patient/1'],
  ['Patient', null],
  ['/', null],
  ['', null],
  ['//1', null],
  ['urn:uuid:1', null],
  [`${'/'.repeat(1000)}Patient${'/'.repeat(1000)}1`, 'Patient/1'],
])('the tail of %s is %s', (reference, tail) => {
  expect(tailOf(reference)).toBe(tail)
})
