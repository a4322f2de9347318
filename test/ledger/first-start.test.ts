import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { getPriority, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { makeDatabase } from '../../src/ledger/first-start.ts'
import { openPgliteThread } from '../../src/ledger/pglite-thread.ts'
import { projectRoot } from '../../src/project-root.ts'

const folder = mkdtempSync(join(tmpdir(), 'attune-first-start-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const TEMPLATE = join(projectRoot, 'dist/ledger-template.gz')

const QUESTIONS = [
  'select version()',
  'select name, setting from pg_settings order by name',
  'select datname, pg_encoding_to_char(encoding) as encoding, datcollate, datctype from pg_database order by datname',
  'select oid::int, relname, relkind, relnatts from pg_class order by oid',
  'select rolname, rolsuper from pg_roles order by rolname',
]

const sayOf = async (database: string): Promise<unknown[]> => {
  const thread = await openPgliteThread(database, [])
  try {
    const answers = []
    for (const question of QUESTIONS) answers.push((await thread.query(question, [])).rows)
    return answers
  } finally {
    await thread.close()
  }
}

it('the database that a first start unpacks is the one that it would make', async () => {
  await makeDatabase(join(folder, 'unpacked'), TEMPLATE)
  await makeDatabase(join(folder, 'made'), join(folder, 'no template'))
  const unpacked = await sayOf(join(folder, 'unpacked'))
  expect(unpacked[3]).not.toEqual([])
  expect(unpacked).toEqual(JSON.parse(JSON.stringify(await sayOf(join(folder, 'made'))).replaceAll('/made', '/unpacked')))
})

it.each([
  ['is cut', (whole: Buffer) => whole.subarray(0, whole.length - 1000)],
  ['was changed', (whole: Buffer) => Buffer.concat([whole.subarray(0, 2_000_000), Buffer.from('x'), whole.subarray(2_000_001)])],
])('a template that %s becomes no database', async (_, spoil) => {
  const template = join(folder, 'spoilt.gz')
  writeFileSync(template, spoil(readFileSync(TEMPLATE)))
  await expect(makeDatabase(join(folder, 'spoilt'), template)).rejects.toThrow()
  expect(existsSync(join(folder, 'spoilt'))).toBe(false)
})

it('a database that is there stays as it is', async () => {
  const before = readFileSync(join(folder, 'unpacked/global/pg_control'))
  await makeDatabase(join(folder, 'unpacked'), TEMPLATE)
  expect(readFileSync(join(folder, 'unpacked/global/pg_control'))).toEqual(before)
})

/** Field 19 of proc(5), stat: the nice value of each thread of this process. */
const nicenessOfThreads = (): number[] =>
  readdirSync('/proc/self/task').map((thread) => {
    const fields = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return Number(fields[16])
  })

it.runIf(process.platform === 'linux' && getPriority() < 15)(
  'the thread of the database steps back behind those that answer calls',
  async () => {
    const before = nicenessOfThreads().filter((nice) => nice > getPriority())
    const thread = await openPgliteThread(join(folder, 'unpacked'), [])
    try {
      expect(nicenessOfThreads().filter((nice) => nice > getPriority())).toEqual([...before, getPriority() + 5])
    } finally {
      await thread.close()
    }
  },
)
