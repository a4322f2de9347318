import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import type { Config } from '../config.ts'
import type { PracticeSwitch } from '../contract/switches.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { repeat } from '../monitoring/repeat.ts'
import { waitingRequests } from './inbox.ts'
import { folderMeant } from './kept-rules.ts'
import type { Practice } from './practice.ts'
import type { Reloading } from './reload-rules.ts'

/** How often what was switched and ordered is read: a kill switch acts within seconds in every process. */
const EVERY_MS = 1000

export type FollowKit = {
  readonly config: Pick<Config, 'dataDir' | 'rulesDir' | 'rulesWatchSeconds'>
  readonly store: Ledger['practice']
  readonly practice: Practice
  readonly reloading: Reloading
  readonly onSwitch: (one: PracticeSwitch) => void
  /** `error` is null where the sentence says it all. */
  readonly onTrouble: (what: string, error: unknown) => void
}

export type Following = {
  /** Since when what is switched could not be read from the ledger; null while it can. */
  readonly blindSince: string | null
  close(): Promise<void>
}

/** What was known last, kept beside the ledger: a start while the database is away does not bring back what was switched off. */
const knownIn = (dataDir: string): string => `${dataDir}/switches-known.json`

const readKnown = (dataDir: string): readonly PracticeSwitch[] => {
  try {
    return JSON.parse(readFileSync(knownIn(dataDir), 'utf8')) as PracticeSwitch[] // our own file
  } catch {
    return []
  }
}

const keepKnown = (dataDir: string, all: readonly PracticeSwitch[]): void => {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const path = `${knownIn(dataDir)}.${process.pid}`
  writeFileSync(path, JSON.stringify(all), { mode: 0o600 })
  renameSync(path, knownIn(dataDir))
}

/** Names, sizes and times of all files: equal means that nothing was changed. */
const signatureOf = async (folder: string): Promise<string> => {
  const names = await readdir(folder, { recursive: true })
  const parts = await Promise.all(
    names.sort().map(async (name) => {
      const { size, mtimeMs } = await stat(`${folder}/${name}`)
      return `${name} ${size} ${mtimeMs}`
    }),
  )
  return parts.join('\n')
}

/**
 * Keeps the practice as operators want it: what was switched, and which rules they asked for, by the ledger and by the requests that were
 * left in the data folder. Resolves once all that is known has been done, so that a server starts as the others run.
 */
export const followPractice = async (kit: FollowKit): Promise<Following> => {
  const { config, store, practice, reloading, onSwitch, onTrouble } = kit
  let known = readKnown(config.dataDir)
  let blindSince: string | null = null
  let order: number | null = null
  practice.take(known)

  /** Who is to be silent is silent at once, whether the ledger can be written or not. */
  const takeLeft = async (): Promise<void> => {
    const left = waitingRequests(config.dataDir)
    if (left.length === 0) return
    const offs = left.flatMap(({ one }) => (one && 'use' in one && one.use !== 'on' ? [one] : []))
    practice.take([...offs.toReversed(), ...known])
    for (const { one, done } of left) {
      if (one === null) onTrouble('a file in the folder of requests is none', null)
      else if ('use' in one) await store.turn(one)
      else await store.orderRules(one)
      done()
    }
  }

  const takeSwitches = async (): Promise<void> => {
    const all = await store.switches()
    for (const one of all.slice(0, Math.max(0, all.length - known.length))) onSwitch(one)
    if (JSON.stringify(all) !== JSON.stringify(known)) keepKnown(config.dataDir, all)
    known = all
    practice.take(all)
  }

  /** The newest order counts, also for a server that starts after it. */
  const takeOrder = async (): Promise<void> => {
    const newest = await store.rulesOrder()
    const seq = newest?.seq ?? 0
    const isStart = order === null
    if (seq === order) return
    order = seq
    const folder = folderMeant(newest?.folder ?? config.rulesDir, config.dataDir)
    if (!isStart || folder !== reloading.folder) await reloading.reload(folder)
  }

  const once = async (): Promise<void> => {
    try {
      await takeLeft()
      await takeSwitches()
      await takeOrder()
      await reloading.reloadApproved()
      blindSince = null
    } catch (error) {
      blindSince ??= new Date().toISOString()
      throw error
    }
  }

  let seen: string | null = null
  /** Of what was loaded at the start, so that a change before the first look is seen by it. */
  let loaded = config.rulesWatchSeconds > 0 ? await signatureOf(reloading.folder) : ''
  /** Loaded when two looks in a row see the same: a folder that is being written is let be. */
  const look = async (): Promise<void> => {
    const now = await signatureOf(reloading.folder)
    if (now === seen && now !== loaded) {
      loaded = now
      await reloading.reload(reloading.folder)
    }
    seen = now
  }

  const onBlind = (error: unknown): void => onTrouble('what is switched could not be read; what was known last goes on', error)
  await once().catch(onBlind)
  const ends = [repeat(once, EVERY_MS, onBlind)]
  if (config.rulesWatchSeconds > 0)
    ends.push(repeat(look, config.rulesWatchSeconds * 1000, (error) => onTrouble('the folder of the rules could not be looked at', error)))
  return {
    get blindSince() {
      return blindSince
    },
    close: async () => {
      await Promise.all(ends.map((end) => end()))
    },
  }
}
