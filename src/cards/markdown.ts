import { cutText } from '../cut-text.ts'

/** Characters that GitHub-flavoured markdown or HTML would act on. Text from the chart never carries them unescaped. */
const ACTIVE = /[\\`*_[\]|<>~]|^(?:[#+-]|\d+(?=[.)]))/g

/**
 * Characters that show nothing and may hide a text or turn it round: controls, marks and embeddings of direction, zero-width and other
 * format characters, tags and selectors of variants beyond the basic plane (Unicode TR36, 3.5; the Unicode Standard, 23.2 and 23.9).
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]|(?<![^\u0000-\u024f])[\u200c\u200d]|[\u200c\u200d](?![^\u0000-\u024f])/gu

/** Half of a character outside the basic plane: no text that JSON or a screen can carry. */
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** What the two functions below would change; most texts are words of ours and hold none of it. */
const NOT_INERT = /[^ -~]|[\\`*_[\]|<>~&]|^[ #+\-\d]| $| {2}|:\/\//

/** Characters of the longest text that stands whole on a card: twice the longest of our own. */
const LONGEST = 2000

/** Of a longer one, which is a name of the chart within words of ours: so much of its beginning, and of its end. */
const KEPT = { first: 1400, last: 300 } as const

const endOf = (text: string): string => {
  const end = text.slice(-KEPT.last)
  return /^[\udc00-\udfff]/.test(end) ? end.slice(1) : end
}

const shown = (text: string): string => {
  if (text.length <= LONGEST) return text
  const [first, last] = [cutText(text, KEPT.first), endOf(text)]
  return `${first}… (${text.length - first.length - last.length} characters are not shown) …${last}`
}

/** Text of the chart as inert markdown: one line, nothing acts. Source: CDS Hooks checklist Z-08. */
export const escapeText = (text: string): string => makeInert(shown(text))

const makeInert = (text: string): string => (NOT_INERT.test(text) ? escapeAll(text) : text)

const escapeAll = (text: string): string =>
  text
    .replace(UNSEEN, '')
    .replace(LONE, '\ufffd')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/&/g, '&amp;')
    .replace(ACTIVE, (character) => (character === '<' ? '&lt;' : character === '>' ? '&gt;' : `\\${character}`))
    .replace(/:\/\//g, ':\u200b//')

/** Text of the chart for a plain-text member (summary, label, description): one line; no tag, no link, no unseen character. */
export const plainText = (text: string): string => makePlain(shown(text))

const makePlain = (text: string): string => (NOT_INERT.test(text) ? plainAll(text) : text)

const plainAll = (text: string): string =>
  text
    .replace(UNSEEN, '')
    .replace(LONE, '\ufffd')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/<(?=[a-z/!?])/gi, '‹')
    .replace(/:\/\//g, ':\u200b//')

export const bulletList = (lines: readonly string[]): string => lines.map((line) => `- ${line}`).join('\n')

export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

export const section = (title: string, body: string): string => (body === '' ? '' : `**${title}**\n\n${body}`)

export const joinSections = (sections: readonly string[]): string => sections.filter((text) => text !== '').join('\n\n')

/** `a`, `a and b`, `a, b and c`. */
export const listWords = (words: readonly string[], last = 'and'): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${last} ${words[words.length - 1]}`

/** Cuts at a word before `limit` characters; whole texts pass. */
export const clip = (text: string, limit: number): string => {
  if (text.length <= limit) return text
  const cut = cutText(text, limit - 1)
  const space = cut.lastIndexOf(' ')
  return `${cut.slice(0, space > limit / 2 ? space : cut.length).replace(/[\s,;:(]+$/, '')}…`
}

/** A sentence as a clause: without its full stop, lower-case unless it opens with a name or an abbreviation. */
export const asClause = (sentence: string): string => {
  const plain = sentence.trim().replace(/\.$/, '')
  return /^[A-Z][a-z]*\s/.test(plain) && !/^[A-Z]{2}/.test(plain) ? plain.charAt(0).toLowerCase() + plain.slice(1) : plain
}
