import { closeSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { openFile } from './durable.ts'

/** Bytes that are kept in memory before they are written, in order of parts. */
const BUFFER_BYTES = 32_000_000

const DATA = 'data'
const INDEX = 'index'
const TAB = 9
const NEWLINE = 10

/** One resource of the export on its way to its part: whose it is, where it stood, and its text as it came. */
export type Spilled = { readonly key: string; readonly file: number; readonly line: number; readonly bytes: Buffer }

/**
 * Sorts lines by part on disk. Whenever the memory for it is full, all of it is written in the order of parts; the index holds, for each
 * such writing, where each part begins. One file, written from front to end: no thousand open files, no random writing.
 */
export const openSpill = (folder: string, parts: number) => {
  const data = openFile(join(folder, DATA))
  const index = openFile(join(folder, INDEX))
  let waiting: Buffer[][] = Array.from({ length: parts }, () => [])
  let bytes = 0
  let position = 0

  const flush = (): void => {
    const offsets = new Float64Array(parts + 1)
    for (const [part, lines] of waiting.entries()) {
      offsets[part] = position
      for (const line of lines) position += line.length
    }
    offsets[parts] = position
    data.write(Buffer.concat(waiting.flat()))
    index.write(new Uint8Array(offsets.buffer))
    waiting = Array.from({ length: parts }, () => [])
    bytes = 0
  }

  return {
    add: (part: number, { key, file, line, bytes: text }: Spilled): void => {
      const whole = Buffer.concat([Buffer.from(`${key}\t${file}\t${line}\t`, 'utf8'), text, Buffer.from('\n')])
      waiting[part]?.push(whole)
      bytes += whole.length
      if (bytes > BUFFER_BYTES) flush()
    },
    end: (): void => {
      if (bytes > 0) flush()
      data.end()
      index.end()
    },
  }
}

const readAt = (fd: number, length: number, position: number): Buffer => {
  const bytes = Buffer.allocUnsafe(length)
  let at = 0
  while (at < length) {
    const read = readSync(fd, bytes, at, length - at, position + at)
    if (read === 0) return bytes.subarray(0, at)
    at += read
  }
  return bytes
}

const takeApart = (block: Buffer, onLine: (spilled: Spilled) => void): void => {
  for (let from = 0; from < block.length; ) {
    const [a, end] = [block.indexOf(TAB, from), block.indexOf(NEWLINE, from)]
    const b = block.indexOf(TAB, a + 1)
    const c = block.indexOf(TAB, b + 1)
    onLine({
      key: block.toString('utf8', from, a),
      file: Number(block.toString('latin1', a + 1, b)),
      line: Number(block.toString('latin1', b + 1, c)),
      bytes: block.subarray(c + 1, end),
    })
    from = end + 1
  }
}

/** The lines of one part out of one spill, in the order in which they stood. */
export const readSpill = (folder: string, parts: number, part: number, onLine: (spilled: Spilled) => void): void => {
  const index = openSync(join(folder, INDEX), 'r')
  const data = openSync(join(folder, DATA), 'r')
  try {
    for (let row = 0; ; row += 1) {
      const edges = readAt(index, 16, (row * (parts + 1) + part) * 8)
      if (edges.length < 16) return
      const [from, to] = [edges.readDoubleLE(0), edges.readDoubleLE(8)]
      if (to > from) takeApart(readAt(data, to - from, from), onLine)
    }
  } finally {
    closeSync(index)
    closeSync(data)
  }
}
