/**
 * What tells the assemblies of the human genome apart. Positions of allele definitions are those of GRCh38; the same number on
 * another assembly is another base, so a file of another assembly is refused, never lifted over.
 * Lengths: UCSC chrom.sizes of hg38, hg19 and hs1 (T2T-CHM13 v2.0), as public genome tools carry them.
 */
type Assembly = { readonly name: string; readonly words: RegExp; readonly lengths: Readonly<Record<string, number>> }

/** Names of an assembly stand alone or beside signs: `hg19.fa`, `GRCh37.p13`, `human_g1k_v37_decoy`, not `b370`. */
const named = (names: string): RegExp => new RegExp(`(?<![a-z0-9])(?:${names})(?![0-9])`, 'i')

const lengthsOf = (lengths: readonly number[]): Readonly<Record<string, number>> =>
  Object.fromEntries(lengths.map((length, at) => [at < 22 ? String(at + 1) : 'X', length]))

const GRCH38: Assembly = {
  name: 'GRCh38',
  words: named('grch38|hg38|hs38|b38|assembly38|gca_000001405\\.15'),
  lengths: lengthsOf([
    248956422, 242193529, 198295559, 190214555, 181538259, 170805979, 159345973, 145138636, 138394717, 133797422, 135086622, 133275309,
    114364328, 107043718, 101991189, 90338345, 83257441, 80373285, 58617616, 64444167, 46709983, 50818468, 156040895,
  ]),
}

const OTHERS: readonly Assembly[] = [
  {
    name: 'GRCh37',
    words: named('grch37|hg19|hs37|hs37d5|b37|(?:human_)?g1k_v37|assembly19'),
    lengths: lengthsOf([
      249250621, 243199373, 198022430, 191154276, 180915260, 171115067, 159138663, 146364022, 141213431, 135534747, 135006516, 133851895,
      115169878, 107349540, 102531392, 90354753, 81195210, 78077248, 59128983, 63025520, 48129895, 51304566, 155270560,
    ]),
  },
  {
    name: 'T2T-CHM13',
    words: named('chm13|t2t|hs1'),
    lengths: lengthsOf([
      248387328, 242696752, 201105948, 193574945, 182045439, 172126628, 160567428, 146259331, 150617247, 134758134, 135127769, 133324548,
      113566686, 101161492, 99753195, 96330374, 84276897, 80542538, 61707364, 66210255, 45090682, 51324926, 154259566,
    ]),
  },
  { name: 'NCBI36', words: named('ncbi36|hg18|b36'), lengths: {} },
]

/** RefSeq accessions of GRCh38. The number is the chromosome's, the version is the assembly's. */
const REFSEQ: Readonly<Record<string, number>> = {
  '1': 11,
  '2': 12,
  '4': 12,
  '6': 12,
  '7': 14,
  '8': 11,
  '10': 11,
  '12': 12,
  '13': 11,
  '16': 10,
  '19': 10,
  '22': 11,
  X: 11,
}

const ACCESSION = /^NC_0000(\d\d)\.(\d+)$/

/** A chromosome's plain name: `chr10`, `10` and `NC_000010.11` are `10`; `chrM`, `M` and `MT` are `MT`. Null for other contigs. */
export const chromosomeOf = (contig: string): string | null => {
  const accession = ACCESSION.exec(contig)
  if (accession) {
    const number = Number(accession[1])
    const name = number === 23 ? 'X' : number === 24 ? 'Y' : String(number)
    return number >= 1 && number <= 24 ? name : null
  }
  const name = contig.replace(/^chr/i, '').toUpperCase()
  if (name === 'M' || name === 'MT') return 'MT'
  return /^(?:[1-9]|1\d|2[0-2]|X|Y)$/.test(name) ? name : null
}

/** One `##contig` line of a header. */
export type Contig = { readonly id: string; readonly length: number | null; readonly assembly: string | null }

export type AssemblyVerdict =
  /** `because` is what the header says, in its own words. */
  { readonly assembly: 'GRCh38' } | { readonly assembly: 'unknown' } | { readonly assembly: 'other'; readonly because: string }

const otherByWords = (text: string): string | null => OTHERS.find(({ words }) => words.test(text))?.name ?? null

const byAccession = (id: string): AssemblyVerdict | null => {
  const accession = ACCESSION.exec(id)
  const chromosome = chromosomeOf(id)
  const version = chromosome === null ? undefined : REFSEQ[chromosome]
  if (!accession || version === undefined) return null
  return Number(accession[2]) === version
    ? { assembly: 'GRCh38' }
    : { assembly: 'other', because: `the contig ${id} is not that of GRCh38, which is version ${version}` }
}

const byLength = ({ id, length }: Contig): AssemblyVerdict | null => {
  const chromosome = chromosomeOf(id)
  const right = chromosome === null ? undefined : GRCH38.lengths[chromosome]
  if (chromosome === null || right === undefined || length === null) return null
  if (length === right) return { assembly: 'GRCh38' }
  const other = OTHERS.find(({ lengths }) => lengths[chromosome] === length)
  const what = other ? `the length of ${other.name}` : 'not the length of GRCh38'
  return { assembly: 'other', because: `the contig ${id} is ${length} bases long, ${what} (GRCh38: ${right})` }
}

const byWords = (text: string, where: string): AssemblyVerdict | null => {
  const other = otherByWords(text)
  if (other !== null) return { assembly: 'other', because: `${where} names ${other}` }
  return GRCH38.words.test(text) ? { assembly: 'GRCh38' } : null
}

/**
 * What a header says of its assembly: contig lengths, RefSeq accessions, and the words of `##reference`, `##assembly` and the
 * contigs. One sign of another assembly is enough to refuse; no sign at all is `unknown`.
 */
export const assemblyOf = (header: { readonly contigs: readonly Contig[]; readonly references: readonly string[] }): AssemblyVerdict => {
  const verdicts = [
    ...header.contigs.flatMap((contig) => [
      byAccession(contig.id),
      byLength(contig),
      contig.assembly === null ? null : byWords(contig.assembly, `the contig line of ${contig.id}`),
    ]),
    ...header.references.map((text) => byWords(text, 'the header')),
  ]
  const other = verdicts.find((verdict) => verdict?.assembly === 'other')
  if (other) return other
  return verdicts.some((verdict) => verdict?.assembly === 'GRCh38') ? { assembly: 'GRCh38' } : { assembly: 'unknown' }
}

/** A contig name of a record that belongs to another assembly; null when the name says nothing. */
export const foreignContig = (id: string): string | null => {
  const verdict = byAccession(id)
  return verdict?.assembly === 'other' ? verdict.because : null
}

/** Which of the two assemblies of positions a header names, without a word against it; null when neither is named. */
export const assemblyNamed = (header: Parameters<typeof assemblyOf>[0]): 'GRCh37' | 'GRCh38' | null => {
  if (assemblyOf(header).assembly === 'GRCh38') return 'GRCh38'
  const [grch37] = OTHERS
  const lengths = header.contigs.flatMap(({ id, length }) => {
    const chromosome = chromosomeOf(id)
    return chromosome === null || length === null || grch37?.lengths[chromosome] === undefined
      ? []
      : [length === grch37.lengths[chromosome]]
  })
  const words = [...header.references, ...header.contigs.flatMap(({ assembly }) => (assembly === null ? [] : [assembly]))]
  const named = words.map((text) => otherByWords(text) ?? (GRCH38.words.test(text) ? GRCH38.name : null)).filter((name) => name !== null)
  const right = lengths.every(Boolean) && named.every((name) => name === 'GRCh37')
  return right && lengths.length + named.length > 0 ? 'GRCh37' : null
}
