import { readFileSync } from 'node:fs'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { main } from '../../../src/cli/main.ts'
import type { FhirResource } from '../../../src/contract/facts.ts'
import { readFacts } from '../../../src/facts/read-facts.ts'
import { estimatePerson } from '../../../src/risk/estimate.ts'
import { loadModels, type Models } from '../../../src/risk/registry.ts'
import { theTerms } from '../../builders/knowledge.ts'
import { aPatient } from '../../builders/patient.ts'
import { aFolder, record, vcf } from '../../vcf/vcf-files.ts'

const SCORE = 'pgs000802'
const TITLE = 'Polygenic score, colorectal cancer'
type Spec = { chrom: string; pos: number; effect: string; other: string; kind: string }
const specs: Spec[] = JSON.parse(readFileSync(`models/${SCORE}/features.json`, 'utf8')).inputs.filter(({ kind }: Spec) => kind === 'dosage')

const folder = aFolder()
let models: Models
beforeAll(async () => {
  models = await loadModels('models', { execution: 'cpu' })
})
afterAll(async () => {
  folder.remove()
  await models.close()
})
afterEach(() => vi.restoreAllMocks())

/** What `attune predict --fhir` writes for a file in which the first `known` variants are heterozygous. */
const observations = async (known: number): Promise<(FhirResource & Record<string, unknown>)[]> => {
  let out = ''
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    out += String(text)
    return true
  })
  const lines = specs.slice(0, known).map(({ chrom, pos, effect, other }) => record(`${chrom} ${pos} ${other} ${effect}`, '0/1'))
  const file = folder.write('one.vcf', vcf(lines, { header: ['##fileformat=VCFv4.2', '##reference=GRCh37'] }))
  await main(['predict', SCORE, file, '--fhir', '--patient', 'Patient/p1', '--collected', '2025-01-31'])
  write.mockRestore()
  return JSON.parse(out).entry.map(({ resource }: { resource: FhirResource }) => resource)
}

const scoreIn = async (resources: readonly FhirResource[]) => {
  const patient = aPatient().record()
  const facts = readFacts({ ...patient, resources: [...patient.resources, ...resources] }, theTerms())
  const all = await estimatePerson(models, facts, [])
  return all.find(({ title }) => title.startsWith(TITLE))
}

describe('a polygenic score from a VCF', () => {
  it('written as an Observation is read back from the record, with its date and resource', async () => {
    const [observation] = await observations(specs.length)
    const quantity = observation?.valueQuantity as { value: number }
    expect(observation).toMatchObject({
      code: { coding: [{ system: 'https://www.pgscatalog.org/score', code: 'PGS000802' }] },
      subject: { reference: 'Patient/p1' },
      effectiveDateTime: '2025-01-31',
      valueQuantity: { unit: 'score', system: 'http://unitsofmeasure.org', code: '{score}' },
    })
    expect(await scoreIn(observation ? [observation] : [])).toMatchObject({
      state: 'estimated',
      variant: 'reported',
      value: quantity.value,
      inputs: [{ name: 'reported_sum', facts: [{ resource: `Observation/${observation?.id}`, date: '2025-01-31' }] }],
    })
  })

  it('that could not be computed stands there without a value and with the reason, and gives no score', async () => {
    const [observation] = await observations(10)
    expect(observation?.valueQuantity).toBeUndefined()
    expect(observation?.dataAbsentReason).toMatchObject({ text: 'Fewer than 15 of the 19 variants are known (75 %).' })
    expect(await scoreIn(observation ? [observation] : [])).toMatchObject({ state: 'refused' })
  })

  it('is not asked of a record without one', async () => {
    expect(await scoreIn([])).toMatchObject({
      state: 'refused',
      because: [{ because: 'Fewer than 15 of the 19 variants are known (75 %).' }],
    })
  })
})
