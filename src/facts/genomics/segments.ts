import type { GenomicTerms } from './genomic-terms.ts'

/** A denial right before a gene's name belongs to that gene: `CYP9Z1 *1/*2, not CYP9Z2 poor metabolizer`. */
const denialBefore = (terms: GenomicTerms, before: string): number => {
  const words = [...terms.codes.negations, 'no', 'not', 'never', 'denies']
  const tail = before.slice(-40)
  const found = words.map((word) => tail.toLowerCase().lastIndexOf(word)).filter((at) => at >= 0)
  const at = Math.max(...found, -1)
  return at >= 0 && !/[*\d.;]/.test(tail.slice(at)) ? tail.length - at : 0
}

/**
 * One text with several genes: each stretch from one gene's name to the next is read for its gene. None where alleles stand before
 * the first name: then it cannot be told whether the names come before or after what they name.
 */
export const segments = (terms: GenomicTerms, text: string): readonly { readonly gene: string; readonly text: string }[] => {
  const mentions = terms.mentions(text)
  const first = mentions.filter((mention, index) => mention.gene !== mentions[index - 1]?.gene)
  if (first.length > 1 && /\*\d/.test(text.slice(0, first[0]?.start))) return []
  const starts = first.map((mention, index) =>
    index === 0 ? 0 : mention.start - denialBefore(terms, text.slice(first[index - 1]?.end, mention.start)),
  )
  return first.map((mention, index) => ({ gene: mention.gene, text: text.slice(starts[index], starts[index + 1]) }))
}

/** In a text about several genes only the stretches about this one are read for it. */
export const ownPart = (terms: GenomicTerms, gene: string | null, text: string): string => {
  const all = gene === null ? [] : segments(terms, text)
  const own = all.filter((segment) => segment.gene === gene)
  return own.length === 0 || own.length === all.length ? text : own.map((segment) => segment.text).join('; ')
}
