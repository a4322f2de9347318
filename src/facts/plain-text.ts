/** Elements whose content is no text for a reader. */
const UNSEEN = new Set(['script', 'style', 'head', 'title', 'template', 'noscript', 'svg', 'iframe', 'object', 'textarea', 'select'])
/** Elements that stand on lines of their own. */
const BLOCK = new Set(
  'p div br li ul ol tr table thead tbody h1 h2 h3 h4 h5 h6 section article header footer dl dt dd pre blockquote hr caption'.split(' '),
)
const CELL = new Set(['td', 'th'])

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  ndash: '–',
  mdash: '—',
  hellip: '…',
  deg: '°',
  micro: 'µ',
  plusmn: '±',
  le: '≤',
  ge: '≥',
  auml: 'ä',
  ouml: 'ö',
  uuml: 'ü',
  Auml: 'Ä',
  Ouml: 'Ö',
  Uuml: 'Ü',
  szlig: 'ß',
  eacute: 'é',
  egrave: 'è',
  rsquo: '’',
  lsquo: '‘',
  rdquo: '”',
  ldquo: '“',
  bull: '•',
  middot: '·',
  times: '×',
  shy: '',
  frac12: '½',
}

const codePoint = (number: number): string =>
  number > 0 && number <= 0x10ffff && !(number >= 0xd800 && number <= 0xdfff) ? String.fromCodePoint(number) : ''

const decodeEntities = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,9}));/g, (whole, decimal, hex, name) => {
    if (decimal) return codePoint(Number(decimal))
    if (hex) return codePoint(Number.parseInt(hex, 16))
    return (Object.hasOwn(NAMED, name) ? NAMED[name] : undefined) ?? whole
  })

type Tag = { readonly name: string; readonly closing: boolean; readonly end: number }

/** The tag that begins at `<`; a comment or a declaration has no name. Null where it is only a sign: `p < 0.05`. */
const tagAt = (html: string, at: number): Tag | null => {
  if (html.startsWith('<!--', at)) {
    const end = html.indexOf('-->', at + 4)
    return { name: '', closing: false, end: end < 0 ? html.length : end + 3 }
  }
  const head = /^<(\/?)([A-Za-z][\w:-]{0,30}|[!?])/.exec(html.slice(at, at + 36))
  if (!head) return null
  const end = html.indexOf('>', at)
  return {
    name: /^[!?]$/.test(head[2] ?? '') ? '' : (head[2] ?? '').toLowerCase(),
    closing: head[1] === '/',
    end: end < 0 ? html.length : end + 1,
  }
}

/** Where an unseen element ends; it holds nothing that is read. */
const endOfUnseen = (html: string, lower: string, { name, end }: Tag): number => {
  if (html[end - 2] === '/') return end
  const close = lower.indexOf(`</${name}`, end)
  if (close < 0) return html.length
  const after = html.indexOf('>', close)
  return after < 0 ? html.length : after + 1
}

const separatorOf = (name: string): string => (BLOCK.has(name) ? '\n' : CELL.has(name) ? '\t' : '')

/**
 * The words of an HTML document as plain text, block by block. Nothing of its markup, scripts or styles is kept; what comes out is text and is
 * shown as text. One pass, whatever the input looks like.
 */
export const textOfHtml = (html: string): string => {
  const lower = html.toLowerCase()
  const parts: string[] = []
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) break
    const tag = tagAt(html, open)
    if (tag === null) {
      parts.push(html.slice(at, open + 1))
      at = open + 1
      continue
    }
    parts.push(html.slice(at, open), separatorOf(tag.name))
    at = !tag.closing && UNSEEN.has(tag.name) ? endOfUnseen(html, lower, tag) : tag.end
  }
  parts.push(html.slice(at))
  return tidy(decodeEntities(parts.join('')))
}

/** Runs of blanks as one, at most one empty line. */
const tidy = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/[ \t\u00a0\r\f]+/g, ' ').trim())
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
