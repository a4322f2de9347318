import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { takeDirectory } from './directory-lock.ts'
import { openSpool, type Spool, type SpoolEntry } from './spool.ts'

export type Slot = { readonly spool: Spool; readonly leave: () => Promise<void> }

const SLOTS = 64

const takeSlot = async (folder: string, slot: string): Promise<Slot | null> => {
  mkdirSync(`${folder}/${slot}`, { recursive: true, mode: 0o700 })
  let free: () => void
  try {
    free = takeDirectory(`${folder}/${slot}`)
  } catch {
    return null // another living process writes there
  }
  const spool = await openSpool(`${folder}/${slot}`)
  const leave = async () => {
    await spool.close()
    free()
  }
  return { spool, leave }
}

/** Several processes may share a data folder (with PostgreSQL behind them): each writes a spool of its own. */
export const openSlot = async (folder: string): Promise<Slot> => {
  for (let number = 0; number < SLOTS; number += 1) {
    const slot = await takeSlot(folder, String(number))
    if (slot) return slot
  }
  throw new Error('no free spool folder')
}

const slotsIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder).filter((entry) => /^\d+$/.test(entry)) : [])

/** What lies in all spools now, those of living processes too, which may write on. */
export const readSlots = async (folder: string): Promise<SpoolEntry[]> => {
  const entries: SpoolEntry[] = []
  for (const slot of slotsIn(folder)) {
    const spool = await openSpool(`${folder}/${slot}`)
    for (const file of await spool.sealed()) for (const entry of await spool.read(file)) entries.push(entry)
  }
  return entries
}

/** Spools left behind by processes that ended. Each is to be left again after use. */
export const openOrphans = async (folder: string): Promise<Slot[]> => {
  const slots: Slot[] = []
  for (const name of slotsIn(folder)) {
    const slot = await takeSlot(folder, name)
    if (slot) slots.push(slot)
  }
  return slots
}
