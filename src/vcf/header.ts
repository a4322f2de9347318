import type { Contig } from './assemblies.ts'
import { quoted, unreadable } from './vcf-error.ts'

/** What is read of a header. */
export type VcfHeader = {
  /** `4.2` */
  readonly version: string
  readonly contigs: readonly Contig[]
  /** Values of `##reference` and `##assembly`. */
  readonly references: readonly string[]
  /** Names of the sample columns, in order. */
  readonly samples: readonly string[]
}

const FIXED = ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT'] as const
const VERSION = /^##fileformat=VCFv(\d+\.\d+)$/
const VERSIONS = ['4.0', '4.1', '4.2', '4.3', '4.4', '4.5']

const attributeOf = (line: string, key: string): string | null => {
  const found = new RegExp(`[<,]${key}=("[^"]*"|[^,>]*)`).exec(line)
  return found?.[1]?.replace(/^"|"$/g, '') ?? null
}

const contigOf = (line: string): Contig | null => {
  const id = attributeOf(line, 'ID')
  if (id === null) return null
  const length = Number(attributeOf(line, 'length') ?? '')
  return { id, length: Number.isInteger(length) && length > 0 ? length : null, assembly: attributeOf(line, 'assembly') }
}

const samplesOf = (file: string, line: number, text: string): readonly string[] => {
  const columns = text.split('\t')
  const wrong = FIXED.findIndex((name, at) => columns[at] !== name)
  if (columns.length === 8 && (wrong === -1 || wrong === 8))
    throw unreadable(file, line, 'the file has no sample columns, so it holds no genotype')
  if (wrong >= 0)
    throw unreadable(file, line, `column ${wrong + 1} of the header must be ${FIXED[wrong]}, found ${quoted(columns[wrong] ?? '')}`)
  const samples = columns.slice(FIXED.length)
  if (samples.length === 0) throw unreadable(file, line, 'the file has no sample columns, so it holds no genotype')
  if (samples.includes('')) throw unreadable(file, line, 'a sample column has no name')
  refuseTwins(file, line, samples)
  return samples
}

/** Said by column number: a sample's name may be a person's. */
const refuseTwins = (file: string, line: number, samples: readonly string[]): void => {
  const first = new Map<string, number>()
  samples.forEach((name, at) => {
    const twin = first.get(name)
    if (twin !== undefined) throw unreadable(file, line, `sample columns ${twin + 1} and ${at + 1} have the same name`)
    first.set(name, at)
  })
}

/** Reads a header line by line; done when the line of column names has come. */
export type HeaderReader = { readonly add: (line: number, text: string) => VcfHeader | null }

/** @throws AttuneError `input-unreadable` for a first line that is no VCF's, an unknown version, wrong columns, samples named twice */
export const makeHeaderReader = (file: string): HeaderReader => {
  const contigs: Contig[] = []
  const references: string[] = []
  let version: string | null = null
  return {
    add: (line, raw) => {
      const text = line === 1 ? raw.replace(/^\uFEFF/, '') : raw
      if (version === null) {
        const found = VERSION.exec(text.trim())
        if (!found) throw unreadable(file, line, 'this is no VCF: the first line must be ##fileformat=VCFv4.x')
        version = found[1] ?? ''
        if (!VERSIONS.includes(version))
          throw unreadable(file, line, `VCF version ${version} is not read; known are ${VERSIONS.join(', ')}`)
        return null
      }
      if (text.startsWith('##')) {
        if (text.startsWith('##contig=')) contigs.push(...[contigOf(text)].filter((one) => one !== null))
        else if (/^##(?:reference|assembly)=/.test(text)) references.push(text.slice(text.indexOf('=') + 1))
        return null
      }
      if (!text.startsWith('#')) throw unreadable(file, line, 'the line of column names (#CHROM …) is missing before the first record')
      return { version, contigs, references, samples: samplesOf(file, line, text) }
    },
  }
}
