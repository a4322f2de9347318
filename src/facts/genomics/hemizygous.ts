import { isInTable, lookUpGenotype } from '../../pgx/genotype.ts'
import { codeOf } from './fhir-fields.ts'
import { finding } from './finding.ts'
import type { Linked } from './link-evidence.ts'
import type { RecordContext } from './standing.ts'
import { plainText } from './wording.ts'

/** The text holds the allele and nothing that may deny it or name another. */
const saysOnly = (text: string | null, gene: string, allele: string): boolean =>
  text !== null && !/[a-z0-9]/i.test([gene, allele, 'hemizygous'].reduce((rest, part) => rest.replace(part, ' '), plainText(text)))

/** One allele of an X-linked gene, in a male: it is the only copy, so it is the whole result. It is flagged, as nobody said so. */
export const asOnlyCopy = ({ patient, terms }: RecordContext, linked: Linked): Linked => {
  const table = linked.gene === null ? undefined : terms.table(linked.gene)
  const { genotypes, variants, flags } = linked.finding
  const [allele, other] = variants
  if (!table?.special.includes('x-linked') || genotypes.length > 0 || allele === undefined || other !== undefined) return linked
  if (!saysOnly(linked.base.text, table.symbol, allele)) return linked
  if (codeOf(patient?.resource.gender) !== 'male' || !isInTable(table, [allele])) return linked
  const genotype = lookUpGenotype(table, [allele])
  const kept = flags.filter((flag) => flag !== 'variant-only')
  return { ...linked, finding: finding({ genotypes: [genotype], diplotype: genotype.diplotype, flags: [...kept, 'only-copy-by-sex'] }) }
}
