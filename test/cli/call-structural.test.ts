import { afterAll, describe, expect, test } from 'vitest'
import { runRead } from '../../src/cli/read.ts'
import { theKnowledge } from '../builders/knowledge.ts'
import { aFolder, type Definitions, record, vcf } from '../vcf/vcf-files.ts'
import { runMain } from './run-main.ts'

const folder = aFolder()
afterAll(() => folder.remove())
const knowledge = theKnowledge()

const definitions = knowledge.tables.get('DPYD.variants') as Definitions
const places = definitions.positions.filter(({ flags }) => !flags?.includes('ignored')).sort((left, right) => left.pos - right.pos)
const [first, last] = [places[0]?.pos ?? 0, places.at(-1)?.pos ?? 0]

/** The middle of the widest stretch without a known position. */
const between = places
  .map(({ pos }, at) => ({ from: pos, to: places[at + 1]?.pos ?? pos }))
  .reduce((widest, one) => (one.to - one.from > widest.to - widest.from ? one : widest))
const middle = Math.floor((between.from + between.to) / 2)

const CARRIER = 'carrier'
/** All of the gene is reference in two samples, of which the first carries a structural change. */
const fileOf = (pos: number, alt: string, genotype: string, info: string): string => {
  const known = places.map((place) => ({
    pos: place.pos,
    line: record(`${definitions.chrom} ${place.pos} ${place.ref} ${place.alts.join()}`, ['0/0', '0/0']),
  }))
  const change = { pos, line: record(`${definitions.chrom} ${pos} N ${alt}`, [genotype, '0/0'], { info }) }
  const lines = [...known, change].sort((left, right) => left.pos - right.pos).map(({ line }) => line)
  return folder.write('structural.vcf', vcf(lines, { header: ['##fileformat=VCFv4.2', '##reference=GRCh38'], samples: [CARRIER, 'other'] }))
}

const jsonOf = async (file: string) => {
  const { out } = await runMain('call', file, '--gene', 'DPYD')
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).genes[0])
}

/** The gene's call as our own reader has it from the Bundle of one sample. */
const readBack = async (file: string, sample: string) => {
  const { out } = await runMain(
    'call',
    file,
    '--gene',
    'DPYD',
    '--sample',
    sample,
    '--format',
    'fhir',
    '--patient',
    'Patient/anna',
    '--collected',
    '2026-11-20',
  )
  const bundle = folder.write('bundle.json', out)
  const { patients } = runRead([bundle], { now: '2026-11-21T10:00:00Z' }, knowledge)
  return patients[0]?.facts.readings.filter(({ gene }) => gene === 'DPYD') ?? []
}

describe('A structural change that the sample itself carries', () => {
  test.each([
    ['<DEL> over the gene', first - 1000, '<DEL>', '0/1', `SVTYPE=DEL;END=${last + 1000}`, 'DEL'],
    ['<CN0> over the gene', first - 1000, '<CN0>', '1|0', `SVTYPE=CNV;END=${last + 1000}`, 'CN0'],
    ['<DUP> over one position', last - 1, '<DUP>', '1/1', `SVTYPE=DUP;END=${last + 10}`, 'DUP'],
    ['<DEL> between known positions', middle, '<DEL>', './1', `SVTYPE=DEL;END=${middle + 50}`, 'DEL'],
    ['a breakend between known positions', middle, 'N[chr2:5000000[', '0/1', 'SVTYPE=BND', 'breakend'],
  ])('is told beside the call, which stays, and makes a normal result less sure: %s', async (_name, pos, alt, genotype, info, kind) => {
    const file = fileOf(pos, alt, genotype, info)
    const [carrier, other] = await jsonOf(file)
    expect([carrier.state, carrier.diplotypes]).toEqual(['called', ['Reference/Reference']])
    expect(carrier.notes).toContainEqual(expect.stringContaining(`A structural change (${kind}, line `))
    expect(other.notes).toEqual([])

    const readings = await readBack(file, CARRIER)
    expect(readings.length).toBeGreaterThan(0)
    for (const reading of readings) {
      expect(reading.confidence).toBe('low')
      expect(reading.flags).toContain('limited-coverage')
    }
    const others = await readBack(file, 'other')
    expect(others.map(({ confidence, use, flags }) => [confidence, use, flags])).toEqual([['high', 'act', []]])
  })
})
