/** Words within a line. Anything not understood stays text. */
export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong'; readonly inner: readonly Inline[] }
  | { readonly kind: 'emphasis'; readonly inner: readonly Inline[] }
  | { readonly kind: 'link'; readonly href: string; readonly inner: readonly Inline[] }

type Taken = { readonly node: Inline; readonly length: number } | null

/** Deeper marks than these stay text; no honest card nests further. */
const MAX_DEPTH = 4

const ESCAPABLE = new Set('\\`*_{}[]()#+-.!|<>~')

/** Address of a link when it is absolute http or https without credentials; otherwise null. */
export const safeHref = (text: string): string | null => {
  if (!URL.canParse(text)) return null
  const url = new URL(text)
  return (url.protocol === 'https:' || url.protocol === 'http:') && url.username === '' && url.password === '' ? url.href : null
}

/** A mark that does not close within this many characters is text; keeps hostile input from costing quadratic time. */
const REACH = 2000

/** Index of `mark` from `start` on, passing over escaped characters; -1 when there is none in reach. */
const closing = (text: string, mark: string, start: number): number => {
  const last = Math.min(text.length, start + REACH)
  for (let at = start; at < last; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text.startsWith(mark, at)) return at
  }
  return -1
}

const takeCode = (text: string): Taken => {
  const end = text.slice(0, REACH).indexOf('`', 1)
  return end > 1 ? { node: { kind: 'code', text: text.slice(1, end) }, length: end + 1 } : null
}

/** One asterisk is emphasis only round words (`*Not for care.*`): before a digit it begins a star allele (`*2/*17`). */
const takeStar = (text: string, depth: number, before: string): Taken => {
  if (text.startsWith('**')) return takeStrong(text, depth)
  if (!/^\*[A-Za-z]/.test(text) || /[\w/]/.test(before)) return null
  const end = closing(text, '*', 1)
  if (end <= 1 || /[\s/]/.test(text[end - 1] ?? '') || /\w/.test(text[end + 1] ?? '')) return null
  return { node: { kind: 'emphasis', inner: parse(text.slice(1, end), depth + 1) }, length: end + 1 }
}

const takeStrong = (text: string, depth: number): Taken => {
  const end = closing(text, '**', 2)
  if (end <= 2) return null
  return { node: { kind: 'strong', inner: parse(text.slice(2, end), depth + 1) }, length: end + 2 }
}

/** Emphasis by underscores, at word boundaries only. */
const takeEmphasis = (text: string, depth: number, before: string): Taken => {
  const end = closing(text, '_', 1)
  if (end <= 1 || /\w/.test(before) || /\w/.test(text[end + 1] ?? '')) return null
  return { node: { kind: 'emphasis', inner: parse(text.slice(1, end), depth + 1) }, length: end + 1 }
}

const takeLink = (text: string, depth: number): Taken => {
  const middle = closing(text, '](', 1)
  const end = middle < 0 ? -1 : text.slice(0, middle + REACH).indexOf(')', middle)
  const href = end < 0 ? null : safeHref(text.slice(middle + 2, end).trim())
  return href === null ? null : { node: { kind: 'link', href, inner: parse(text.slice(1, middle), depth + 1) }, length: end + 1 }
}

const takeEscape = (text: string): Taken =>
  ESCAPABLE.has(text[1] ?? ' ') ? { node: { kind: 'text', text: text[1] ?? '' }, length: 2 } : null

/** The entities that cards write for characters HTML would act on; React escapes them again on the way out. */
const ENTITIES: { readonly [entity: string]: string } = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': '\u00a0',
}

const takeEntity = (text: string): Taken => {
  const entity = text.slice(0, text.slice(0, 7).indexOf(';') + 1)
  const character = Object.hasOwn(ENTITIES, entity) ? ENTITIES[entity] : undefined
  return character === undefined ? null : { node: { kind: 'text', text: character }, length: entity.length }
}

const TAKERS: { readonly [first: string]: (text: string, depth: number, before: string) => Taken } = {
  '`': takeCode,
  '*': takeStar,
  _: takeEmphasis,
  '[': takeLink,
  '&': takeEntity,
  '\\': takeEscape,
}

const joinText = (nodes: readonly Inline[]): Inline[] => {
  const joined: Inline[] = []
  for (const node of nodes) {
    const last = joined.at(-1)
    if (node.kind === 'text' && last?.kind === 'text') joined[joined.length - 1] = { kind: 'text', text: last.text + node.text }
    else joined.push(node)
  }
  return joined
}

const parse = (text: string, depth: number): Inline[] => {
  if (depth > MAX_DEPTH) return [{ kind: 'text', text }]
  const nodes: Inline[] = []
  let at = 0
  while (at < text.length) {
    const first = text[at] ?? ''
    const take = Object.hasOwn(TAKERS, first) ? TAKERS[first] : undefined
    const taken = take?.(text.slice(at), depth, text[at - 1] ?? '') ?? null
    nodes.push(taken?.node ?? { kind: 'text', text: first })
    at += taken?.length ?? 1
  }
  return joinText(nodes)
}

/** One line of Markdown to nodes. Total: every text has an answer, and no character is lost but the marks themselves. */
export const parseInline = (text: string): Inline[] => parse(text, 0)
