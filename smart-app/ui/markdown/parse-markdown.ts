import { type Inline, parseInline } from './parse-inline.ts'

/** Blocks of a card's detail. A paragraph keeps its lines: cards use line breaks on purpose. */
export type Block =
  | { readonly kind: 'paragraph'; readonly lines: readonly (readonly Inline[])[] }
  | { readonly kind: 'heading'; readonly words: readonly Inline[] }
  | { readonly kind: 'list'; readonly ordered: boolean; readonly items: readonly (readonly Block[])[] }
  | { readonly kind: 'table'; readonly head: readonly (readonly Inline[])[]; readonly rows: readonly (readonly (readonly Inline[])[])[] }
  | { readonly kind: 'rule' }

type Taken = { readonly block: Block; readonly lines: number } | null

const MAX_DEPTH = 4
/** Longer than any card. The rest stays unparsed text at the end, so that nothing is lost and the page never freezes. */
const MAX_LENGTH = 20_000

const ITEM = /^( {0,3})(?:[-*+]|(\d{1,3})[.)]) +(.*)$/
const HEADING = /^#{1,6} +(.*?)(?: +#+)?$/
const RULE = /^ {0,3}(?:-{3,}|\*{3,}|_{3,}) *$/
const DIVIDER_CELL = /^:?-+:?$/

/** Cells of a table row; `\|` is a bar within a cell. */
const cellsOf = (line: string): string[] => {
  const inner = line
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
  return inner.split(/(?<!\\)\|/).map((cell) => cell.trim())
}

const isDivider = (line: string | undefined): boolean =>
  line?.includes('-') === true && line.includes('|') && cellsOf(line).every((cell) => DIVIDER_CELL.test(cell))

const takeTable = (lines: readonly string[]): Taken => {
  const [first = '', second] = lines
  if (!first.includes('|') || !isDivider(second)) return null
  const head = cellsOf(first)
  const after = lines.slice(2)
  const end = after.findIndex((line) => !line.includes('|'))
  const body = end < 0 ? after : after.slice(0, end)
  const rows = body.map((line) => {
    const cells = cellsOf(line)
    return head.map((_, column) => parseInline(cells[column] ?? ''))
  })
  return { block: { kind: 'table', head: head.map(parseInline), rows }, lines: 2 + rows.length }
}

const takeHeading = (lines: readonly string[]): Taken => {
  const words = HEADING.exec(lines[0] ?? '')?.[1]
  return words ? { block: { kind: 'heading', words: parseInline(words) }, lines: 1 } : null
}

const takeRule = (lines: readonly string[]): Taken => (RULE.test(lines[0] ?? '') ? { block: { kind: 'rule' }, lines: 1 } : null)

/** Lines of one item: its first line without the bullet, then lines that stand further in. */
const itemLines = (lines: readonly string[], first: string): string[] => {
  const rest = lines.slice(1)
  const end = rest.findIndex((line) => !/^(?: {2,}|\t)\S/.test(line))
  return [first, ...(end < 0 ? rest : rest.slice(0, end)).map((line) => line.replace(/^(?: {2,4}|\t)/, ''))]
}

const takeList = (lines: readonly string[], depth: number): Taken => {
  const start = ITEM.exec(lines[0] ?? '')
  if (!start) return null
  const ordered = start[2] !== undefined
  const items: Block[][] = []
  let at = 0
  for (let match = ITEM.exec(lines[at] ?? ''); match && (match[2] !== undefined) === ordered; match = ITEM.exec(lines[at] ?? '')) {
    const own = itemLines(lines.slice(at), match[3] ?? '')
    items.push(parseBlocks(own, depth + 1))
    at += own.length
  }
  return { block: { kind: 'list', ordered, items }, lines: at }
}

const STARTERS = [takeTable, takeRule, takeHeading, takeList]

const takeStarter = (lines: readonly string[], depth: number): Taken => {
  for (const take of STARTERS) {
    const taken = take(lines, depth)
    if (taken) return taken
  }
  return null
}

/** Cheap test before the costly one: only such lines can start another block. */
const mayStart = (line: string): boolean => /^ {0,3}[-*+#_\d|]/.test(line)

const takeParagraph = (lines: readonly string[], depth: number): { readonly block: Block; readonly lines: number } => {
  let end = 1
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? ''
    if (line.trim() === '' || (mayStart(line) && takeStarter(lines.slice(end, end + 2), depth))) break
  }
  const own = lines.slice(0, end).map((line) => parseInline(line.trim().replace(/\\$/, '')))
  return { block: { kind: 'paragraph', lines: own }, lines: end }
}

const parseBlocks = (lines: readonly string[], depth: number): Block[] => {
  const blocks: Block[] = []
  let at = 0
  while (at < lines.length) {
    if ((lines[at] ?? '').trim() === '') {
      at += 1
      continue
    }
    const rest = lines.slice(at)
    const taken = (depth <= MAX_DEPTH ? takeStarter(rest, depth) : null) ?? takeParagraph(rest, depth)
    blocks.push(taken.block)
    at += taken.lines
  }
  return blocks
}

/** The subset of GitHub Markdown that cards use, to plain nodes. HTML is text like any other. */
export const parseMarkdown = (text: string): Block[] => {
  const blocks = parseBlocks(text.slice(0, MAX_LENGTH).split(/\r\n?|\n/), 0)
  const rest = text.slice(MAX_LENGTH)
  return rest === '' ? blocks : [...blocks, { kind: 'paragraph', lines: [[{ kind: 'text', text: rest }]] }]
}
