import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { generatePopulation } from '../../tools/population/generate.ts'
import { newFolder, removeFolders } from './export-folder.ts'

afterAll(removeFolders)

const bytesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder)
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), 'latin1')]),
  )

const made = async (seed: string, patients: number, gz: boolean): Promise<Record<string, string>> => {
  const out = newFolder()
  await generatePopulation({ patients, seed, out, gz })
  return bytesOf(out)
}

describe('A synthetic population', () => {
  it.each([false, true])('has the same bytes for the same seed, and other people for another (gz: %s)', async (gz) => {
    const [one, again, other] = [await made('a', 30, gz), await made('a', 30, gz), await made('b', 30, gz)]
    expect(again).toEqual(one)
    expect(other).not.toEqual(one)
  })

  it('begins with the same people however many follow', async () => {
    const [few, many] = [await made('a', 10, false), await made('a', 30, false)]
    const patients = (files: Record<string, string>): string => files['Patient.001.ndjson'] ?? ''
    expect(patients(many).startsWith(patients(few))).toBe(true)
    expect(patients(few).trim().split('\n')).toHaveLength(10)
  })
})
