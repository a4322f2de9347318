import { closeSync, openSync, readSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openText } from './durable.ts'

/** Files that are open at the same time, and the bytes that are read of each at once. */
const FAN_IN = 128
const BLOCK_BYTES = 1 << 16

const NEWLINE = 10
const END_OF_KEY = '\u0000'

/** A line that can be sorted: by code units of the key, the same on every machine. */
export const keyed = (key: string, text: string): string => `${key}${END_OF_KEY}${text}\n`

/** Place of a problem, as a key: what is wrong with a file as a whole comes after its lines. */
export const keyOfProblem = (file: number, line: number | null): string =>
  `${String(file).padStart(6, '0')}${line === null ? 'x' : String(line).padStart(12, '0')}`

type Reader = { readonly order: number; key: string; text: string; next(): boolean; close(): void }

const openReader = (path: string, order: number): Reader => {
  const fd = openSync(path, 'r')
  const block = Buffer.allocUnsafe(BLOCK_BYTES)
  let kept = Buffer.alloc(0)
  const take = (): Buffer | null => {
    for (;;) {
      const at = kept.indexOf(NEWLINE)
      if (at !== -1) {
        const line = kept.subarray(0, at)
        kept = kept.subarray(at + 1)
        return line
      }
      const read = readSync(fd, block, 0, BLOCK_BYTES, null)
      if (read === 0) return null
      kept = Buffer.concat([kept, block.subarray(0, read)])
    }
  }
  return {
    order,
    key: '',
    text: '',
    next() {
      const line = take()?.toString('utf8')
      if (line === undefined) return false
      const at = line.indexOf(END_OF_KEY)
      this.key = line.slice(0, at)
      this.text = line.slice(at + 1)
      return true
    },
    close: () => closeSync(fd),
  }
}

const isBefore = (a: Reader, b: Reader): boolean => a.key < b.key || (a.key === b.key && a.order < b.order)

/** Moves the first reader down to its place in the heap. */
const settle = (heap: Reader[]): void => {
  for (let at = 0; ; ) {
    const [left, right] = [2 * at + 1, 2 * at + 2]
    let least = at
    for (const child of [left, right]) {
      const [one, best] = [heap[child], heap[least]]
      if (one && best && isBefore(one, best)) least = child
    }
    const [here, there] = [heap[at], heap[least]]
    if (least === at || !here || !there) return
    heap[at] = there
    heap[least] = here
    at = least
  }
}

const mergeFew = (paths: readonly string[], onLine: (key: string, text: string) => void): void => {
  const readers = paths.map(openReader)
  try {
    const heap = readers.filter((reader) => reader.next()).sort((a, b) => (isBefore(a, b) ? -1 : 1))
    for (let first = heap[0]; first; first = heap[0]) {
      onLine(first.key, first.text)
      if (!first.next()) {
        const last = heap.pop()
        if (last && last !== first) heap[0] = last
        if (heap.length === 0) return
      }
      settle(heap)
    }
  } finally {
    for (const reader of readers) reader.close()
  }
}

/**
 * Hands on the lines of many sorted files in one order, in the memory of a block of each. Lines with the same key keep the order of their
 * files.
 * @param scratch folder for what stands between, where there are more files than may be open
 */
export const mergeSorted = (paths: readonly string[], scratch: string, onLine: (key: string, text: string) => void): void => {
  let files = [...paths]
  for (let round = 0; files.length > FAN_IN; round += 1) {
    const groups = Array.from({ length: Math.ceil(files.length / FAN_IN) }, (_, n) => files.slice(n * FAN_IN, (n + 1) * FAN_IN))
    const merged = groups.map((group, n) => {
      const path = join(scratch, `merge-${round}-${n}`)
      const file = openText(path)
      mergeFew(group, (key, text) => file.line(keyed(key, text)))
      file.end()
      return path
    })
    if (round > 0) for (const path of files) rmSync(path)
    files = merged
  }
  mergeFew(files, onLine)
  if (files.length !== paths.length) for (const path of files) rmSync(path)
}
