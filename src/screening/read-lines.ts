import { createReadStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { createGunzip, type Gunzip } from 'node:zlib'

const NEWLINE = 10

/** One line of a file; null bytes: it is longer than allowed and was not kept. */
export type Line = { readonly number: number; readonly bytes: Buffer | null }

/**
 * What stands behind the last gzip member that was read and is no member itself is passed over in silence by zlib. Zeros fill up a block of
 * some disk; anything else is a member whose beginning is damaged.
 */
const hasRest = async (path: string, from: number): Promise<boolean> => {
  for await (const chunk of createReadStream(path, { start: from, highWaterMark: 1 << 18 }) as AsyncIterable<Buffer>)
    if (chunk.some((byte) => byte !== 0)) return true
  return false
}

const open = (path: string): Readable | Gunzip => {
  const file = createReadStream(path, { highWaterMark: 1 << 18 })
  if (!path.toLowerCase().endsWith('.gz')) return file
  const unzipped = createGunzip({ chunkSize: 1 << 18 })
  file.on('error', (error) => unzipped.destroy(error))
  return file.pipe(unzipped)
}

/**
 * Hands on a file line by line, in the memory of one line.
 * @returns false when the file ended before its time: a broken disk, a cut or corrupt gzip. What came before it was handed on.
 */
export const readLines = async (path: string, maxBytes: number, onLine: (line: Line) => void): Promise<boolean> => {
  let kept: Buffer[] = []
  let length = 0
  let number = 0
  const add = (part: Buffer): void => {
    length += part.length
    if (length <= maxBytes) kept.push(part)
    else kept = []
  }
  const end = (): void => {
    number += 1
    onLine({ number, bytes: length > maxBytes ? null : kept.length === 1 ? (kept[0] as Buffer) : Buffer.concat(kept) })
    kept = []
    length = 0
  }
  const source = open(path)
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      let from = 0
      for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
        add(chunk.subarray(from, at))
        end()
        from = at + 1
      }
      if (from < chunk.length) add(chunk.subarray(from))
    }
  } catch {
    if (length > 0) end()
    return false
  }
  if (length > 0) end()
  return !('bytesWritten' in source) || !(await hasRest(path, source.bytesWritten))
}
