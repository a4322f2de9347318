/** Full-width letters, digits and signs stand a fixed distance from the plain ones. Superscripts are not folded: a footnote is no digit. */
const narrow = (text: string): string => text.replace(/[！-～]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - 0xfee0))

/** HGVS states both chromosomes as `c.[1905+1G>A];[=]`. */
const bothChromosomes = (text: string): string =>
  text.replace(/(?<![a-z])([cgm])\.\[([^[\];]{1,40})\];\s?\[([^[\];]{1,40})\]/gi, (_all, kind: string, one: string, other: string) => {
    const [left, right] = /(?:^|\d)=$/.test(one) ? [other, one] : [one, other]
    if (/(?:^|\d)=$/.test(right)) return `${kind}.${left} heterozygous`
    return left === right ? `${kind}.${left} homozygous` : `${kind}.${left}/${kind}.${right}`
  })

/** Text of results, brought to one spelling before it is read. The original stays in `reported`. */
export const plainText = (text: string): string =>
  bothChromosomes(narrow(text))
    .replace(/[∗⁎✱]/g, '*')
    .replace(/[⁄∕]/g, '/')
    .replace(/[‐‑‒–—−]/g, '-')
    .replace(/[\u00a0\u2000-\u200b\u202f\s]+/g, ' ')
    .replace(/(?<![a-z])star[ -]?(?=\d{1,3}(?!\d))/gi, '*')
    .replace(/(?<=\d)\s?([ACGT])\s?>\s?([ACGT])(?![a-z])/g, '$1>$2')
    .replace(/>=\s?(?=\d)/g, '≥')
    .replace(/\*\s+(?=\d)/g, '*')
    .replace(/(?<![a-z0-9])HLA-?\s?([ABC])\s?(\d{2}):?(\d{2})(?![\d:])/gi, 'HLA-$1*$2$3')
    .replace(/metaboliser/gi, 'metabolizer')
    .trim()

export const escapePattern = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

const edges = (word: string): string =>
  `${/^[a-z0-9]/i.test(word) ? '(?<![a-z0-9])' : ''}${escapePattern(word.toLowerCase())}${/[a-z0-9]$/i.test(word) ? '(?![a-z0-9])' : ''}`

const PATTERNS = new WeakMap<readonly string[], RegExp>()

/** One pattern for a list of words and phrases, longest first, at word edges. Kept per list. */
export const wordPattern = (words: readonly string[]): RegExp => {
  const known = PATTERNS.get(words)
  if (known) return known
  const pattern = new RegExp(
    [...words]
      .sort((left, right) => right.length - left.length)
      .map(edges)
      .join('|') || '(?!)',
  )
  PATTERNS.set(words, pattern)
  return pattern
}

/** Where the first of the words stands in the text; -1 when none does. Compared without case. */
export const findWord = (text: string, words: readonly string[]): number => text.toLowerCase().search(wordPattern(words))

export const hasWord = (text: string, words: readonly string[]): boolean => findWord(text, words) >= 0

/** Like `hasWord`, for word beginnings: `pharmacogen` finds `pharmacogenomic`. */
export const hasStem = (text: string, stems: readonly string[]): boolean => {
  const lower = text.toLowerCase()
  return stems.some((stem) => lower.includes(stem))
}
