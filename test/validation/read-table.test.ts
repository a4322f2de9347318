import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AttuneError } from '../../src/errors.ts'
import { openTable, splitRecords } from '../../src/validation/read-table.ts'

let dir: string
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'attune-table-'))
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const put = (name: string, content: string | Uint8Array): string => {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}

const readAll = async (name: string, content: string | Uint8Array) => {
  const table = await openTable(put(name, content))
  const rows = []
  for await (const row of table.rows) rows.push(row)
  return { columns: table.columns, rows, digest: table.digest() }
}

const problem = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no problem',
    (error: unknown) => (error instanceof AttuneError ? `${error.code}: ${error.detail.replace(dir, '')}` : String(error)),
  )

const ROWS = [{ fields: { a: '1', b: 'x' } }, { fields: { a: '2', b: 'y' } }]

describe('tables', () => {
  it.each<[string, string | Uint8Array]>([
    ['t.csv', 'a,b\n1,x\n2,y\n'],
    ['bom.csv', '\uFEFFa,b\r\n1,x\r\n2,y'],
    ['quoted.csv', '"a","b"\n"1","x"\n2,y\n\n'],
    ['t.tsv', 'a\tb\n1\tx\n2\ty\n'],
    ['t.csv.gz', gzipSync('a,b\n1,x\n2,y\n')],
    ['t.jsonl', '{"a":"1","b":"x"}\n\n{"a":"2","b":"y"}\n'],
    ['t.ndjson.gz', gzipSync('{"a":"1","b":"x"}\n{"a":"2","b":"y"}')],
  ])('%s is read', async (name, content) => {
    expect(await readAll(name, content)).toEqual({ columns: ['a', 'b'], rows: ROWS, digest: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  it('a row with too many or too few cells, text after a quote, and a line that is no object are said to be unreadable', async () => {
    expect((await readAll('bad.csv', 'a,b\n1\n1,2,3\n"1"x,2\n1,2\n')).rows).toEqual([
      { problem: 'unreadable' },
      { problem: 'unreadable' },
      { problem: 'unreadable' },
      { fields: { a: '1', b: '2' } },
    ])
    expect((await readAll('bad.jsonl', '{"a":1}\n[1]\n{"a":\n')).rows).toEqual([
      { fields: { a: 1 } },
      { problem: 'unreadable' },
      { problem: 'unreadable' },
    ])
  })

  it.each<[string, string, string | Uint8Array, string]>([
    ['another ending', 't.xlsx', 'a,b', 'input-unreadable: /t.xlsx: the ending must be .csv, .tsv or .jsonl, with .gz when packed'],
    ['nothing in it', 'empty.csv', '', 'input-unreadable: /empty.csv has no header'],
    ['a column twice', 'twice.csv', 'a,b,a\n', 'input-unreadable: the column a stands twice'],
    ['a column without a name', 'nameless.csv', 'a,,b\n', 'input-unreadable: a column has no name'],
    ['an open quote', 'open.csv', 'a,b\n"1,2\n', 'input-unreadable: the table ends inside a quote'],
    [
      'another encoding',
      'latin.csv',
      Buffer.from('a,b\nM\xfcller,1\n', 'latin1'),
      'input-unreadable: /latin.csv cannot be read as text in UTF-8',
    ],
    ['a packed file that is not', 'fake.csv.gz', 'a,b\n', 'input-unreadable: /fake.csv.gz cannot be read as text in UTF-8, packed by gzip'],
    ['no object at all', 'none.jsonl', '[]\n', 'input-unreadable: /none.jsonl has no row that can be read'],
  ])('%s is refused', async (_, name, content, expected) => {
    expect(await problem(readAll(name, content))).toBe(expected)
  })

  it('a file that is not there is refused', async () => {
    expect(await problem(openTable(join(dir, 'nowhere.csv')))).toBe('input-unreadable: /nowhere.csv cannot be read (ENOENT)')
  })

  it('any cells come back as they were written, however the text is cut into pieces', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' ', 'é', '7') })
    const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 9 }),
        async (rows, step) => {
          const text = rows.map((row) => row.map(quote).join(',')).join('\n')
          const pieces = async function* () {
            for (let at = 0; at < text.length; at += step) yield text.slice(at, at + step)
          }
          const read = []
          for await (const record of splitRecords(pieces(), ',')) read.push(record)
          expect(read).toEqual(rows)
        },
      ),
    )
  })
})
