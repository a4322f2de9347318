import { join } from 'node:path'
import { isJson, type Json } from '../facts/accessors.ts'
import { refOf } from '../facts/references.ts'
import { TYPES_BESIDE, TYPES_READ } from '../facts/resource-types.ts'
import { ownerOf } from '../facts/split-patients.ts'
import { openText, writeJson } from './durable.ts'
import { type Plan, partOf, SHARED_PARTS } from './plan.ts'
import { readLines } from './read-lines.ts'
import { keyed, keyOfProblem } from './sorted-lines.ts'
import { openSpill } from './spill.ts'

/** What can be wrong with a line or a file. Told with its place, never with its content. */
export type ProblemCode =
  | 'not-json'
  | 'too-long'
  | 'not-a-resource'
  | 'wrong-type'
  | 'unknown-type'
  | 'no-patient'
  | 'no-id'
  | 'foreign-patient'
  | 'file-cut'
  | 'count-differs'

/** `line` is null for what is wrong with a file as a whole. */
export type Problem = { readonly file: string; readonly line: number | null; readonly code: ProblemCode }

/** What became of the lines of one file. */
export type FileCounts = {
  readonly lines: number
  readonly kept: number
  readonly empty: number
  readonly problems: number
  /** Lines of types that the line does not read, by type. */
  readonly unread: Readonly<Record<string, number>>
  /** Lines kept, by type. */
  readonly types: Readonly<Record<string, number>>
  /** The file ended before its time, or has not as many lines as the manifest says. */
  readonly cut: boolean
}

/** Resources that others point at and that name no patient. */
const POINTED_AT = new Set(['Medication', 'Substance'])

/** A patient's id as one word: what it is written with below. */
const KEY = /^[!-~]{1,128}$/

type Place = { readonly part: number; readonly key: string } | { readonly wrong: ProblemCode } | { readonly unread: string }

const placeOf = (value: unknown, expected: string | null, parts: number): Place => {
  if (!isJson(value) || typeof value.resourceType !== 'string') return { wrong: 'not-a-resource' }
  const type = value.resourceType
  if (expected !== null && type !== expected) return { wrong: 'wrong-type' }
  if (POINTED_AT.has(type)) return sharedPlace(value, parts)
  if (type !== 'Patient' && !Object.hasOwn(TYPES_READ, type)) return TYPES_BESIDE.has(type) ? { unread: type } : { wrong: 'unknown-type' }
  const owner = ownerOf(value, NO_URLS)
  if (owner === null) return { wrong: type === 'Patient' ? 'no-id' : 'no-patient' }
  return KEY.test(owner) ? { part: partOf(owner, parts), key: owner } : { wrong: 'no-patient' }
}

const NO_URLS: ReadonlyMap<string, string> = new Map()

const sharedPlace = (resource: Json, parts: number): Place => {
  const key = refOf(resource)
  if (typeof resource.id !== 'string' || !KEY.test(key)) return { wrong: 'no-id' }
  return { part: parts + partOf(key, SHARED_PARTS), key }
}

const parse = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))
  } catch {
    return undefined
  }
}

const isBlank = (bytes: Buffer): boolean => bytes.length === 0 || bytes.toString('latin1').trim() === ''

/**
 * Spreads the lines of one file over the parts of their patients, on disk under `folder`. What cannot be placed is a line of
 * `problems` and costs nothing else.
 */
export const spreadFile = async (plan: Plan, number: number, folder: string): Promise<void> => {
  const file = plan.files[number]
  if (!file) throw new RangeError(`the plan has no file ${number}`)
  const spill = openSpill(folder, plan.parts + SHARED_PARTS)
  const problems = openText(join(folder, 'problems'))
  const counts = { lines: 0, kept: 0, empty: 0, problems: 0 }
  const [unread, types] = [new Map<string, number>(), new Map<string, number>()]
  const more = (map: Map<string, number>, key: string): void => void map.set(key, (map.get(key) ?? 0) + 1)
  const tell = (line: number | null, code: ProblemCode): void => {
    counts.problems += 1
    problems.line(keyed(keyOfProblem(number, line), JSON.stringify({ file: file.name, line, code } satisfies Problem)))
  }

  const whole = await readLines(join(plan.input, file.name), plan.options.maxLineBytes, ({ number: line, bytes }) => {
    if (bytes === null) {
      counts.lines += 1
      return tell(line, 'too-long')
    }
    if (isBlank(bytes)) {
      counts.empty += 1
      return
    }
    counts.lines += 1
    const value = parse(bytes)
    if (value === undefined) return tell(line, 'not-json')
    const place = placeOf(value, file.type, plan.parts)
    if ('wrong' in place) return tell(line, place.wrong)
    if ('unread' in place) return more(unread, place.unread)
    counts.kept += 1
    more(types, (value as { resourceType: string }).resourceType) // a resource, or it has no place
    spill.add(place.part, { key: place.key, file: number, line, bytes })
  })

  const differs = file.count !== null && file.count !== counts.lines
  if (!whole) tell(null, 'file-cut')
  else if (differs) tell(null, 'count-differs')
  spill.end()
  problems.end()
  writeJson(join(folder, 'counts.json'), {
    ...counts,
    unread: Object.fromEntries([...unread].sort()),
    types: Object.fromEntries([...types].sort()),
    cut: !whole || differs,
  } satisfies FileCounts)
}
