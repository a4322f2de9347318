import { type FileHandle, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'

/** A line of the spool: something that was, or is about to be, acknowledged. */
export type SpoolEntry = { readonly kind: string; readonly [member: string]: unknown }

export type Spool = {
  /** Resolves when the entries are on the disk (fdatasync), in one flush for all of them. */
  append(entries: readonly SpoolEntry[]): Promise<void>
  /** Ends the current file; what was appended until now is in sealed files. */
  seal(): Promise<void>
  /** Sealed files, oldest first. */
  sealed(): Promise<readonly string[]>
  read(file: string): Promise<readonly SpoolEntry[]>
  remove(file: string): Promise<void>
  /** Bytes in the current file. */
  readonly bytes: number
  close(): Promise<void>
}

const NAME = /^\d{12}\.ndjson$/

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r')
  await handle.sync().finally(() => handle.close())
}

/** Lines that parse. A torn last line is of a write that was never acknowledged. */
const parseLines = (text: string): SpoolEntry[] =>
  text.split('\n').flatMap((line) => {
    try {
      return line === '' ? [] : [JSON.parse(line) as SpoolEntry]
    } catch {
      return []
    }
  })

/** Append-only files `000000000001.ndjson` … in one folder, one writer. Every file that is there at the start counts as sealed. */
export const openSpool = async (folder: string): Promise<Spool> => {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const names = async () => (await readdir(folder)).filter((name) => NAME.test(name)).sort()
  let number = Number.parseInt((await names()).at(-1) ?? '0', 10)
  let current: { readonly name: string; readonly handle: FileHandle } | null = null
  let bytes = 0

  const file = async () => {
    if (current) return current
    number += 1
    const name = `${String(number).padStart(12, '0')}.ndjson`
    current = { name, handle: await open(`${folder}/${name}`, 'ax', 0o600) }
    bytes = 0
    await syncFolder(folder) // the file's name must survive a power cut too
    return current
  }

  return {
    append: async (entries) => {
      const { handle } = await file()
      const text = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
      await handle.appendFile(text)
      await handle.datasync()
      bytes += Buffer.byteLength(text)
    },
    seal: async () => {
      const ended = current
      current = null
      bytes = 0
      await ended?.handle.close()
    },
    sealed: async () => (await names()).filter((name) => name !== current?.name),
    read: async (name) => parseLines(await readFile(`${folder}/${name}`, 'utf8')),
    remove: (name) => rm(`${folder}/${name}`, { force: true }),
    get bytes() {
      return bytes
    },
    close: async () => {
      await current?.handle.close()
      current = null
    },
  }
}
