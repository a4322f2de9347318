import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { openSpool, type SpoolEntry } from '../../src/ledger/spool.ts'

const folders: string[] = []
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-spool-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const entry = (text: string): SpoolEntry => ({ kind: 'decision', text })
const bytesOf = (folder: string): Buffer[] => readdirSync(folder).map((name) => readFileSync(join(folder, name)))

describe('the spool, a file with room made ahead', () => {
  it('what was appended, in whatever portions, is read again in its order, also when the process ended without closing the file', async () => {
    const portions = fc.array(
      fc.array(
        fc.integer({ min: 0, max: 400_000 }).map((length) => entry('ä'.repeat(length))),
        { minLength: 1, maxLength: 4 },
      ),
      { minLength: 1, maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(portions, async (written) => {
        const folder = newFolder()
        const killed = await openSpool(folder)
        for (const portion of written) await killed.append(portion)
        const next = await openSpool(folder)
        const [file = ''] = await next.sealed()
        expect(await next.read(file)).toEqual(written.flat())
        await killed.close()
      }),
      { numRuns: 25 },
    )
  })

  it('a file that was closed ends behind its last entry', async () => {
    const folder = newFolder()
    const spool = await openSpool(folder)
    await spool.append([entry('one')])
    await spool.append([entry('two')])
    await spool.close()
    expect(bytesOf(folder).map(String)).toEqual(['{"kind":"decision","text":"one"}\n{"kind":"decision","text":"two"}\n'])
  })

  it('room is on the disk before it is needed, so that a further entry does not make the file longer', async () => {
    const folder = newFolder()
    const spool = await openSpool(folder)
    await spool.append([entry('one')])
    await spool.append([entry('two')])
    const [before] = bytesOf(folder)
    await spool.append([entry('three')])
    const [after] = bytesOf(folder)
    expect(before?.length).toBeGreaterThan(1_000_000)
    expect(after?.length).toBe(before?.length)
    await spool.close()
  })
})
