import type { PatientRecord } from '../contract/facts.ts'
import type { PartialDate } from '../contract/lineage.ts'
import { asCode, asDate, asObjects, asText, isJson, type Json, member, nameOf } from './accessors.ts'
import { type Chart, type Item, openChart } from './chart.ts'
import { readDocument } from './documents.ts'
import { dateOf } from './lineage.ts'
import { textOfHtml } from './plain-text.ts'
import { withoutUnseen } from './unseen.ts'

/** A part of a note: its words, where they are to be fetched, or why they are not read. */
export type NotePart =
  | { readonly kind: 'text'; readonly text: string; readonly madeFrom?: string }
  /** `Binary/id` on the same server. */
  | { readonly kind: 'binary'; readonly query: string; readonly contentType: string | null }
  | { readonly kind: 'not-read'; readonly because: string }

/** A note or report as the record holds it, with what is needed to read its words. */
export type NoteSource = {
  readonly ref: string
  readonly kind: 'note' | 'report' | 'composition'
  readonly title: string
  readonly author: string | null
  readonly date: PartialDate | null
  readonly status: string | null
  /** BCP 47 tag as declared; null where none is. */
  readonly language: string | null
  readonly parts: readonly NotePart[]
}

const notRead = (because: string): NotePart => ({ kind: 'not-read', because })

const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^application\/pdf\b/, 'It is a PDF.'],
  [/^(text|application)\/rtf\b/, 'It is an RTF document.'],
  [/^image\//, 'It is an image.'],
  [/^(audio|video)\//, 'It is a recording.'],
  [/^(application|text)\/(hl7-v3\+|cda\+)?xml\b/, 'It is an XML document (such as C-CDA).'],
  [/word|officedocument|opendocument/, 'It is an office document.'],
]

const whyNot = (type: string): string => KINDS.find(([pattern]) => pattern.test(type))?.[1] ?? 'Its kind of file is not read here.'

const isHtml = (type: string): boolean => /^(text\/html|application\/xhtml\+xml)\b/.test(type)
const isReadable = (type: string): boolean => /^text\/plain\b/.test(type) || isHtml(type)

/** Character sets that notes come in; the platform's decoder knows them all. */
const CHARSETS = new Set([
  'utf-8',
  'utf8',
  'us-ascii',
  'ascii',
  'iso-8859-1',
  'latin1',
  'iso-8859-15',
  'windows-1252',
  'utf-16',
  'utf-16le',
])

const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0008\u000e-\u001a]/

/** Words of base64 data of a stated kind. A file that holds control characters is no text, whatever it is called. */
const wordsOf = (data: string, type: string): NotePart => {
  if (!isReadable(type)) return notRead(whyNot(type))
  if (!BASE64.test(data)) return notRead('Its data are not readable.')
  const charset = /charset\s*=\s*"?([\w-]+)/.exec(type)?.[1] ?? 'utf-8'
  if (!CHARSETS.has(charset)) return notRead('Its character set is not known here.')
  const text = new TextDecoder(charset === 'ascii' ? 'us-ascii' : charset).decode(Buffer.from(data, 'base64'))
  if (CONTROL.test(text)) return notRead('It says that it is text, but it is not.')
  return isHtml(type)
    ? { kind: 'text', text: withoutUnseen(textOfHtml(text)), madeFrom: 'text/html' }
    : { kind: 'text', text: withoutUnseen(text.replaceAll('\r\n', '\n')) }
}

const ID = /^[A-Za-z0-9.-]{1,64}$/

/** `Binary/x`, also as an address below the base of this server. Anything else is left alone. */
const binaryOf = (url: string, base: string): string | null => {
  const path = url.startsWith(`${base}/`) ? url.slice(base.length + 1) : url
  const [type, id, ...more] = path.split('/')
  return type === 'Binary' && more.length === 0 && ID.test(id ?? '') ? path : null
}

const partOf = (attachment: unknown, base: string): NotePart => {
  if (!isJson(attachment)) return notRead('It has no content.')
  const type = asCode(attachment.contentType) ?? ''
  const data = asText(attachment.data)
  if (data !== null) return wordsOf(data, type)
  const url = asText(attachment.url)
  if (url === null) return notRead('It has no content.')
  if (type !== '' && !isReadable(type)) return notRead(whyNot(type))
  const query = binaryOf(url, base)
  return query === null
    ? notRead('Its text is kept at another place than the FHIR server; it was not fetched.')
    : { kind: 'binary', query, contentType: type === '' ? null : type }
}

/** What a fetched Binary holds. */
export const partOfBinary = (resource: Json, contentType: string | null): NotePart => {
  const type = asCode(resource.contentType) ?? contentType ?? ''
  const data = asText(resource.data)
  return data === null ? notRead('It has no content.') : wordsOf(data, type)
}

/** The same note in several formats is one note: one that can be read goes before one that cannot. */
const firstReadable = (parts: readonly NotePart[]): readonly NotePart[] => {
  const best = parts.find(({ kind }) => kind === 'text') ?? parts.find(({ kind }) => kind === 'binary') ?? parts[0]
  return best ? [best] : [notRead('It has no content.')]
}

const languageOf = (resource: Json, attachments: readonly unknown[]): string | null =>
  attachments.map((one) => asText(member(one, 'language'))).find((one) => one !== null) ?? asText(resource.language)

const noteOf = (item: Item, base: string): NoteSource | null => {
  const entry = readDocument(item, [])
  if (entry === null) return null
  const attachments = asObjects(item.resource.content).map(({ attachment }) => attachment)
  const own = asText(item.resource.description) ?? asText(member(attachments[0], 'title'))
  return {
    ref: item.ref,
    kind: 'note',
    title: own === null || own === entry.title ? entry.title : `${own} (${entry.title})`,
    author: entry.lineage.source ?? null,
    date: entry.lineage.date ?? null,
    status: asCode(item.resource.docStatus) ?? entry.status,
    language: languageOf(item.resource, attachments),
    parts: firstReadable(attachments.map((one) => partOf(one, base))),
  }
}

/** A report's conclusion, and its own text where it came as text. A report without either is no note. */
const reportOf = (item: Item, base: string): NoteSource | null => {
  const entry = readDocument(item, [])
  const conclusion = asText(item.resource.conclusion)
  const forms = asObjects(item.resource.presentedForm)
  if (entry === null || (conclusion === null && forms.length === 0)) return null
  return {
    ref: item.ref,
    kind: 'report',
    title: entry.title,
    author: entry.lineage.source ?? null,
    date: entry.lineage.date ?? null,
    status: entry.status,
    language: languageOf(item.resource, forms),
    parts: [
      ...(conclusion === null ? [] : [{ kind: 'text' as const, text: conclusion }]),
      ...(forms.length === 0 ? [] : firstReadable(forms.map((form) => partOf(form, base)))),
    ],
  }
}

const sectionText = (section: Json): string => {
  const div = asText(member(section.text, 'div'))
  const own = [asText(section.title), div === null ? null : textOfHtml(div)].filter((part) => part !== null)
  return [own.length === 2 ? `${own[0]}:\n${own[1]}` : (own[0] ?? ''), ...asObjects(section.section).map(sectionText)]
    .filter((part) => part !== '')
    .join('\n\n')
}

const WHEN = [['date', 'recorded']] as const

const compositionOf = ({ resource, ref }: Item): NoteSource | null => {
  const status = asCode(resource.status)
  if (status === 'entered-in-error') return null
  const text = asObjects(resource.section).map(sectionText).join('\n\n').trim()
  return {
    ref,
    kind: 'composition',
    title: asText(resource.title) ?? nameOf(resource.type) ?? 'Untitled document',
    author: nameOf(asObjects(resource.author)[0] ?? null),
    date: dateOf(resource, WHEN)?.date ?? asDate(resource.date),
    status,
    language: asText(resource.language),
    parts: [text === '' ? notRead('It has no content.') : { kind: 'text', text, madeFrom: 'application/xhtml+xml' }],
  }
}

const each = (chart: Chart, type: string, read: (item: Item) => NoteSource | null): NoteSource[] =>
  chart.of(type).flatMap((item) => {
    try {
      return read(item) ?? []
    } catch {
      return [] // what cannot be read at all is told as a gap by the reader of documents
    }
  })

/** Notes, reports and compositions of this patient, with the words that came along. Nothing is fetched here. */
export const readNoteTexts = (record: PatientRecord, base: string): NoteSource[] => {
  const chart = openChart(record)
  return [
    ...each(chart, 'DocumentReference', (item) => noteOf(item, base)),
    ...each(chart, 'DiagnosticReport', (item) => reportOf(item, base)),
    ...each(chart, 'Composition', compositionOf),
  ]
}
