import express from 'express'
import type { Config } from '../config.ts'
import { AttuneError } from '../errors.ts'
import type { Step } from './call.ts'

const JSON_TYPE = /^application\/(json|[\w.+-]+\+json|json\+fhir)\s*(;|$)/i

const QUOTE = 0x22
const BACKSLASH = 0x5c
/** `[` and `{` differ in one bit only, and so do `]` and `}`. */
const BRACE_BIT = 0x20
const OPENER = 0x7b
const CLOSER = 0x7d

/** Position of the quote that ends the text begun at `start`, or the end of the body. */
const endOfText = (body: Buffer, start: number): number => {
  let at = start + 1
  while (at < body.length && body[at] !== QUOTE) at += body[at] === BACKSLASH ? 2 : 1
  return at
}

/** True when arrays and objects nest deeper than `limit`; looks at the bytes, so nothing is built of a hostile body. */
export const isTooDeep = (body: Buffer, limit: number): boolean => {
  let depth = 0
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0
    if (byte === QUOTE) at = endOfText(body, at)
    else if ((byte | BRACE_BIT) === OPENER) {
      depth += 1
      if (depth > limit) return true
    } else if ((byte | BRACE_BIT) === CLOSER) depth -= 1
  }
  return false
}

const checkType: Step = (req, _res, next) =>
  next(JSON_TYPE.test(req.headers['content-type'] ?? '') ? undefined : new AttuneError('content-type', 'content type is not JSON'))

/** `req.body` is set only by the parser; without a body there is none. */
const checkPresent: Step = (req, _res, next) => next(req.body === undefined ? new AttuneError('body-not-json', 'no body') : undefined)

/** Reads a JSON body within the limits on bytes (after decompression) and nesting. Steps, in order. */
export const makeReadJson = ({ limits }: Pick<Config, 'limits'>): readonly Step[] => [
  checkType,
  express.json({
    limit: limits.bodyBytes,
    type: () => true,
    strict: false,
    verify: (_req, _res, body, encoding) => {
      if (encoding !== 'utf-8') throw new AttuneError('content-type', 'charset is not UTF-8')
      if (body.length === 0) throw new AttuneError('body-not-json', 'empty body')
      if (isTooDeep(body, limits.bodyDepth)) throw new AttuneError('body-too-deep', `nested deeper than ${limits.bodyDepth}`)
    },
  }),
  checkPresent,
]
