/** A small strict reader of the XML that a model card may be: elements, attributes, text, the predefined entities. */
export type XmlElement = {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly XmlElement[]
  readonly text: string
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

const decode = (text: string): string => {
  if (text.includes('<') || text.includes(']]>')) throw new Error(`not well-formed text: ${text}`)
  return text.replace(/&([^;&]*)(;?)/g, (whole, name: string, end: string) => {
    const character = name.startsWith('#') ? String.fromCodePoint(Number(name.slice(1))) : ENTITIES[name]
    if (end === '' || character === undefined) throw new Error(`not an entity: ${whole}`)
    return character
  })
}

/** @throws Error when the document is not well formed */
export const readXml = (document: string): XmlElement => {
  const head = '<?xml version="1.0" encoding="UTF-8"?>\n'
  if (!document.startsWith(head)) throw new Error('no XML declaration')
  let at = head.length
  const take = (pattern: RegExp): RegExpExecArray | null => {
    const sticky = new RegExp(pattern.source, 'y')
    sticky.lastIndex = at
    const found = sticky.exec(document)
    if (found) at = sticky.lastIndex
    return found
  }
  const element = (): XmlElement => {
    const open = take(/<([A-Za-z_][\w.-]*)((?:\s+[\w:]+="[^"<]*")*)\s*>/)
    if (!open) throw new Error(`no element at ${document.slice(at, at + 40)}`)
    const [, name = '', written = ''] = open
    const attributes = Object.fromEntries(
      Array.from(written.matchAll(/([\w:]+)="([^"]*)"/g), ([, key, value]) => [key, decode(value ?? '')]),
    )
    const children: XmlElement[] = []
    let text = ''
    for (;;) {
      text += decode(take(/[^<]*/)?.[0] ?? '')
      if (take(new RegExp(`</${name}>`))) return { name, attributes, children, text }
      children.push(element())
    }
  }
  const root = element()
  take(/\s*/)
  if (at !== document.length) throw new Error('something stands after the root element')
  return root
}
