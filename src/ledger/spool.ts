import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { jsonInSlices } from '../long-json.ts'
import { inTurns, type Slices } from '../slices.ts'
import { createRoomyFile, type RoomyFile } from './roomy-file.ts'

/** A line of the spool: something that was, or is about to be, acknowledged. */
export type SpoolEntry = { readonly kind: string; readonly [member: string]: unknown }

/** Entries of one file, from its start, that the database has committed. */
export type SpoolMark = { readonly file: string; readonly lines: number }

export type Spool = {
  /** Resolves when the entries are on the disk, in one write for all of them. */
  append(entries: readonly SpoolEntry[]): Promise<void>
  /** Ends the current file; what was appended until now is in sealed files. */
  seal(): Promise<void>
  /** Sealed files, oldest first. */
  sealed(): Promise<readonly string[]>
  read(file: string): Promise<readonly SpoolEntry[]>
  remove(file: string): Promise<void>
  /** Bytes in the current file. */
  readonly bytes: number
  /** Current file and the number of entries in it; null when there is none. */
  position(): SpoolMark | null
  close(): Promise<void>
}

const NAME = /^[\w-]+\.ndjson$/

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

const parseLine = (line: string): SpoolEntry | null => {
  try {
    return JSON.parse(line) as SpoolEntry
  } catch {
    return null
  }
}

/**
 * An entry for each line, so that marks count what was written. A torn last line is of a write that was never acknowledged, and zeros at
 * the end are room that was made ahead; a line before them that does not parse was acknowledged, and a disk has damaged it since.
 */
const parseLines = (text: string, file: string): SpoolEntry[] => {
  const lines = text.split('\n')
  const last = parseLine(lines.pop() ?? '')
  const whole = lines.filter((line) => line !== '').map((line, at) => parseLine(line) ?? { kind: 'damaged', file, at, line })
  return last === null ? whole : [...whole, last]
}

function* linesOf(entries: readonly SpoolEntry[]): Slices<string> {
  let lines = ''
  for (const entry of entries) lines += `${yield* jsonInSlices(entry)}\n`
  return lines
}

/** Sorts by time; the random part makes a name unique for ever, since marks in the database refer to it. */
const newName = (): string => `${String(Date.now()).padStart(15, '0')}-${randomBytes(4).toString('hex')}.ndjson`

/** Append-only files in one folder, one writer. Every file that is there at the start counts as sealed. */
export const openSpool = async (folder: string): Promise<Spool> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const names = async () => (await readdir(folder)).filter((name) => NAME.test(name)).sort()
  let current: { readonly name: string; readonly file: RoomyFile } | null = null
  let bytes = 0
  let lines = 0

  const currentFile = async (): Promise<RoomyFile> => {
    if (current) return current.file
    const name = newName()
    current = { name, file: await createRoomyFile(`${folder}/${name}`) }
    bytes = 0
    lines = 0
    await syncFolder(folder) // the file's name must survive a power cut too
    return current.file
  }

  const seal = async (): Promise<void> => {
    const ended = current
    current = null
    bytes = 0
    await ended?.file.close()
  }

  return {
    append: async (entries) => {
      const text = Buffer.from(await inTurns(linesOf(entries)))
      const file = await currentFile()
      try {
        await file.append(text)
      } catch (error) {
        await seal().catch(() => {}) // what comes next must not be written behind half a line; the first error is the one to tell
        throw error
      }
      bytes += text.length
      lines += entries.length
    },
    seal,
    position: () => current && { file: current.name, lines },
    sealed: async () => (await names()).filter((name) => name !== current?.name),
    read: async (name) => parseLines(await readFile(`${folder}/${name}`, 'utf8'), name),
    remove: (name) => rm(`${folder}/${name}`, { force: true }),
    get bytes() {
      return bytes
    },
    close: seal,
  }
}
