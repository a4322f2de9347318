import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aPatient } from '../builders/patient.ts'
import { askAbout } from './one-patient.ts'
import { startSandbox } from './running-sandbox.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>

beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.stop())

const outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'forbidden' }] }
const bundle = (type: string, ...entry: readonly object[]) => ({ resourceType: 'Bundle', type, entry })

describe('Results that were not handed over are not told as tests that were never made:', () => {
  it.each([
    ['an entry that was refused', bundle('searchset', { fullUrl: 'urn:x', response: { status: '403' } })],
    ['an entry whose outcome is an error', bundle('batch-response', { response: { status: '401 Unauthorized', outcome } })],
    ['a count of results without any', { ...bundle('searchset'), total: 5 }],
  ])('%s', async (_name, genotypes) => {
    const patient = aPatient('p-refused').ordering('clopidogrel', { rxcui: '32968' })
    const { status, cards, trace } = await askAbout(sandbox, 'order-sign', patient, [], { genotypes })
    expect([status, cards.length, trace.outcome]).toEqual([200, 1, 'not-assessed'])
    expect(cards[0]?.summary).toMatch(/^Not assessed: clopidogrel against CYP2C19, because this part of the record could not be read/)
    expect(trace.questions.find(({ key }) => key === 'genotypes')).toMatchObject({ state: 'failed' })
  })

  it('of a search that counts more results than it sent, the card says that only a part was read', async () => {
    const patient = aPatient('p-short').ordering('clopidogrel', { rxcui: '32968' })
    const other = {
      resourceType: 'Observation',
      id: 'o',
      status: 'final',
      subject: { reference: 'Patient/p-short' },
      code: { text: 'a note' },
    }
    const { cards, trace } = await askAbout(sandbox, 'order-sign', patient, [], {
      genotypes: { ...bundle('searchset', { resource: other }), total: 5 },
    })
    expect(trace.questions.find(({ key }) => key === 'genotypes')).toMatchObject({
      state: 'partial',
      because: 'Not all results were sent.',
    })
    expect(cards.map(({ summary, detail }) => `${summary} ${detail}`).join()).toContain('not all results of the record were read')
  })
})
