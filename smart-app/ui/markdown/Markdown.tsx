import { createElement, Fragment, type ReactNode } from 'react'
import styles from './Markdown.module.css'
import type { Inline } from './parse-inline.ts'
import { type Block, parseMarkdown } from './parse-markdown.ts'

/**
 * A card's detail, written by any CDS service, as React elements. There is no way from the text to HTML, to attributes
 * other than an http(s) href, or to scripts. Headings are paragraphs in bold, so that a card cannot upset the page's outline.
 */
export const Markdown = ({ text }: { readonly text: string }) => <div className={styles.markdown}>{blocks(parseMarkdown(text))}</div>

// Children are passed one by one rather than as a list: the nodes of a text never move, so they need no keys.
const all = (children: readonly ReactNode[]): ReactNode => createElement(Fragment, null, ...children)
const blocks = (nodes: readonly Block[]): ReactNode => all(nodes.map(block))
const inlines = (nodes: readonly Inline[]): ReactNode => all(nodes.map(inline))

const block = (node: Block): ReactNode => {
  switch (node.kind) {
    case 'paragraph':
      return <p>{all(node.lines.map(line))}</p>
    case 'heading':
      return <p className={styles.heading}>{inlines(node.words)}</p>
    case 'list':
      return node.ordered ? <ol>{all(node.items.map(item))}</ol> : <ul>{all(node.items.map(item))}</ul>
    case 'table':
      return <Table head={node.head} rows={node.rows} />
    case 'rule':
      return <hr />
  }
}

const line = (words: readonly Inline[], at: number): ReactNode => (
  <>
    {at > 0 ? <br /> : null}
    {inlines(words)}
  </>
)

/** A list item of one plain line needs no paragraph of its own. */
const item = (own: readonly Block[]): ReactNode => {
  const [first, ...rest] = own
  if (first?.kind !== 'paragraph' || first.lines.length !== 1) return <li>{blocks(own)}</li>
  return (
    <li>
      {inlines(first.lines[0] ?? [])}
      {blocks(rest)}
    </li>
  )
}

const Table = ({ head, rows }: Omit<Extract<Block, { kind: 'table' }>, 'kind'>) => (
  <table>
    <thead>
      <tr>{all(head.map((cell) => createElement('th', { scope: 'col' }, inlines(cell))))}</tr>
    </thead>
    <tbody>{all(rows.map((row) => createElement('tr', null, ...row.map((cell) => createElement('td', null, inlines(cell))))))}</tbody>
  </table>
)

const inline = (node: Inline): ReactNode => {
  switch (node.kind) {
    case 'text':
      return node.text
    case 'code':
      return <code>{node.text}</code>
    case 'strong':
      return <strong>{inlines(node.inner)}</strong>
    case 'emphasis':
      return <em>{inlines(node.inner)}</em>
    case 'link':
      return (
        <a href={node.href} target="_blank" rel="noopener noreferrer">
          {inlines(node.inner)}
        </a>
      )
  }
}
