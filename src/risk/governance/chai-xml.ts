import { CHAI_CARD, CHAI_NAMESPACE, type ChaiElement, type ChaiNode, childrenOf } from './chai-schema.ts'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

/** Characters that XML 1.0 has no way to write are left out; a carriage return is written so that it stays one. */
const escapeText = (text: string): string =>
  [...text]
    .filter((character) => /[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(character))
    .map((character) => ENTITIES[character] ?? (character === '\r' ? '&#13;' : character))
    .join('')

const write = (schema: ChaiElement, node: ChaiNode, indent: string, attributes = ''): string => {
  const open = `${indent}<${schema.name}${attributes}>`
  if (schema.children.length === 0) return `${open}${escapeText(String(node))}</${schema.name}>`
  const inside = childrenOf(schema, node).map((child) => write(child.schema, child.node, `${indent}  `))
  return [open, ...inside, `${indent}</${schema.name}>`].join('\n')
}

/** The card as an XML document of the CHAI schema. */
export const writeChaiXml = (card: ChaiNode): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${write(CHAI_CARD, card, '', ` xmlns="${CHAI_NAMESPACE}"`)}\n`
