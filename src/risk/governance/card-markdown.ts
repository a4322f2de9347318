import type { SourceAttributes } from '../../contract/models.ts'
import type { CardSource } from './card-source.ts'
import { chaiCard } from './chai-card.ts'
import { CHAI_CARD, type ChaiElement, type ChaiNode, childrenOf } from './chai-schema.ts'
import { sourceAttributes } from './source-attributes.ts'

/** `KnownRisksAndLimitations` -> `Known risks and limitations`; abbreviations stay as they are. */
const words = (name: string): string => {
  const parts = name.match(/[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|[A-Z]+|[a-z]+/g) ?? [name]
  return parts.map((part, n) => (n === 0 || /^[A-Z]{2,}$/.test(part) ? part : part.toLowerCase())).join(' ')
}

const isText = ({ children }: ChaiElement): boolean => children.length === 0

/** Text of some lines stands under its name, a short one beside it. */
const field = (name: string, text: string): string =>
  text.includes('\n') ? `**${words(name)}**\n\n${text}` : `**${words(name)}.** ${text}`

type Value = { readonly value?: number; readonly interval?: readonly [number, number]; readonly n?: number; readonly tolerance?: number }

/** A metric's JSON as people write it; nothing is rounded. */
const result = (node: ChaiNode): string => {
  const { Label, ValueJson } = node as { readonly Label: string; readonly ValueJson: string } // by the schema
  const { value, interval, n, tolerance } = JSON.parse(ValueJson) as Value // written by chai-card.ts
  const parts = [
    value === undefined ? '' : `: ${value}`,
    interval ? ` (${interval[0]} to ${interval[1]})` : '',
    n === undefined ? '' : `, n = ${n}`,
    tolerance === undefined ? '' : `, to ${tolerance}`,
  ]
  return `- ${Label}${parts.join('')}`
}

const sections = (schema: ChaiElement, node: ChaiNode, level: number): string[] => {
  const children = childrenOf(schema, node)
  if (schema.name === 'Results') return [children.map((child) => result(child.node)).join('\n')]
  if (children.length > 0 && children.every((child) => child.schema.times === '*'))
    return [field(schema.name, children.map((child) => `- ${String(child.node)}`).join('\n'))]
  return children.flatMap((child) => {
    if (child.schema.name === 'Bibliography') return ['## Bibliography', `\`\`\`bibtex\n${String(child.node)}\n\`\`\``]
    if (isText(child.schema)) return [field(child.schema.name, String(child.node))]
    const title = child.schema.children.every(({ times }) => times === '*') ? [] : [`${'#'.repeat(level)} ${words(child.schema.name)}`]
    return [...title, ...sections(child.schema, child.node, level + 1)]
  })
}

const attributes = ({ predictive, evidenceBased }: SourceAttributes): string[] => [
  '## HTI-1 source attributes of a predictive intervention',
  ...predictive.flatMap(({ title, attributes: all }) => [`### ${title}`, ...all.map(({ label, text }) => `**${label}.** ${text}`)]),
  '## HTI-1 source attributes of an evidence-based intervention',
  ...evidenceBased.map(({ label, text }) => `**${label}.** ${text}`),
]

/** The card for people: the CHAI sections, then the source attributes. The same facts as the XML and the JSON. */
export const writeCardMarkdown = (source: CardSource): string => {
  const { manifest, card } = source
  return `${[
    `# ${manifest.title}: ${manifest.name}`,
    `Version ${manifest.version}, as of ${card.asOf}. Made from the files of the model's folder; do not edit here.`,
    ...sections(CHAI_CARD, chaiCard(source), 2),
    ...attributes(sourceAttributes(source)),
  ].join('\n\n')}\n`
}
