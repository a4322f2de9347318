import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { afterAll, describe, expect, test } from 'vitest'
import { AttuneError } from '../../src/errors.ts'
import { readVcf } from '../../src/vcf/read-vcf.ts'
import { aFolder, COLUMNS, HEADER, record, sites, vcf } from './vcf-files.ts'

const folder = aFolder()
afterAll(() => folder.remove())

const SITES = sites('chr10 100 C T rs100', 'chr10 300 G A rs300', 'chr10 700 T C rs700')
const good = record('chr10 100 C T', '0/1')
const one = `${COLUMNS}\tone`
/** Bytes that do not repeat, so that compressed files are long. */
const noise = Array.from({ length: 3000 }, (_, at) => createHash('sha256').update(String(at)).digest('hex')).join('')
const body = vcf([record('chr10 100 C T', '0/1', { info: `NOISE=${noise}` }), record('chr10 300 G A', '0/1')])
const gz = gzipSync(body)
const member = (plain: Buffer): Buffer => {
  const extra = Buffer.from([6, 0, 0x42, 0x43, 2, 0, 0, 0])
  extra.writeUInt16LE(plain.length + 8 - 1, 6)
  const head = Buffer.from(plain.subarray(0, 10))
  head[3] = 4
  return Buffer.concat([head, extra, plain.subarray(10)])
}

/** What is wrong, the file, and exactly what is said of it after the file's name. */
const REJECTED: readonly (readonly [string, string | Uint8Array, string])[] = [
  ['empty', '', 'the file is empty'],
  ['no header', `${good}\n`, 'line 1: this is no VCF: the first line must be ##fileformat=VCFv4.x'],
  ['another text', 'gene\tdiplotype\n', 'line 1: this is no VCF: the first line must be ##fileformat=VCFv4.x'],
  [
    'an old version',
    vcf([good], { header: ['##fileformat=VCFv3.3'] }),
    'line 1: VCF version 3.3 is not read; known are 4.0, 4.1, 4.2, 4.3, 4.4, 4.5',
  ],
  [
    'an unknown version',
    vcf([good], { header: ['##fileformat=VCFv4.9'] }),
    'line 1: VCF version 4.9 is not read; known are 4.0, 4.1, 4.2, 4.3, 4.4, 4.5',
  ],
  [
    'no line of column names',
    `${[...HEADER, good].join('\n')}\n`,
    'line 4: the line of column names (#CHROM …) is missing before the first record',
  ],
  ['only ## lines', `${HEADER.join('\n')}\n`, 'line 3: the file ends before the line of column names (#CHROM …)'],
  ['header only', vcf([]).trimEnd(), 'line 4: the file has a header and no record'],
  ['no samples', `${[...HEADER, COLUMNS, good].join('\n')}\n`, 'line 4: the file has no sample columns, so it holds no genotype'],
  [
    'no FORMAT',
    `${[...HEADER, COLUMNS.replace('\tFORMAT', '')].join('\n')}\n`,
    'line 4: the file has no sample columns, so it holds no genotype',
  ],
  [
    'a column with another name',
    `${[...HEADER, one.replace('REF', 'Ref')].join('\n')}\n`,
    'line 4: column 4 of the header must be REF, found "Ref"',
  ],
  [
    'columns cut by spaces',
    `${[...HEADER, one.replaceAll('\t', ' ')].join('\n')}\n`,
    'line 4: column 1 of the header must be #CHROM, found "#CHROM POS ID REF ALT QUAL FILTER INFO F…"',
  ],
  ['the same sample twice', vcf([good], { samples: ['a', 'b', 'a'] }), 'line 4: sample columns 1 and 3 have the same name'],
  ['a sample without a name', vcf([good], { samples: ['a', ''] }), 'line 4: a sample column has no name'],
  ['a header between the records', vcf([good, one, good]), 'line 6: a header line stands between the records'],
  ['an empty line', vcf([good, '', record('chr10 300 G A')]), 'line 6: the line is empty'],
  ['too few columns', vcf([good.split('\t').slice(0, 9).join('\t')]), 'line 5: the record ends in its FORMAT column'],
  ['a line that stops in POS', vcf(['chr10\t100']), 'line 5: the record ends in its POS column'],
  [
    'fewer samples than the header',
    vcf([good], { samples: ['a', 'b'] }),
    'line 5: the record has fewer sample columns than the 2 that the header names',
  ],
  [
    'more samples than the header',
    vcf([record('chr10 100 C T', ['0/1', '0/1'])]),
    'line 5: the record has more sample columns than the 1 that the header names',
  ],
  [
    'a last line that was cut off, beside all positions',
    vcf([good, 'chr1\t5000\t.\tA\tG\t.\tPASS\t.']).trimEnd(),
    'line 6: the record has 8 columns, the header names 10',
  ],
  [
    'a last line with a sample missing',
    vcf([record('chr10 100 C T', ['0/1', '0/1']), record('chr1 50 C T', ['0/1'])], { samples: ['a', 'b'] }).trimEnd(),
    'line 6: the record has 10 columns, the header names 11',
  ],
  ['POS is no number', vcf([record('chr10 1OO C T')]), 'line 5: POS "1OO" is no number'],
  ['POS is empty', vcf([record('chr10  C T')]), 'line 5: POS "" is no number'],
  ['POS is negative', vcf([record('chr10 -5 C T')]), 'line 5: POS "-5" is no number'],
  ['REF is no bases', vcf([record('chr10 100 <X> T')]), 'line 5: REF "<X>" is no sequence of bases'],
  ['ALT is no allele', vcf([record('chr10 100 C T1')]), 'line 5: ALT "T1" is no allele'],
  ['ALT is empty', vcf([record('chr10 100 C T,')]), 'line 5: ALT "" is no allele'],
  ['GT beyond ALT', vcf([record('chr10 100 C T', '0/2')]), 'line 5: sample column 1 names allele 2, but the record has only 1 ALT'],
  ['GT is no genotype', vcf([record('chr10 100 C T', 'C/T')]), 'line 5: sample column 1 holds no genotype where GT belongs'],
  ['GT is empty', vcf([record('chr10 100 C T', '')]), 'line 5: sample column 1 holds no genotype where GT belongs'],
  ['the same position twice', vcf([good, good]), 'line 6: it repeats line 5 (chr10:100): duplicate position'],
  [
    'a change stated twice',
    vcf([good, record('chr10 100 C G,T', '0/0')]),
    'line 6: chr10:100 has this change already in line 5: duplicate position',
  ],
  ['binary', Buffer.from([0x23, 0x23, 0x00, 0xff, 0x0a]), 'line 1: this is not text: the file is binary'],
  [
    'bytes of no text',
    Buffer.concat([
      Buffer.from(vcf([good]).trimEnd()),
      Buffer.from('\nchr10\t300\t.\tG\tA\t.\tPASS\tX='),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('\tGT\t0/1\n'),
    ]),
    'line 6: this is not UTF-8 text: "X=ÿþ"',
  ],
  ['a BCF file', Buffer.from('BCF\u0002\u0002'), 'this is a BCF file; convert it with bcftools view'],
  ['a BAM file', Buffer.from('BAM\u0001'), 'this is a BAM file of reads, not a VCF'],
  ['a ZIP file', Buffer.from('PK\u0003\u0004 and so on, and so on'), 'this is a ZIP file; unpack it'],
  ['gzip cut off', gz.subarray(0, gz.length - 200), 'the gzip file is cut off'],
  ['gzip cut off in its last bytes', gz.subarray(0, gz.length - 3), 'the gzip file is cut off'],
  ['gzip damaged', Buffer.concat([gz.subarray(0, 5000), Buffer.alloc(50), gz.subarray(5050)]), 'the gzip file is damaged'],
  ['bgzip that ends between two blocks', member(gzipSync(vcf([good]))), 'the bgzip file is cut off: its end mark is missing'],
  [
    'a header line of 10 MB',
    `##fileformat=VCFv4.2\n##x=${'x'.repeat(10_000_000)}\n${one}\n${good}\n`,
    'line 2: the line is longer than 1048576 bytes before its sample columns',
  ],
  [
    'a record of 10 MB without columns',
    `${vcf([])}${'A'.repeat(10_000_000)}\n`,
    'line 5: the line is longer than 1048576 bytes before its sample columns',
  ],
  [
    'an INFO of 10 MB',
    vcf([record('chr10 100 C T', '0/1', { info: 'X'.repeat(10_000_000) })]),
    'line 5: the line is longer than 1048576 bytes before its sample columns',
  ],
  [
    'GRCh37 by contig length',
    vcf([good], { header: ['##fileformat=VCFv4.2', '##contig=<ID=10,length=135534747>'] }),
    'GRCh38 is needed: the contig 10 is 135534747 bases long, the length of GRCh37 (GRCh38: 133797422)',
  ],
  [
    'T2T by contig length',
    vcf([good], { header: ['##fileformat=VCFv4.2', '##contig=<ID=chr10,length=134758134>'] }),
    'GRCh38 is needed: the contig chr10 is 134758134 bases long, the length of T2T-CHM13 (GRCh38: 133797422)',
  ],
  [
    'GRCh37 by reference',
    vcf([good], { header: ['##fileformat=VCFv4.2', '##reference=file:///ref/human_g1k_v37_decoy.fasta'] }),
    'GRCh38 is needed: the header names GRCh37',
  ],
  [
    'hg19 by reference',
    vcf([good], { header: ['##fileformat=VCFv4.2', '##reference=hg19.fa'] }),
    'GRCh38 is needed: the header names GRCh37',
  ],
  [
    'GRCh37 by contig assembly',
    vcf([good], { header: ['##fileformat=VCFv4.2', '##contig=<ID=10,assembly=b37>'] }),
    'GRCh38 is needed: the contig line of 10 names GRCh37',
  ],
  [
    'a header that names both',
    vcf([good], { header: ['##fileformat=VCFv4.2', '##reference=GRCh38.fa', '##contig=<ID=10,length=135534747>'] }),
    'GRCh38 is needed: the contig 10 is 135534747 bases long, the length of GRCh37 (GRCh38: 133797422)',
  ],
  [
    'GRCh37 by accession',
    vcf([record('NC_000010.10 100 C T')], { header: ['##fileformat=VCFv4.2'] }),
    'line 3: GRCh38 is needed: the contig NC_000010.10 is not that of GRCh38, which is version 11',
  ],
  [
    'other bases than those of GRCh38',
    vcf([record('chr10 100 A T'), record('chr10 300 C A'), record('chr10 700 T C')], { header: ['##fileformat=VCFv4.2'] }),
    'line 3: GRCh38 is needed: at 2 of 3 known positions REF is not the base of GRCh38, here first',
  ],
  [
    'rs numbers at other places',
    vcf([record('chr10 5100 C T', '0/1', { id: 'rs100' }), record('chr10 5300 G A', '0/1', { id: 'rs300' })], {
      header: ['##fileformat=VCFv4.2'],
    }),
    'line 3: GRCh38 is needed: 2 rs numbers stand at positions that are not theirs in GRCh38, here first',
  ],
]

describe('A VCF is refused with its file, the line and the reason', () => {
  test.each(REJECTED)('%s', async (name, content, expected) => {
    const file = folder.write(`${name.replaceAll(/\W/g, '-')}.vcf`, content)
    const error = await readVcf(file, SITES).then(
      () => null,
      (reason: unknown) => reason,
    )
    expect(error).toBeInstanceOf(AttuneError)
    expect(error).toMatchObject({ code: 'input-unreadable', detail: `${file}: ${expected}` })
  })

  test('when it is not there, or a folder', async () => {
    await expect(readVcf(folder.path('none.vcf'), SITES)).rejects.toThrow('none.vcf: the file cannot be read')
    await expect(readVcf(folder.path('.'), SITES)).rejects.toThrow(': this is a folder')
  })
})

describe('A long line is no fault', () => {
  test('when many samples make it long', async () => {
    const samples = Array.from({ length: 300_000 }, (_, at) => `s${at}`)
    const genotypes = samples.map((_, at) => `${at % 2}/1:20,20:40:99:300,0,300`)
    const file = folder.write('wide.vcf', vcf([record('chr10 100 C T', genotypes, { format: 'GT:AD:DP:GQ:PL' })], { samples }))
    const read = await readVcf(file, SITES)
    expect(read.samples.length).toBe(300_000)
    expect(read.genotypesOf(299_999).at[0]?.alleles).toEqual(['T', 'T'])
  })
})
