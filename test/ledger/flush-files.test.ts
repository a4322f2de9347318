import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it, vi } from 'vitest'
import { unflushedIn } from '../../src/ledger/flush-files.ts'

const opened = vi.hoisted((): string[] => [])
const refused = vi.hoisted(() => new Set<string>())
/** Milliseconds between two ticks of the file system's clock. */
const clock = vi.hoisted(() => ({ tick: 0 }))
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>()
  const open: typeof fs.open = (path, flags, mode) => {
    opened.push(String(path))
    if (refused.has(String(path))) return Promise.reject(Object.assign(new Error('too many open files'), { code: 'EMFILE' }))
    return fs.open(path, flags, mode)
  }
  const stat = async (path: string) => {
    const found = await fs.stat(path)
    return clock.tick === 0 ? found : Object.assign(found, { ctimeMs: Math.floor(found.ctimeMs / clock.tick) })
  }
  return { ...fs, open, stat }
})

const folder = mkdtempSync(join(tmpdir(), 'attune-flush-'))
afterAll(() => rmSync(folder, { recursive: true }))

const flushedBy = async (flush: () => Promise<void>): Promise<string[]> => {
  opened.length = 0
  await flush()
  return opened.map((path) => path.slice(folder.length + 1)).sort()
}

/** Seconds go by from each flush to the next. */
const slowly = (): (() => number) => {
  let now = 0
  return () => {
    now += 10_000
    return now
  }
}

it('every file and folder is flushed twice as it is, and again when it was written, made or replaced', async () => {
  mkdirSync(join(folder, 'base'))
  mkdirSync(join(folder, 'pg_wal'))
  for (const name of ['base/1', 'base/2', 'pg_wal/1']) writeFileSync(join(folder, name), 'at first')
  const { flush, flushLog } = unflushedIn(folder, slowly())
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

it('what was written in the tick in which a file was looked at is flushed, however long a tick of the file system is', async () => {
  clock.tick = 1e15
  let now = 0
  const { flush } = unflushedIn(folder, () => now)
  const write = () => writeFileSync(join(folder, 'base/2'), 'at first')
  for (let second = 0; second < 2; second += 0.5) {
    now = second * 1000
    write()
    expect(await flushedBy(flush)).toContain('base/2')
  }
  now = 10_000 // another tick by now
  expect(await flushedBy(flush)).toContain('base/2')
  expect(await flushedBy(flush)).toEqual([])
  clock.tick = 0
})
