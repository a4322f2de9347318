import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { AttuneError } from '../errors.ts'

/** One row by the names of the columns; a line that cannot be read says why. */
export type TableRow = { readonly fields: Readonly<Record<string, unknown>> } | { readonly problem: 'unreadable' }

export type Table = {
  readonly columns: readonly string[]
  readonly rows: AsyncIterable<TableRow>
  /** SHA-256 of the file as it lies there; known once all rows were read. */
  readonly digest: () => string
}

const fail = (because: string, cause?: unknown): AttuneError =>
  new AttuneError('input-unreadable', because, cause === undefined ? {} : { cause })

/** No line of a table is that long; a file without line ends would fill the memory. */
const LONGEST = 1 << 20

type Source = { readonly text: AsyncIterable<string>; readonly digest: () => string }

const readText = (path: string): Source => {
  const hash = createHash('sha256')
  let digest = ''
  const text = async function* () {
    const file = createReadStream(path)
    file.on('data', (bytes) => hash.update(bytes))
    const stream = path.endsWith('.gz') ? file.pipe(createGunzip()) : file
    file.on('error', (error) => stream.destroy(error))
    const decoder = new TextDecoder('utf-8', { fatal: true })
    try {
      for await (const bytes of stream) yield decoder.decode(bytes as Buffer, { stream: true })
      yield decoder.decode()
    } catch (cause) {
      const { syscall, code } = cause as NodeJS.ErrnoException
      if (syscall !== undefined) throw fail(`${path} cannot be read (${code ?? 'unknown reason'})`, cause)
      throw fail(`${path} cannot be read as text in UTF-8${path.endsWith('.gz') ? ', packed by gzip' : ''}`, cause)
    }
    digest = hash.digest('hex')
  }
  return { text: text(), digest: () => digest }
}

/** Records of separated values: quotes hold separators and line ends, a doubled quote is one (RFC 4180). */
export const splitRecords = async function* (text: AsyncIterable<string>, separator: string): AsyncGenerator<string[] | null> {
  let cells: string[] = []
  let cell = ''
  let length = 0
  let state: 'bare' | 'quoted' | 'closed' | 'broken' = 'bare'
  let fresh = true
  const endCell = () => {
    cells.push(cell)
    cell = ''
    fresh = true
    if (state !== 'broken') state = 'bare'
  }
  function* endRecord() {
    const broken = state === 'broken'
    endCell()
    state = 'bare'
    const record = cells
    cells = []
    length = 0
    if (broken) yield null
    else if (record.length > 1 || record[0]?.trim() !== '') yield record
  }
  for await (const chunk of text)
    for (const sign of chunk) {
      length += 1
      if (length > LONGEST) throw fail('a line of the table has no end; is a quote left open?')
      if (state === 'quoted') {
        if (sign === '"') state = 'closed'
        else cell += sign
      } else if (sign === '"' && (fresh || state === 'closed')) {
        // An opening quote, or the second of a doubled one.
        if (state === 'closed') cell += '"'
        state = 'quoted'
        fresh = false
      } else if (sign === '\n') yield* endRecord()
      else if (sign === separator) endCell()
      else if (sign !== '\r') {
        // Text after a closing quote: what was meant is not known.
        if (state === 'closed' && sign !== ' ') state = 'broken'
        cell += sign
        fresh = false
      }
    }
  if (state === 'quoted') throw fail('the table ends inside a quote')
  if (cell !== '' || cells.length > 0) yield* endRecord()
}

const checkColumns = (columns: readonly string[]): readonly string[] => {
  const twice = columns.find((name, n) => columns.indexOf(name) !== n)
  if (twice !== undefined) throw fail(`the column ${twice} stands twice`)
  if (columns.some((name) => name === '')) throw fail('a column has no name')
  return columns
}

const separated = async (path: string, separator: string): Promise<Table> => {
  const { text, digest } = readText(path)
  const records = splitRecords(text, separator)
  const first = await records.next()
  if (first.done || first.value === null) throw fail(`${path} has no header`)
  const columns = checkColumns(first.value.map((name, n) => (n === 0 ? name.replace(/^\uFEFF/, '') : name).trim()))
  const rows = async function* (): AsyncGenerator<TableRow> {
    for await (const record of records)
      if (record === null || record.length !== columns.length) yield { problem: 'unreadable' }
      else yield { fields: Object.fromEntries(columns.map((name, n) => [name, record[n]])) }
  }
  return { columns, rows: rows(), digest }
}

const linesOf = async function* (text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of text) {
    const lines = (rest + chunk).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST) throw fail('a line of the file has no end')
    yield* lines
  }
  yield rest
}

const readObject = (line: string): TableRow => {
  try {
    const fields: unknown = JSON.parse(line)
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) return { fields: fields as Record<string, unknown> } // an object of JSON
  } catch {
    // said below
  }
  return { problem: 'unreadable' }
}

/** Objects, one a line. The columns are those of the first that can be read. */
const jsonLines = async (path: string): Promise<Table> => {
  const { text, digest } = readText(path)
  const read = (async function* (): AsyncGenerator<TableRow> {
    for await (const line of linesOf(text)) if (line.replace(/^\uFEFF/, '').trim() !== '') yield readObject(line.replace(/^\uFEFF/, ''))
  })()
  const held: TableRow[] = []
  let columns: string[] = []
  while (columns.length === 0) {
    const next = await read.next()
    if (next.done) throw fail(`${path} has no row that can be read`)
    held.push(next.value)
    if ('fields' in next.value) columns = Object.keys(next.value.fields)
  }
  const rows = async function* () {
    yield* held
    yield* read
  }
  return { columns, rows: rows(), digest }
}

const FORMATS: Readonly<Record<string, (path: string) => Promise<Table>>> = {
  csv: (path) => separated(path, ','),
  tsv: (path) => separated(path, '\t'),
  jsonl: jsonLines,
  ndjson: jsonLines,
}

/**
 * A table of rows: CSV, TSV or JSON lines, told by the file's ending, also packed (`.gz`). Rows are read as they are asked for.
 * @throws AttuneError `input-unreadable`
 */
export const openTable = async (path: string): Promise<Table> => {
  const ending = /\.(\w+)(?:\.gz)?$/.exec(path.toLowerCase())?.[1] ?? ''
  const open = Object.hasOwn(FORMATS, ending) ? FORMATS[ending] : undefined
  if (!open) throw fail(`${path}: the ending must be .csv, .tsv or .jsonl, with .gz when packed`)
  return open(path)
}
