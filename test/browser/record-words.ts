type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

const decoded = (data: string): string => Buffer.from(data, 'base64').toString('utf8')

const flat = (text: string): string =>
  text
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim()

/** Every text of a resource or bundle, also those inside attachments. */
export const textsOf = (node: Json, key = ''): string[] => {
  if (typeof node === 'string') return [flat(key === 'data' ? decoded(node) : node)]
  if (node === null || typeof node !== 'object') return []
  return Object.entries(node).flatMap(([name, child]) => textsOf(child as Json, Array.isArray(node) ? key : name))
}

/** Shorter ones (a unit, a code) are inside too many words of the page to tell anything. */
const LONG_ENOUGH = 4

/**
 * What of a page's text is not the record's own: nothing where the text stands in a text of the record, else the text without
 * the texts of the record that it holds. What was cut short (`…`) is known by its beginning.
 */
export const besideRecord = (record: readonly string[]): ((text: string) => string) => {
  const texts = [...new Set(record)].filter((text) => text.length >= LONG_ENOUGH).sort((a, b) => b.length - a.length)
  const whole = texts.join('\n').toLowerCase()
  return (text) => {
    const own = flat(text).replaceAll(/[“”"]/g, '')
    const [begin = '', ...rest] = own.split('…').map((part) => part.trim())
    if (whole.includes(begin.toLowerCase())) return rest.join(' ')
    return texts.reduce((left, known) => (left.includes(known) ? left.replaceAll(known, ' ') : left), own)
  }
}
