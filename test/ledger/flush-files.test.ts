import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { unflushedIn } from '../../src/ledger/flush-files.ts'

const opened = vi.hoisted((): string[] => [])
const refused = vi.hoisted(() => new Set<string>())
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>()
  const open: typeof fs.open = (path, flags, mode) => {
    opened.push(String(path))
    if (refused.has(String(path))) return Promise.reject(Object.assign(new Error('too many open files'), { code: 'EMFILE' }))
    return fs.open(path, flags, mode)
  }
  return { ...fs, open }
})

const folder = mkdtempSync(join(tmpdir(), 'attune-flush-'))
afterAll(() => rmSync(folder, { recursive: true }))

const flushedBy = async (flush: () => Promise<void>): Promise<string[]> => {
  opened.length = 0
  await flush()
  return opened.map((path) => path.slice(folder.length + 1)).sort()
}

it('every file and folder is flushed twice as it is, and again when it was written, made or replaced', async () => {
  mkdirSync(join(folder, 'base'))
  mkdirSync(join(folder, 'pg_wal'))
  for (const name of ['base/1', 'base/2', 'pg_wal/1']) writeFileSync(join(folder, name), 'at first')
  const { flush, flushLog } = unflushedIn(folder)
  const all = ['', 'base', 'base/1', 'base/2', 'pg_wal', 'pg_wal/1']
  expect(await flushedBy(flush)).toEqual(all)
  expect(await flushedBy(flush)).toEqual(all)
  expect(await flushedBy(flush)).toEqual([])
  writeFileSync(join(folder, 'base/1'), 'later...') // as long as before
  writeFileSync(join(folder, 'base/3'), 'new')
  expect(await flushedBy(flush)).toEqual(['base', 'base/1', 'base/3'])
  expect(await flushedBy(flush)).toEqual(['base', 'base/1', 'base/3'])
  expect(await flushedBy(flush)).toEqual([])
  expect(await flushedBy(flushLog)).toEqual(['pg_wal', 'pg_wal/1'])
  rmSync(join(folder, 'base/1'))
  expect(await flushedBy(flush)).toEqual(['base'])
})

it('a file that cannot be flushed is told, and asked for again: only one that is gone is passed over', async () => {
  const { flush } = unflushedIn(folder)
  await flush()
  refused.add(join(folder, 'base/2'))
  await expect(flush()).rejects.toThrow('too many open files')
  await expect(flush()).rejects.toThrow('too many open files')
  refused.clear()
  expect(await flushedBy(flush)).toContain('base/2')
})
