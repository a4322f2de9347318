import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { z } from 'zod'

/**
 * The embedded database belongs to one process. What the command line asks of a running server is a file in a folder of the data folder,
 * which the server takes within seconds; who may write there may ask.
 * @returns whether the server has taken it
 */
export const leaveIn = (folder: string, value: object): (() => boolean) => {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const name = `${Date.now()}-${randomUUID()}`
  writeFileSync(`${folder}/${name}.new`, JSON.stringify(value), { mode: 0o600 })
  renameSync(`${folder}/${name}.new`, `${folder}/${name}.json`) // whole or not there
  return () => !readdirSync(folder).includes(`${name}.json`)
}

export type Left<T> = { readonly one: T | null; readonly done: () => void }

/** What waits, oldest first; null for a file that is none. */
export const waitingIn = <S extends z.ZodType>(folder: string, schema: S): Left<z.output<S>>[] => {
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
