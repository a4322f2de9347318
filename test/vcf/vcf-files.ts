import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Site } from '../../src/pgx/calling/genotypes.ts'
import { type ReadOptions, readVcf } from '../../src/vcf/read-vcf.ts'

/** As `rules/genes/*.variants.json` lists what alleles are made of. */
export type Definitions = {
  readonly chrom: string
  readonly positions: readonly {
    readonly pos: number
    readonly ref: string
    readonly alts: readonly string[]
    readonly flags?: readonly string[]
  }[]
}

/** A folder of files that is gone after the tests. */
export const aFolder = () => {
  const path = mkdtempSync(join(tmpdir(), 'attune-vcf-'))
  return {
    write: (name: string, content: string | Uint8Array): string => {
      const file = join(path, name)
      writeFileSync(file, content)
      return file
    },
    path: (name: string): string => join(path, name),
    remove: () => rmSync(path, { recursive: true }),
  }
}

export const HEADER = ['##fileformat=VCFv4.2', '##contig=<ID=chr10,length=133797422>', '##contig=<ID=chr2,length=242193529>']
export const COLUMNS = '#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT'

/** `chr10 100 C T` and one genotype per sample: the rest of a record is filled in. */
export const record = (
  words: string,
  genotypes: string | readonly string[] = '0/1',
  more: { filter?: string; info?: string; format?: string; id?: string } = {},
) => {
  const [chrom, pos, ref, alt] = words.split(' ')
  const samples = typeof genotypes === 'string' ? [genotypes] : genotypes
  return [chrom, pos, more.id ?? '.', ref, alt, '.', more.filter ?? 'PASS', more.info ?? '.', more.format ?? 'GT', ...samples].join('\t')
}

export const vcf = (
  records: readonly string[],
  { header = HEADER, samples = ['one'] }: { header?: readonly string[]; samples?: readonly string[] } = {},
) => `${[...header, [COLUMNS, ...samples].join('\t'), ...records].join('\n')}\n`

/** Sites as definitions give them. `chr10 100 C T,G` and HGVS names for insertions and deletions. */
export const sites = (...lines: readonly (string | readonly [string, ...string[]])[]): Site[] =>
  lines.map((line, index) => {
    const [words, ...names] = typeof line === 'string' ? [line] : line
    const [chrom = '', pos = '', ref = '', alts = '', rsid] = words.split(' ')
    return {
      index,
      gene: 'GENE',
      chrom,
      pos: Number(pos),
      rsid: rsid ?? null,
      ref,
      alts: alts.split(','),
      flags: [],
      ...(names.length > 0 ? { names } : {}),
    }
  })

/** What a file of these records gives at each site for its first sample: `C/T`, `C|T@5`, `.` for a missing copy, null for undefined. */
export const genotypesIn = async (file: string, at: readonly Site[], options?: ReadOptions, sample = 0): Promise<(string | null)[]> => {
  const read = await readVcf(file, at, options)
  return read.genotypesOf(sample).at.map((genotype) => {
    if (genotype === undefined) return null
    const text = genotype.alleles.map((allele) => allele ?? '.').join(genotype.phased ? '|' : '/')
    return genotype.phaseSet === null ? text : `${text}@${genotype.phaseSet}`
  })
}
