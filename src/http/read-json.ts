import express from 'express'
import type { Config } from '../config.ts'
import { AttuneError } from '../errors.ts'
import { digestOfBytes } from '../request-digest.ts'
import { inTurns } from '../slices.ts'
import { callOf, type Step } from './call.ts'
import { jsonInSlices } from './parse-json.ts'

const JSON_TYPE = /^application\/(json|[\w.+-]+\+json|json\+fhir)\s*(;|$)/i
const CHARSET = /;\s*charset\s*=\s*"?([^\s;"]*)/i

const checkType: Step = (req, _res, next) => {
  const type = req.headers['content-type'] ?? ''
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase() || 'utf-8'
  if (!JSON_TYPE.test(type)) next(new AttuneError('content-type', 'content type is not JSON'))
  else next(charset === 'utf-8' ? undefined : new AttuneError('content-type', 'charset is not UTF-8'))
}

/**
 * `req.body` is set only by the reader of bytes; without a body there is none. Of the bytes only the digest is left afterwards. Other calls are
 * answered while a long one is parsed.
 */
const makeParse =
  (maxDepth: number): Step =>
  async (req, res, next) => {
    const bytes: Buffer | undefined = req.body
    if (bytes === undefined) throw new AttuneError('body-not-json', 'no body')
    callOf(res).bodyWasRead(bytes.length)
    if (bytes.length === 0) throw new AttuneError('body-not-json', 'empty body')
    req.body = await inTurns(jsonInSlices(bytes, maxDepth))
    callOf(res).digest = await inTurns(digestOfBytes(bytes))
    next()
  }

/** Reads a JSON body within the limits on bytes (after decompression) and nesting. Steps, in order. */
export const makeReadJson = ({ limits }: Pick<Config, 'limits'>): readonly Step[] => [
  checkType,
  express.raw({ limit: limits.bodyBytes, type: () => true }),
  makeParse(limits.bodyDepth),
]
