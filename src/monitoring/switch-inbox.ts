import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import type { ModelSwitch } from '../contract/monitoring.ts'

/**
 * The embedded database belongs to one process. A switch from the command line beside a running server is a file in the data folder,
 * which the server takes within seconds; who may write there may switch.
 */
const folderIn = (dataDir: string): string => `${dataDir}/switches`

const schema = z.strictObject({
  model: z.string().min(1).max(100),
  use: z.enum(['on', 'off']),
  at: z.iso.datetime(),
  by: z.string().min(1).max(100),
  because: z.string().min(1).max(300),
})

/** @returns whether the server has taken it */
export const leaveSwitch = (dataDir: string, one: ModelSwitch): (() => boolean) => {
  const folder = folderIn(dataDir)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const name = `${Date.now()}-${randomUUID()}`
  writeFileSync(`${folder}/${name}.new`, JSON.stringify(one), { mode: 0o600 })
  renameSync(`${folder}/${name}.new`, `${folder}/${name}.json`) // whole or not there
  return () => !readdirSync(folder).includes(`${name}.json`)
}

export type LeftSwitch = { readonly one: ModelSwitch | null; readonly done: () => void }

/** Switches that wait, oldest first; null for a file that is none. */
export const waitingSwitches = (dataDir: string): LeftSwitch[] => {
  const folder = folderIn(dataDir)
  let names: string[]
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch {
    return [] // nobody ever left one
  }
  return names.sort().map((name) => {
    const path = `${folder}/${name}`
    const done = () => rmSync(path, { force: true })
    try {
      return { one: schema.parse(JSON.parse(readFileSync(path, 'utf8'))), done }
    } catch {
      return { one: null, done }
    }
  })
}
