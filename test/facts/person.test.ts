import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { FhirResource } from '../../src/contract/facts.ts'
import { readNoteTexts } from '../../src/facts/note-texts.ts'
import { textOfHtml } from '../../src/facts/plain-text.ts'
import { readFacts } from '../../src/facts/read-facts.ts'
import { loadKnowledge } from '../../src/guidance/load-knowledge.ts'
import { findRepeats } from '../../src/notes/repeats.ts'
import { projectRoot } from '../../src/project-root.ts'

const { drugs, genes, tables } = loadKnowledge(join(projectRoot, 'rules'))
const SUBJECT = { subject: { reference: 'Patient/a' }, patient: { reference: 'Patient/a' } }
const record = (...resources: FhirResource[]) => ({
  patientId: 'a',
  now: '2026-11-21T10:00:00Z',
  questions: [],
  draftOrders: [],
  selections: null,
  resources: [{ resourceType: 'Patient', id: 'a', gender: 'female' }, ...resources],
})
const facts = (...resources: FhirResource[]) => readFacts(record(...resources), { drugs, genes, tables })

const relative = (id: string, code: string | null, more: object = {}): FhirResource => ({
  resourceType: 'FamilyMemberHistory',
  id,
  ...SUBJECT,
  status: 'completed',
  relationship: { text: id, ...(code ? { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-RoleCode', code }] } : {}) },
  ...more,
})

describe('Relatives', () => {
  test('stand where their code says, and beside with a reason where it does not say enough', () => {
    const places = facts(relative('m', 'MTH'), relative('c', 'MCOUSN'), relative('w', null)).family.map(({ ref, place }) => [ref, place])
    expect(Object.fromEntries(places)).toEqual({
      'FamilyMemberHistory/m': { slot: 'mother', generation: -1, label: 'mother' },
      'FamilyMemberHistory/c': {
        slot: 'beside',
        because: 'The record does not say of which aunt or uncle this is the child.',
        label: 'maternal cousin',
      },
      'FamilyMemberHistory/w': { slot: 'beside', because: 'The relationship is recorded in words only.', label: 'w' },
    })
  })

  test('dead, living and not said are three things', () => {
    const all = facts(
      relative('d', 'MTH', { deceasedAge: { value: 63, unit: 'years' } }),
      relative('l', 'FTH', { deceasedBoolean: false }),
      relative('u', 'SIS'),
    )
    expect(Object.fromEntries(all.family.map(({ relationship, deceased }) => [relationship, deceased]))).toEqual({
      d: { is: true, at: '63 years' },
      l: { is: false },
      u: undefined,
    })
  })

  test('a disease that is denied in its name is marked nowhere, and flags nothing', () => {
    const [one] = facts(relative('s', 'SIS', { condition: [{ code: { text: 'No breast cancer' } }] })).family
    expect([one?.conditions[0]?.group, one?.flags]).toEqual([undefined, undefined])
  })

  test('what a stepmother has is no family history of a hereditary disease', () => {
    const [one] = facts(relative('s', 'STPMTH', { condition: [{ code: { text: 'Breast cancer' } }] })).family
    expect(one?.flags).toBeUndefined()
  })

  test('wrong types cost nothing but themselves', () => {
    expect(facts(relative('x', 'SIS', { condition: 'cancer', deceasedAge: 'old', note: 7, sex: [] })).family).toHaveLength(1)
  })
})

const score = (code: string, value: object): FhirResource => ({
  resourceType: 'Observation',
  id: `o-${code}`,
  ...SUBJECT,
  status: 'final',
  category: [{ coding: [{ code: 'survey' }] }],
  code: { coding: [{ system: 'http://loinc.org', code }] },
  ...value,
})

describe('Questionnaires', () => {
  test('a total is named as its authors name it, and outside its range not at all', () => {
    const bands = (value: number) =>
      facts(score('44261-6', { valueInteger: value })).surveys?.map(({ band }) => ('word' in band ? band.word : band.because))
    expect([0, 9, 10, 19, 27, 28].map(bands)).toEqual([
      ['minimal'],
      ['mild'],
      ['moderate'],
      ['moderately severe'],
      ['severe'],
      ['The score lies outside the range of this questionnaire (0 to 27).'],
    ])
  })

  test('answers that no row names stand under the rest; none is lost', () => {
    const all = facts(score('99999-9', { valueString: 'yes' }), score('72166-2', { valueString: 'never' }))
    expect(all.topics?.map(({ id, entries }) => [id, entries.length])).toEqual([
      ['smoking', 1],
      ['other', 1],
    ])
  })
})

describe('Allergies', () => {
  test('“no known allergies” is said as such; nothing recorded is an empty list', () => {
    const denied = {
      resourceType: 'AllergyIntolerance',
      id: 'n',
      ...SUBJECT,
      code: { coding: [{ system: 'http://snomed.info/sct', code: '716186003' }] },
    }
    expect(facts(denied).allergies.map(({ deniesAll }) => deniesAll)).toEqual([true])
    expect(facts().allergies).toEqual([])
  })
})

const note = (attachment: object): FhirResource => ({
  resourceType: 'DocumentReference',
  id: 'd',
  ...SUBJECT,
  status: 'current',
  content: [{ attachment }],
})
const partOf = (attachment: object) => readNoteTexts(record(note(attachment)), 'https://ehr.example/fhir')[0]?.parts

const data = (text: string): string => Buffer.from(text).toString('base64')

describe('Texts of notes', () => {
  test.each([
    ['plain text', { contentType: 'text/plain', data: data('No fever.') }, [{ kind: 'text', text: 'No fever.' }]],
    [
      'HTML as its words',
      { contentType: 'text/html', data: data('<p>No <b>fever</b></p><script>alert(1)</script>') },
      [{ kind: 'text', text: 'No fever', madeFrom: 'text/html' }],
    ],
    ['a PDF, said', { contentType: 'application/pdf', data: data('%PDF') }, [{ kind: 'not-read', because: 'It is a PDF.' }]],
    ['RTF, said', { contentType: 'text/rtf', data: data('{\\rtf1}') }, [{ kind: 'not-read', because: 'It is an RTF document.' }]],
    ['broken base64, said', { contentType: 'text/plain', data: '***' }, [{ kind: 'not-read', because: 'Its data are not readable.' }]],
    [
      'a Binary of this server',
      { contentType: 'text/plain', url: 'https://ehr.example/fhir/Binary/x' },
      [{ kind: 'binary', query: 'Binary/x', contentType: 'text/plain' }],
    ],
    [
      'another host, refused',
      { contentType: 'text/plain', url: 'https://elsewhere.example/Binary/x' },
      [{ kind: 'not-read', because: 'Its text is kept at another place than the FHIR server; it was not fetched.' }],
    ],
    [
      'a way out of the base, refused',
      { contentType: 'text/plain', url: 'Binary/../Patient/b' },
      [{ kind: 'not-read', because: 'Its text is kept at another place than the FHIR server; it was not fetched.' }],
    ],
    ['nothing at all, said', {}, [{ kind: 'not-read', because: 'It has no content.' }]],
  ])('%s', (_name, attachment, parts) => {
    expect(partOf(attachment)).toEqual(parts)
  })

  test('another patient’s note is never read', () => {
    const other = {
      ...note({ contentType: 'text/plain', data: data('secret') }),
      subject: { reference: 'Patient/b' },
      patient: { reference: 'Patient/b' },
    }
    expect(readNoteTexts(record(other), 'https://ehr.example/fhir')).toEqual([])
  })

  test('markup never survives, whatever it looks like, and a sign for “less than” does', () => {
    expect(textOfHtml('<img src=x onerror=alert(1)>a<br>b &lt;c&gt; p < 0.05<style>x')).toBe('a\nb <c> p < 0.05')
  })

  test('a sentence with another number is another sentence; the same one is repeated from the first note that says it', () => {
    const notes = [
      { ref: 'a', date: '2025', text: 'The tumor of the left breast measures 12 mm.' },
      { ref: 'b', date: '2026', text: 'The tumor of the left breast measures 14 mm. The tumor of the left breast measures 12 mm.' },
    ]
    expect(
      findRepeats(notes)
        .get('b')
        ?.repeats.map(({ start, from }) => [start, from.ref]),
    ).toEqual([[45, 'a']])
  })
})
