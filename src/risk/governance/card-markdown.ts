import type { SourceAttributes } from '../../contract/models.ts'
import { CHAI_CARD, type ChaiElement, type ChaiNode, childrenOf } from './chai-schema.ts'

/** `KnownRisksAndLimitations` -> `Known risks and limitations`; abbreviations stay as they are. */
const words = (name: string): string => {
  const parts = name.match(/[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|[A-Z]+|[a-z]+/g) ?? [name]
  return parts.map((part, n) => (n === 0 || /^[A-Z]{2,}$/.test(part) ? part : part.toLowerCase())).join(' ')
}

const isText = ({ children }: ChaiElement): boolean => children.length === 0

/** Text of some lines stands under its name, a short one beside it. */
const field = (name: string, text: string): string => (text.includes('\n') ? `**${words(name)}**\n\n${text}` : `**${words(name)}.** ${text}`)

const result = (node: ChaiNode): string => {
  const { Label, ValueJson } = node as { readonly Label: string; readonly ValueJson: string } // by the schema
  return `- ${Label}: \`${ValueJson}\``
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
export const writeCardMarkdown = (card: ChaiNode, source: SourceAttributes): string => {
  const { BasicInfo } = card as { readonly BasicInfo: { readonly ModelName: string } } // by the schema
  return `${[
    `# ${BasicInfo.ModelName}`,
    `Version ${source.version}, as of ${source.asOf}. Made from the files of the model's folder; do not edit here.`,
    ...sections(CHAI_CARD, card, 2),
    ...attributes(source),
  ].join('\n\n')}\n`
}
