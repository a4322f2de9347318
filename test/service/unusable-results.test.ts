import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient, type PatientBuilder } from '../builders/patient.ts'
import { askAbout } from './one-patient.ts'
import { startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

const cardsFor = async (patient: PatientBuilder) => (await askAbout(sandbox, 'order-sign', patient)).cards
const saidFor = async (patient: PatientBuilder) =>
  (await cardsFor(patient)).map(({ indicator, summary, suggestions = [] }) =>
    [`${indicator}: ${summary}`, ...suggestions.map(({ label }) => label)].join(' | '),
  )

const result = (name: string, value: string, members: object = {}) => ({
  resourceType: 'Observation',
  id: 'result',
  status: 'final',
  category: [{ coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] }],
  code: { text: name },
  subject: { reference: 'Patient/p1' },
  effectiveDateTime: '2026-05-05',
  valueString: value,
  ...members,
})

describe('A result that cannot be used is no less serious than none', () => {
  it.each([
    [
      'no call',
      aPatient().withGenotype('CYP2C9', 'No call').ordering('siponimod'),
      'warning: Test CYP2C9 before siponimod: no usable result (the laboratory could not call it) | Order CYP2C9 genotype',
    ],
    [
      'HLA typed at one field',
      aPatient().withGenotype('HLA-B', 'HLA-B*57/HLA-B*07').ordering('abacavir'),
      'warning: Test HLA-B*57:01 before abacavir: no usable result (the typing is too coarse) | Order HLA-B*57:01 test',
    ],
    [
      'a preliminary diplotype: what it says is told',
      aPatient().withGenotype('DPYD', '*2A/*2A', { status: 'preliminary' }).ordering('capecitabine'),
      'warning: Test DPYD before capecitabine: no usable result (the only result is preliminary: c.1905+1G>A (*2A)/c.1905+1G>A (*2A) Poor Metabolizer) | Order DPYD genotype',
    ],
    [
      'a preliminary allele: what it says is told',
      aPatient()
        .with(result('HLA-B*57:01', 'Positive', { status: 'preliminary' }))
        .ordering('abacavir'),
      'warning: Test HLA-B*57:01 before abacavir: no usable result (the only result is preliminary: HLA-B*57:01 positive) | Order HLA-B*57:01 test',
    ],
    [
      'for a test that is only to be considered',
      aPatient().withGenotype('CYP2C19', 'No call').ordering('clopidogrel'),
      'info: Not assessed: clopidogrel against CYP2C19, because the laboratory could not call it | Order CYP2C19 genotype',
    ],
  ])('%s', async (_what, patient, said) => {
    expect(await saidFor(patient)).toEqual([said])
  })

  it('a text that only denies is on record, and is never normal', async () => {
    const denied = result('CYP2C19', 'Negative for *2 and *3')
    const [card] = await cardsFor(aPatient().with(denied).ordering('clopidogrel'))
    expect(card?.detail).toContain('the result on record only denies some findings, which is never read as normal')
    expect(card?.detail).not.toContain('no CYP2C19 result was found')
  })

  it('results that differ stay a warning, and the test is offered', async () => {
    const patient = aPatient().withGenotype('HLA-B', '*57:01/*07:02', { id: 'one' }).withGenotype('HLA-B', '*08:01/*07:02', { id: 'other' })
    const [card] = await cardsFor(patient.ordering('abacavir'))
    expect(card?.indicator).toBe('warning')
  })
})

describe('The source of a result is what it rests on', () => {
  const detailFor = async (patient: PatientBuilder) => (await cardsFor(patient)).map(({ detail }) => detail).join('\n')
  const clopidogrel = () => aPatient().withCondition('Acute coronary syndrome', { snomed: '394659003' })

  it('and not one that was entered in error', async () => {
    const patient = clopidogrel()
      .withGenotype('CYP2C19', '*1/*1', { id: 'withdrawn', status: 'entered-in-error' })
      .withGenotype('CYP2C19', '*2/*2', { id: 'good' })
    const detail = await detailFor(patient.ordering('clopidogrel'))
    expect(detail).toContain('Observation/good')
    expect(detail).not.toContain('Observation/withdrawn')
  })

  it('nor the test of another allele', async () => {
    const patient = aPatient()
      .with(result('HLA-B*57:01', 'Positive', { id: 'b5701' }))
      .with(result('HLA-B*58:01', 'Positive', { id: 'b5801' }))
    const detail = await detailFor(patient.ordering('abacavir'))
    expect(detail).toContain('Observation/b5701')
    expect(detail).not.toContain('Observation/b5801')
  })

  it('nor one that a corrected result replaces', async () => {
    const identifier = [{ system: 'urn:lab', value: '1' }]
    const old = result('CYP2C19', '*1/*1', { id: 'old', identifier, effectiveDateTime: '2024-01-01' })
    const now = result('CYP2C19', '*2/*2', {
      id: 'new',
      identifier,
      status: 'corrected',
      effectiveDateTime: '2024-01-01',
      issued: '2024-02-01T00:00:00Z',
    })
    const detail = await detailFor(clopidogrel().with(old).with(now).ordering('clopidogrel'))
    expect(detail).toContain('Observation/new')
    expect(detail).not.toContain('Observation/old')
  })
})
