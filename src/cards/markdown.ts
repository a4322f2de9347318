import { cutText } from '../cut-text.ts'

/** Characters that GitHub-flavoured markdown or HTML would act on. Text from the chart never carries them unescaped. */
const ACTIVE = /[\\`*_[\]|<>~]|^(?:[#+-]|\d+(?=[.)]))/g

// biome-ignore lint/suspicious/noControlCharactersInRegex: control and bidirectional characters of the chart are what is taken out
const UNSEEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g

/** Half of a character outside the basic plane: no text that JSON or a screen can carry. */
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** What the two functions below would change; most texts are words of ours and hold none of it. */
const NOT_INERT = /[^ -~]|[\\`*_[\]|<>~&]|^[ #+\-\d]| $| {2}|:\/\//

/** Characters of the longest text that stands on a card; of a longer one the beginning, and that it goes on. */
const LONGEST = 20_000

const shown = (text: string): string => {
  if (text.length <= LONGEST) return text
  return `${cutText(text, LONGEST)}… (the first ${LONGEST} of ${text.length} characters)`
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
