import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { readAlleles } from '../../src/vcf/read-alleles.ts'
import { readVcf } from '../../src/vcf/read-vcf.ts'
import { siteChanges } from '../../src/vcf/site-changes.ts'
import { aFolder, genotypesIn, HEADER, record, sites, vcf } from './vcf-files.ts'

const folder = aFolder()
afterAll(() => folder.remove())

let count = 0
const file = (...records: readonly string[]): string => {
  count += 1
  return folder.write(`${count}.vcf`, vcf(records))
}

const SNV = sites('chr10 100 C T')
/** Seven TA behind `CA`: `C` `A` (TA)x7, as the promoter repeat of a real gene. */
const REPEAT = sites(['chr2 200 CAT C,CATAT,CATATAT', 'g.202TA[6]', 'g.202TA[8]', 'g.202TA[9]'])

describe('A genotype at a position of one base', () => {
  test.each([
    ['heterozygous', 'chr10 100 C T', '0/1', 'C/T'],
    ['phased', 'chr10 100 C T', '1|0', 'T|C'],
    ['haploid', 'chr10 100 C T', '1', 'T'],
    ['half called', 'chr10 100 C T', './1', './T'],
    ['three copies', 'chr10 100 C T', '0/1/1', 'C/T/T'],
    ['mixed signs are not phased', 'chr10 100 C T', '0|1/1', 'C/T/T'],
    ['first copy with a sign of its own (VCF 4.4)', 'chr10 100 C T', '|0|1', 'C|T'],
    ['first copy unphased (VCF 4.4)', 'chr10 100 C T', '/0|1', 'C/T'],
    ['lower case', 'chr10 100 c t', '0/1', 'C/T'],
    ['several ALTs', 'chr10 100 C G,T', '1/2', 'G/T'],
    ['a base that no definition knows', 'chr10 100 C A', '0/1', 'C/A'],
    ['no ALT at all', 'chr10 100 C .', '0/0', 'C/C'],
    ['any other allele excluded', 'chr10 100 C <NON_REF>', '0/0', 'C/C'],
    ['any other allele excluded, newer sign', 'chr10 100 C <*>', '0/0', 'C/C'],
    ['more bases before', 'chr10 98 AGC AGT', '0/1', 'C/T'],
    ['more bases after', 'chr10 100 CAG TAG', '0/1', 'C/T'],
    ['several bases replaced at once', 'chr10 99 GCA ATG', '0/1', 'C/T'],
    ['an insertion beside a substitution', 'chr10 100 C CA,T', '1/2', 'C/T'],
    ['a deletion beside a substitution', 'chr10 100 CA C,TA', '1/2', 'C/T'],
  ])('%s', async (_name, words, genotype, expected) => {
    expect(await genotypesIn(file(record(words, genotype)), SNV)).toEqual([expected])
  })

  test.each([
    ['no record', 'chr10 50 C T', '0/1'],
    ['not called', 'chr10 100 C T', './.'],
    ['one dot', 'chr10 100 C T', '.'],
    ['only an insertion after it', 'chr10 100 C CA', '0/1'],
    ['only a deletion after it', 'chr10 100 CA C', '0/0'],
    ['a neighbour', 'chr10 101 A G', '0/1'],
    ['another chromosome', 'chr11 100 C T', '0/1'],
    ['an alternative contig', 'chr10_KI270825v1_alt 100 C T', '0/1'],
  ])('is missing, never reference: %s', async (_name, words, genotype) => {
    expect(await genotypesIn(file(record(words, genotype)), SNV)).toEqual([null])
  })

  test('keeps its phase set; equal copies have none', async () => {
    const two = sites('chr10 100 C T', 'chr10 300 G A')
    const records = [record('chr10 100 C T', '0|1:7', { format: 'GT:PS' }), record('chr10 300 G A', '1|1:7', { format: 'GT:PS' })]
    expect(await genotypesIn(file(...records), two)).toEqual(['C|T@7', 'A|A'])
  })

  test('chromosomes have many names', async () => {
    for (const name of ['chr10', '10', 'CHR10', 'NC_000010.11'])
      expect(await genotypesIn(file(record(`${name} 100 C T`, '0/1')), SNV)).toEqual(['C/T'])
    const others = sites('chrX 100 C T', 'chrM 300 G A')
    expect(await genotypesIn(file(record('X 100 C T', '1'), record('MT 300 G A', '1')), others)).toEqual(['T', 'A'])
    expect(await genotypesIn(file(record('chrX 100 C T', '1'), record('chrM 300 G A', '1')), others)).toEqual(['T', 'A'])
  })
})

describe('An insertion or deletion', () => {
  test.each([
    ['as the definition writes it', 'chr2 200 CAT C,CATAT', '1/2', 'C/CATAT'],
    ['with one base of context', 'chr2 200 C CAT', '0/1', 'CAT/CATAT'],
    ['two units', 'chr2 200 C CATAT', '0/1', 'CAT/CATATAT'],
    ['with the whole repeat as context', 'chr2 199 GCATATATATATATATA GCATATATATATATATATA', '1/1', 'CATAT/CATAT'],
    ['with part of the repeat', 'chr2 200 CATATAT CATATATAT,CATAT', '1/2', 'CATAT/C'],
    ['shifted inside the repeat, deleted', 'chr2 210 TAT T', '0/1', 'CAT/C'],
    ['shifted inside the repeat, inserted', 'chr2 212 T TAT', '0/1', 'CAT/CATAT'],
    ['rightmost of all places', 'chr2 213 ATA A', '0/1', 'CAT/C'],
    ['anchored behind', 'chr2 215 A ATA', '0/1', 'CAT/CATAT'],
  ])('of a repeat, %s', async (_name, words, genotype, expected) => {
    expect(await genotypesIn(file(record(words, genotype)), REPEAT)).toEqual([expected])
  })

  test.each([
    ['beyond the repeat is another one', 'chr2 217 GTA G'],
    ['a substitution at its first base', 'chr2 200 C G'],
    ['its first base alone', 'chr2 200 C .'],
  ])('%s: the position stays missing', async (_name, words) => {
    const alts = words.split(' ')[3]
    expect(await genotypesIn(file(record(words, alts === '.' ? '0/0' : alts?.includes(',') ? '2/2' : '1/1')), REPEAT)).toEqual([null])
  })

  test('a stretch of reference calls over it is reference, its first base alone is not', async () => {
    const block = record('chr2 150 A <NON_REF>', '0/0', { info: 'END=400' })
    expect(await genotypesIn(file(block), REPEAT)).toEqual(['CAT/CAT'])
    expect(await genotypesIn(file(record('chr2 200 C <NON_REF>', '0/0')), REPEAT)).toEqual(['CAT/CAT'])
    const alone = await readVcf(file(record('chr2 200 C .', '0/0')), REPEAT)
    expect(alone.gapsOf(0).map(({ why }) => why)).toEqual(['the record there does not exclude an insertion or deletion (line 5)'])
  })

  test('a longer one at the same place is known to no definition', async () => {
    expect(await genotypesIn(file(record('chr2 200 C CATATATAT', '0/1')), REPEAT)).toEqual(['./CATATATATAT'])
    expect(await genotypesIn(file(record('chr2 200 CATAT C,CAT', '1/2')), REPEAT)).toEqual(['ATAT>-/C'])
    expect(await genotypesIn(file(record('chr2 204 TAT T,TA', '1/2')), REPEAT)).toEqual(['C/T>-'])
    expect(await genotypesIn(file(record('chr2 205 AT A', '0/1')), REPEAT)).toEqual(['./T>-'])
  })

  test('of many bases, rightmost, is the one of the definition', async () => {
    const long = sites(['chr10 205 CAATGGAAAGA C', 'g.213_222del'])
    expect(await genotypesIn(file(record('chr10 212 AAGAAATGGAA A', '0/1')), long)).toEqual(['CAATGGAAAGA/C'])
  })

  test('a duplicated base is found wherever in its run it stands', async () => {
    const run = sites(['chr2 300 T TC', 'g.303dup'])
    for (const words of ['chr2 300 T TC', 'chr2 301 C CC', 'chr2 303 C CC', 'chr2 300 TCC TCCC'])
      expect(await genotypesIn(file(record(words, '0/1')), run)).toEqual(['T/TC'])
    expect(await genotypesIn(file(record('chr2 304 G GC', '0/1')), run)).toEqual([null])
  })

  test('that might be the one of a definition, but cannot be left-aligned here, is refused', async () => {
    const unnamed = sites('chr2 300 T TC')
    await expect(readVcf(file(record('chr2 303 C CC', '0/1')), unnamed)).rejects.toThrow(
      /line 5: an insertion or deletion at chr2:303 is not left-aligned/,
    )
  })

  test('two bases replaced are read as one record, and missing as two', async () => {
    const pair = sites('chr10 500 TC CT')
    expect(await genotypesIn(file(record('chr10 500 TC CT', '0/1')), pair)).toEqual(['TC/CT'])
    const apart = await readVcf(file(record('chr10 500 T C', '0|1'), record('chr10 501 C T', '0|1')), pair)
    expect(apart.genotypesOf(0).at).toEqual([undefined])
    expect(apart.gapsOf(0)[0]?.why).toBe('the record there gives only some of its bases (line 5)')
  })
})

describe('Several records of one position', () => {
  test.each([
    ['split ALTs, one copy each', ['chr2 200 CAT C', '0/1'], ['chr2 200 C CAT', '0/1'], 'C/CATAT'],
    ['split ALTs as bcftools writes them', ['chr2 200 CAT C', '1/0'], ['chr2 200 C CAT', '0/1'], 'C/CATAT'],
    ['split ALTs as vt writes them', ['chr2 200 CAT C', '1/.'], ['chr2 200 C CAT', './1'], 'C/CATAT'],
    ['phased, each on its copy', ['chr2 200 CAT C', '1|0'], ['chr2 200 C CAT', '0|1'], 'C|CATAT'],
    ['one of them reference', ['chr2 200 CAT C', '0/0'], ['chr2 200 C CAT', '0/1'], 'CAT/CATAT'],
    ['both reference', ['chr2 200 CAT C', '0/0'], ['chr2 200 C CAT', '0/0'], 'CAT/CAT'],
    ['one not called: the other copy stays open', ['chr2 200 CAT C', './.'], ['chr2 200 C CAT', '0/1'], './CATAT'],
    ['one not called: reference stays open', ['chr2 200 CAT C', './.'], ['chr2 200 C CAT', '0/0'], null],
  ])('%s', async (_name, one, other, expected) => {
    const [first, second] = [one, other].map(([words = '', genotype = '']) => record(words, genotype))
    expect(await genotypesIn(file(first ?? '', second ?? ''), REPEAT)).toEqual([expected])
    const turned = await genotypesIn(file(second ?? '', first ?? ''), REPEAT)
    expect(turned.map((text) => text?.split('/').sort().join('/'))).toEqual([expected].map((text) => text?.split('/').sort().join('/')))
  })

  test('a substitution beside records of insertions and deletions', async () => {
    const records = [record('chr10 100 CA C', '0/0'), record('chr10 100 C T', '0/1'), record('chr10 100 C CG', '0/0')]
    expect(await genotypesIn(file(...records), SNV)).toEqual(['C/T'])
  })

  test.each([
    [
      'three changes on two copies',
      ['chr2 200 CAT C', '1/1'],
      ['chr2 200 C CAT', '0/1'],
      /line 6: its genotypes contradict those of line 5 at chr2:200/,
    ],
    ['two changes on one phased copy', ['chr2 200 CAT C', '0|1'], ['chr2 200 C CAT', '0|1'], /line 6: its genotypes contradict/],
    ['other numbers of copies', ['chr2 200 CAT C', '1'], ['chr2 200 C CAT', '0/1'], /line 6: its genotypes contradict/],
    [
      'the same record twice',
      ['chr2 200 CAT C', '0/1'],
      ['chr2 200 CAT C', '0/1'],
      /line 6: it repeats line 5 \(chr2:200\): duplicate position/,
    ],
    [
      'the same change in other words',
      ['chr2 200 C CAT', '0/1'],
      ['chr2 200 CAT CATAT', '0/1'],
      /line 6: chr2:200 has this change already in line 5: duplicate position/,
    ],
  ])('contradict: %s', async (_name, one, other, expected) => {
    const path = file(...[one, other].map(([words = '', genotype = '']) => record(words, genotype)))
    await expect(readVcf(path, REPEAT)).rejects.toThrow(expected)
  })
})

describe('A deletion that takes another position along', () => {
  const both = sites(['chr10 500 GATC G', 'g.501_503del'], 'chr10 502 T A')
  test('counts as reference there when a definition knows the deletion', async () => {
    expect(await genotypesIn(file(record('chr10 500 GATC G', '0/1'), record('chr10 502 T A,*', '1/2')), both)).toEqual(['GATC/G', 'A/T'])
  })
  test('gives way to the position’s own record in a gVCF, whichever comes first', async () => {
    const deletion = record('chr10 500 GATC G,<NON_REF>', '0/1')
    const own = record('chr10 502 T A,*,<NON_REF>', '1/2')
    for (const records of [
      [deletion, own],
      [own, deletion],
    ])
      expect(await genotypesIn(file(...records), both)).toEqual(['GATC/G', 'A/T'])
    expect(await genotypesIn(file(deletion), both)).toEqual(['GATC/G', 'T/T'])
  })
  test('is known to no definition when it is another deletion', async () => {
    const records = [record('chr10 500 GATC G', '0/0'), record('chr10 502 T A,*', '1/2')]
    expect(await genotypesIn(file(...records), both)).toEqual(['GATC/GATC', 'A/*'])
  })
  test('without a record of the position leaves it missing for who does not carry it', async () => {
    expect(await genotypesIn(file(record('chr10 501 ATC A', '0/0')), SNV)).toEqual([null])
    expect(await genotypesIn(file(record('chr10 501 ATC A', '0/1')), sites('chr10 502 T A'))).toEqual(['./*'])
  })
})

describe('A stretch of reference calls (gVCF)', () => {
  const many = sites('chr10 100 C T', 'chr10 300 G A', 'chr10 700 T C')
  const block = (from: string, to: number, genotype = '0/0:30:20', format = 'GT:GQ:MIN_DP') =>
    record(`${from} <NON_REF>`, genotype, { info: `END=${to}`, format, filter: '.' })

  test('is reference for every position that it covers', async () => {
    expect(await genotypesIn(file(block('chr10 90 A', 500)), many)).toEqual(['C/C', 'G/G', null])
  })
  test('gives way to a record of the position, whichever comes first', async () => {
    const own = record('chr10 300 G A,<NON_REF>', '0/1')
    expect(await genotypesIn(file(block('chr10 90 A', 500), own), many)).toEqual(['C/C', 'G/A', null])
    expect(await genotypesIn(file(own, block('chr10 90 A', 500)), many)).toEqual(['C/C', 'G/A', null])
  })
  test.each([
    ['no read covers it', '0/0:30:0'],
    ['its reference call has quality 0', '0/0:0:20'],
  ])('that rests on nothing is missing: %s', async (why, genotype) => {
    const read = await readVcf(file(block('chr10 90 A', 500, genotype)), many)
    expect(read.genotypesOf(0).at).toEqual([undefined, undefined, undefined])
    expect(read.gapsOf(0).map((gap) => gap.why)).toEqual([why, why])
  })
  test('bcftools writes it without an ALT', async () => {
    expect(await genotypesIn(file(record('chr10 90 A .', '0/0', { info: 'END=500;MIN_DP=12' })), many)).toEqual(['C/C', 'G/G', null])
  })
  test('is checked against the definition where it begins', async () => {
    const records = [...[100, 300, 700].map((pos) => record(`chr10 ${pos} A <NON_REF>`, '0/0', { info: `END=${pos + 5}` }))]
    await expect(readVcf(file(...records), many)).rejects.toThrow(/GRCh38 is needed: at 3 of 3 known positions REF/)
  })
})

describe('What must not be used', () => {
  test('a record that did not pass its filter is missing, unless it is asked for', async () => {
    const path = file(record('chr10 100 C T', '0/1', { filter: 'LowQual;VQSR' }))
    const read = await readVcf(path, SNV)
    expect(read.genotypesOf(0).at).toEqual([undefined])
    expect(read.gapsOf(0)[0]?.why).toBe('the record did not pass its filter (LowQual;VQSR)')
    expect(read.warnings).toContain('1 records at known positions did not pass their filter; their positions count as missing.')
    expect(await genotypesIn(path, SNV, { ignoreFilter: true })).toEqual(['C/T'])
  })
  test('a genotype that did not pass its own filter is missing', async () => {
    const read = await readVcf(file(record('chr10 100 C T', '0/1:lowGQ', { format: 'GT:FT' })), SNV)
    expect(read.gapsOf(0)[0]?.why).toBe('the genotype did not pass its filter (lowGQ)')
  })
  test('a reference call without reads is missing; a change is kept', async () => {
    const format = { format: 'GT:AD:DP' }
    expect(await genotypesIn(file(record('chr10 100 C T', '0/0:0,0:0', format)), SNV)).toEqual([null])
    expect(await genotypesIn(file(record('chr10 100 C T', '0/1:0,0:0', format)), SNV)).toEqual(['C/T'])
  })
  test('structural changes are passed over, and said', async () => {
    const records = [
      record('chr10 90 A <DEL>', '0/1', { info: 'SVTYPE=DEL;END=400' }),
      record('chr10 100 C T,<DUP>', '0/1'),
      record('chr10 110 A A[chr2:5[', '0/1'),
    ]
    const read = await readVcf(file(...records), SNV)
    expect(read.genotypesOf(0).at[0]?.alleles).toEqual(['C', 'T'])
    expect(read.structuralOf(0)).toEqual([
      { gene: 'GENE', note: 'a structural change (DEL, line 5) reaches into the gene and was not counted' },
    ])
    expect(read.warnings).toContain('2 records of structural changes in known genes were not counted.')
  })
})

describe('Many samples', () => {
  const names = Array.from({ length: 300 }, (_, at) => `s${at}`)
  test('each keeps its own genotypes, phase sets beyond 256 different ones included', async () => {
    const genotypes = names.map((_, at) => (at % 2 === 0 ? `0|1:${at}` : '0/0:.'))
    const path = folder.write('many.vcf', vcf([record('chr10 100 C T', genotypes, { format: 'GT:PS' })], { samples: names }))
    const read = await readVcf(path, SNV)
    expect(names.map((_, at) => read.genotypesOf(at).at[0]?.phaseSet ?? null)).toEqual(
      names.map((_, at) => (at % 2 === 0 ? String(at) : null)),
    )
    expect(read.genotypesOf(1)).toEqual({ sample: 's1', at: [{ alleles: ['C', 'C'], phased: false, phaseSet: null }] })
  })
  test('merged records are merged for each of them', async () => {
    const one = names.map((_, at) => (at % 3 === 0 ? '0/1' : '0/0'))
    const other = names.map((_, at) => (at % 2 === 0 ? '0/1' : '0/0'))
    const path = folder.write('merged.vcf', vcf([record('chr2 200 CAT C', one), record('chr2 200 C CAT', other)], { samples: names }))
    const read = await readVcf(path, REPEAT)
    const expected = names.map((_, at) =>
      [...(at % 3 ? ['CAT'] : []), ...(at % 2 ? ['CAT'] : []), ...(at % 3 ? [] : ['C']), ...(at % 2 ? [] : ['CATAT'])].sort().join(),
    )
    expect(names.map((_, at) => [...(read.genotypesOf(at).at[0]?.alleles ?? [])].sort().join())).toEqual(expected)
  })
})

describe('Files', () => {
  const text = vcf([record('chr10 100 C T', '0/1'), record('chr2 200 CAT C', '1/1')])
  const all = [...sites('chr10 100 C T'), ...REPEAT.map((site) => ({ ...site, index: 1 }))]
  const empty = Buffer.from('1f8b08040000000000ff0600424302001b0003000000000000000000', 'hex')
  /** bgzip: members with a BC field, of a few bytes each so that lines run over their borders. */
  const bgzip = (content: string, size: number): Buffer =>
    Buffer.concat([
      ...Array.from({ length: Math.ceil(content.length / size) }, (_, at) => {
        const plain = gzipSync(content.slice(at * size, (at + 1) * size))
        const extra = Buffer.from([6, 0, 0x42, 0x43, 2, 0, 0, 0])
        extra.writeUInt16LE(plain.length + 8 - 1, 6)
        const head = Buffer.from(plain.subarray(0, 10))
        head[3] = 4
        return Buffer.concat([head, extra, plain.subarray(10)])
      }),
      empty,
    ])

  test.each([
    ['plain', text],
    ['CRLF line ends', text.replaceAll('\n', '\r\n')],
    ['no line end at the end', text.slice(0, -1)],
    ['a byte order mark', `\uFEFF${text}`],
    ['gzip', gzipSync(text)],
    ['gzip in several members', Buffer.concat([gzipSync(text.slice(0, 70)), gzipSync(text.slice(70))])],
    ['bgzip', bgzip(text, 37)],
    ['bgzip in blocks of one byte', bgzip(text, 1)],
  ])('%s', async (name, content) => {
    expect(await genotypesIn(folder.write(`file-${name}`, content), all)).toEqual(['C/T', 'C/C'])
  })

  test.each([4.1, 4.2, 4.3, 4.4])('VCF version %s', async (version) => {
    const header = [`##fileformat=VCFv${version.toFixed(1)}`, ...HEADER.slice(1)]
    expect(await genotypesIn(folder.write('version.vcf', vcf([record('chr10 100 C T')], { header })), SNV)).toEqual(['C/T'])
  })

  test('an assembly that the header does not name is taken from the bases, and said', async () => {
    const read = await readVcf(folder.write('nobuild.vcf', vcf([record('chr10 100 C T')], { header: ['##fileformat=VCFv4.2'] })), SNV)
    expect(read.assembly).toBe('unknown')
    expect(read.warnings).toEqual([
      'The header does not name the assembly; REF agrees with GRCh38 at 1 known positions, so it was taken for GRCh38.',
    ])
  })
})

/** The stretch in which an insertion or deletion can be shifted follows from its HGVS name: it must fit what the other rows say of the reference. */
describe('The reference that the definitions of this release show', () => {
  const rules = resolve(import.meta.dirname, '../../rules/genes')
  const positions = readdirSync(rules)
    .filter((name) => name.endsWith('.variants.json'))
    .flatMap((name) => {
      const { symbol, chrom, positions: rows } = JSON.parse(readFileSync(resolve(rules, name), 'utf8'))
      return rows.map((row: { pos: number; ref: string; alts: string[]; names: string[]; rsid: string | null }, index: number) =>
        siteChanges({ index, gene: symbol, chrom, flags: [], ...row }),
      )
    }) as ReturnType<typeof siteChanges>[]

  test('is known around every insertion and deletion', () => {
    expect(positions.length).toBeGreaterThan(1000)
    const shifted = positions.filter(({ kind }) => kind === 'insertion-deletion')
    expect(shifted.length).toBeGreaterThan(40)
    expect(shifted.filter(({ shiftsKnown }) => !shiftsKnown).map(({ site }) => `${site.gene} ${site.pos}`)).toEqual([])
  })

  test('never contradicts itself', () => {
    const bases = new Map<string, string>()
    const wrong: string[] = []
    for (const { site, context } of positions)
      [...context].forEach((base, at) => {
        const place = `${site.chrom}:${site.pos + at}`
        if ((bases.get(place) ?? base) !== base) wrong.push(`${site.gene} ${place}`)
        bases.set(place, base)
      })
    expect(wrong).toEqual([])
  })

  test('every change of every definition is read alike wherever it can be shifted, with and without more context', () => {
    let written = 0
    const wrong: string[] = []
    for (const place of positions)
      place.changes.forEach(({ start, deleted, inserted }, at) => {
        const { site, context } = place
        const alt = site.alts[at] ?? ''
        const unit = deleted || inserted
        const until = site.pos + context.length
        const shifts = (deleted === '') === (inserted === '') ? 0 : until - start - deleted.length
        for (let shift = 0; shift <= shifts; shift += 1) {
          const moved = unit.slice(shift % unit.length) + unit.slice(0, shift % unit.length)
          const from = start + shift - site.pos
          if (deleted !== '' && inserted === '' && context.slice(from, from + unit.length) !== moved) continue
          if (deleted === '' && context.slice(start - site.pos, from) !== unit.repeat(shift).slice(0, shift)) continue
          const [gone, come] = deleted !== '' && inserted !== '' ? [deleted, inserted] : deleted === '' ? ['', moved] : [moved, '']
          for (const first of [Math.max(0, from - 1), 0])
            for (const last of [Math.max(from + gone.length, first + 1), context.length]) {
              const ref = context.slice(first, last)
              const changed = context.slice(first, from) + come + context.slice(from + gone.length, last)
              if (ref === '' || changed === '') continue
              written += 1
              const [reading] = readAlleles({ pos: site.pos + first, ref, alts: [changed] }, [place])
              if (reading?.state !== 'read' || reading.bases[0] !== site.ref || reading.bases[1] !== alt)
                wrong.push(
                  `${site.gene} ${site.pos} ${site.ref}>${alt} as ${site.pos + first} ${ref}>${changed}: ${JSON.stringify(reading)}`,
                )
            }
        }
      })
    expect(wrong).toEqual([])
    expect(written).toBeGreaterThan(positions.length)
  })
})
