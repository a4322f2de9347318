import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { aPatient } from '../builders/patient.ts'

const folder = mkdtempSync(join(tmpdir(), 'attune-read-'))
const file = (name: string, content: string): string => {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}
const json = (name: string, content: unknown): string => file(name, JSON.stringify(content))
const ndjson = (name: string, lines: readonly unknown[]): string => file(name, lines.map((line) => JSON.stringify(line)).join('\n'))

let out = ''
let err = ''
beforeEach(() => {
  out = ''
  err = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    err += String(text)
    return true
  })
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => rmSync(folder, { recursive: true }))

const anna = () =>
  aPatient('anna')
    .born('1961-04-02')
    .withGenotype('CYP2C19', '*2/*2', { id: 'g1', lab: 'Gene Lab' })
    .on('clopidogrel 75 mg tablet', { rxcui: '309362' })
const ben = () => aPatient('ben').male().withGenotype('CYP2C19', '*1/*1', { id: 'g2' })

const genesOf = (patients: readonly { patient: string; geneCalls: readonly { gene: string; genetic?: { diplotype: string } }[] }[]) =>
  patients.map(({ patient, geneCalls }) => [patient, geneCalls.find((call) => call.gene === 'CYP2C19')?.genetic?.diplotype])

describe('attune read', () => {
  test('a Bundle becomes a table of genes, readings and medicines', async () => {
    const code = await main(['read', json('anna.json', anna().bundle()), '--now', '2026-11-21T10:00:00Z'])
    expect(code).toBe(0)
    expect(out).toContain('Patient anna, 65 years')
    expect(out).toMatch(/CYP2C19\s+\*2\/\*2, Poor Metabolizer\s+2024-03-05\s+Gene Lab/)
    expect(out).toContain('22 other genes have no result. No result never means normal.')
    expect(out).toMatch(/clopidogrel 75 mg tablet\s+clopidogrel\s+active/)
  })

  test.each([
    ['a Bundle', () => json('b.json', anna().bundle())],
    ['a list', () => json('l.json', anna().resources())],
    ['NDJSON', () => ndjson('n.ndjson', anna().resources())],
  ])('%s gives the same calls as JSON for machines', async (_title, write) => {
    expect(await main(['read', write(), '--json'])).toBe(0)
    expect(genesOf(JSON.parse(out).patients)).toEqual([['anna', '*2/*2']])
  })

  test('several files are one record', async () => {
    const [patient, ...rest] = anna().resources()
    expect(await main(['read', json('p.json', patient), ndjson('rest.ndjson', rest), '--json'])).toBe(0)
    expect(genesOf(JSON.parse(out).patients)).toEqual([['anna', '*2/*2']])
  })

  test('an export of several patients is read patient by patient, and nothing is mixed', async () => {
    const path = ndjson('both.ndjson', [...anna().resources(), ...ben().resources()])
    expect(await main(['read', path, '--json'])).toBe(0)
    expect(genesOf(JSON.parse(out).patients)).toEqual([
      ['anna', '*2/*2'],
      ['ben', '*1/*1'],
    ])
  })

  test('one patient can be chosen', async () => {
    const path = ndjson('choose.ndjson', [...anna().resources(), ...ben().resources()])
    expect(await main(['read', path, '--patient', 'Patient/ben', '--json'])).toBe(0)
    expect(genesOf(JSON.parse(out).patients)).toEqual([['ben', '*1/*1']])
  })

  test('among several patients a result without subject is given to none, and that is said', async () => {
    const orphan = { resourceType: 'Observation', id: 'x', status: 'final', code: { text: 'CYP2D6' }, valueString: '*4/*4' }
    const path = ndjson('orphan.ndjson', [...anna().resources(), ...ben().resources(), orphan])
    expect(await main(['read', path, '--json'])).toBe(1)
    expect(err).toBe('1 entries name no patient and were given to none of the 2.\n')
  })

  test('a CDS Hooks request shows its orders', async () => {
    const request = {
      hook: 'order-sign',
      context: {
        patientId: 'anna',
        draftOrders: {
          resourceType: 'Bundle',
          entry: anna()
            .ordering('simvastatin 40 mg tablet')
            .drafts()
            .map((resource) => ({ resource })),
        },
      },
      prefetch: { all: anna().bundle(), nothing: null },
    }
    expect(await main(['read', json('hook.json', request)])).toBe(0)
    expect(out).toMatch(/MedicationRequest\/order-1\s+simvastatin 40 mg tablet\s+simvastatin/)
    expect(out).toMatch(/CYP2C19\s+\*2\/\*2/)
  })

  test('an entry that cannot be read is said and ends with 1', async () => {
    expect(await main(['read', json('odd.json', [...anna().resources(), { resourceType: 'Potion', id: 'y' }])])).toBe(1)
    expect(out).toContain('record: This kind of resource is not known here. (Potion/y)')
  })

  test.each([
    ['no file is named', () => [], 'Name at least one file.'],
    ['the file is missing', () => [join(folder, 'nothing.json')], 'the file cannot be read'],
    ['the file is not JSON', () => [file('t.txt', 'hello')], 'this is not JSON'],
    ['a line of NDJSON is broken', () => [file('t.ndjson', '{"resourceType":"Patient","id":"a"}\n{oops')], 'line 2 is not JSON'],
    ['the file is empty', () => [file('e.json', '')], 'the file is empty'],
    ['there is no FHIR in it', () => [json('no.json', { a: 1 })], 'there is no FHIR resource in it'],
    [
      'the chosen patient is not there',
      () => [json('c.json', anna().bundle()), '--patient', 'carl'],
      'There is no patient carl in these files.',
    ],
    ['the instant is not one', () => [json('i.json', anna().bundle()), '--now', 'tomorrow'], '--now takes an instant'],
    ['an option is unknown', () => ['--frobnicate'], 'frobnicate'],
  ])('exit 2 when %s', async (_title, words, message) => {
    expect(await main(['read', ...words()])).toBe(2)
    expect(err).toContain(message)
  })
})
