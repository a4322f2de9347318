import type { Request, Response } from 'express'
import NodeCache from 'node-cache'
import type { Config } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { claimedIssuer } from './client-jwt.ts'
import type { Hits } from './hits.ts'
import { addressOf } from './rate-limit.ts'

/** Short, so that a good client behind the same address waits no longer once the bad one has stopped. */
const WINDOW_MS = 10_000
const WINDOWS_A_MINUTE = 6
/** For how long an issuer that signed in from an address is known there. */
const KNOWN_S = 3600
/** An issuer that is known at an address has failures of its own, and more of them: strangers beside it do not close the door for it. */
const KNOWN_TIMES = 10
const MOST_REMEMBERED = 10_000

/** Keeps callers whose tokens fail from having signatures checked without end. */
export type FailedSignIns = {
  /** Before a token is looked at. @throws AttuneError `too-many-requests` */
  admit(req: Request, res: Response): void
  failed(req: Request): Promise<void>
  /** @param issuer registered, of the token that held */
  succeeded(req: Request, issuer: string | undefined): void
}

const remember = (seconds: number) => {
  const names = new NodeCache({ useClones: false, stdTTL: seconds, maxKeys: MOST_REMEMBERED, checkperiod: 0 })
  const isEmpty = (): boolean => names.getStats().keys === 0
  const add = (name: string): void => {
    if (names.getStats().keys >= MOST_REMEMBERED) names.flushAll() // forgets: costs a few more checks, and locks nobody out
    names.set(name, true)
  }
  return { has: (name: string) => names.has(name), isEmpty, add }
}

const asIssuer = (req: Request, issuer: string | null | undefined): string => `${addressOf(req)} as ${issuer ?? ''}`

/** By address (docs/operations.md, section 6); what other processes counted is known from the first failure here. */
export const makeFailedSignIns = ({ limits }: Pick<Config, 'limits'>, hits: Hits): FailedSignIns => {
  const most = Math.max(1, Math.floor(limits.failedSignInsPerMinute / WINDOWS_A_MINUTE))
  const closed = remember(WINDOW_MS / 1000)
  const known = remember(KNOWN_S)
  const accountOf = (req: Request): { readonly name: string; readonly limit: number } => {
    const own = asIssuer(req, claimedIssuer(req.headers.authorization))
    return known.has(own) ? { name: own, limit: most * KNOWN_TIMES } : { name: addressOf(req), limit: most }
  }
  return {
    admit(req, res) {
      if (closed.isEmpty() || req.headers.authorization === undefined || !closed.has(accountOf(req).name)) return
      res.setHeader('Retry-After', String(WINDOW_MS / 1000))
      throw new AttuneError('too-many-requests', 'too many failed sign-ins from one address')
    },
    async failed(req) {
      if (req.headers.authorization === undefined) return // costs nothing, and monitors do it
      const { name, limit } = accountOf(req)
      if ((await hits.count(`failed sign-ins ${name}`, WINDOW_MS)) >= limit) closed.add(name)
    },
    succeeded(req, issuer) {
      known.add(asIssuer(req, issuer))
    },
  }
}
