import { z } from 'zod'
import type { ModelSwitch } from '../contract/monitoring.ts'
import { type Left, leaveIn, waitingIn } from '../ledger/inbox.ts'

/** Switches of models that were left for the server that holds the embedded ledger. */
const folderIn = (dataDir: string): string => `${dataDir}/switches`

const schema = z.strictObject({
  model: z.string().min(1).max(100),
  tenant: z.string().min(1).max(200).nullable().default(null),
  use: z.enum(['on', 'off', 'shadow']),
  at: z.iso.datetime(),
  by: z.string().min(1).max(100),
  because: z.string().min(1).max(300),
})

/** @returns whether the server has taken it */
export const leaveSwitch = (dataDir: string, one: ModelSwitch): (() => boolean) => leaveIn(folderIn(dataDir), one)

export type LeftSwitch = Left<ModelSwitch>

/** Switches that wait, oldest first; null for a file that is none. */
export const waitingSwitches = (dataDir: string): LeftSwitch[] => waitingIn(folderIn(dataDir), schema)
