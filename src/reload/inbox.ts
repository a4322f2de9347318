import { z } from 'zod'
import type { PracticeSwitch, RulesOrder } from '../contract/switches.ts'
import { type Left, leaveIn, waitingIn } from '../ledger/inbox.ts'

/** Switches and orders of rules that were left for the server that holds the embedded ledger. */
const folderIn = (dataDir: string): string => `${dataDir}/requests`

const at = z.iso.datetime()
const by = z.string().min(1).max(100)

const schema = z.union([
  z.strictObject({
    kind: z.enum(['rule', 'service', 'site']),
    subject: z.string().max(200),
    tenant: z.string().min(1).max(200).nullable(),
    use: z.enum(['on', 'off', 'shadow']),
    at,
    by,
    because: z.string().min(1).max(300),
  }),
  z.strictObject({ folder: z.string().min(1).max(1000).nullable(), at, by }),
])

export type Request = PracticeSwitch | Omit<RulesOrder, 'seq'>

/** @returns whether the server has taken it */
export const leaveRequest = (dataDir: string, request: Request): (() => boolean) => leaveIn(folderIn(dataDir), request)

/** Requests that wait, oldest first; null for a file that is none. */
export const waitingRequests = (dataDir: string): Left<Request>[] => waitingIn(folderIn(dataDir), schema)
