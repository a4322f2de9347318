import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** What is written holds patients' data: for the owner of the process alone. */
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

export const makeFolder = (path: string): void => {
  mkdirSync(path, { recursive: true, mode: FOLDER_MODE })
}

const syncFolder = (path: string): void => {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** A file that is whole on disk when `end` returns. */
export const openFile = (path: string) => {
  const fd = openSync(path, 'w', FILE_MODE)
  return {
    write: (bytes: Uint8Array): void => {
      for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at)
    },
    end: (): void => {
      fsyncSync(fd)
      closeSync(fd)
    },
  }
}

/** Text in pieces; written when enough has come together. */
export const openText = (path: string) => {
  const file = openFile(path)
  let kept = ''
  const flush = (): void => {
    file.write(Buffer.from(kept, 'utf8'))
    kept = ''
  }
  return {
    line: (text: string): void => {
      kept += text
      if (kept.length > 1 << 18) flush()
    },
    end: (): void => {
      flush()
      file.end()
    },
  }
}

/** The file as a whole or not at all, also after a crash. */
export const writeWhole = (path: string, text: string): void => {
  const temporary = `${path}.${process.pid}.tmp`
  const file = openFile(temporary)
  file.write(Buffer.from(text, 'utf8'))
  file.end()
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

/**
 * A folder as a whole or not at all. When somebody else has made it meanwhile, theirs stands: both hold the same.
 * @param make fills the folder that it is given
 */
export const makeWhole = async (path: string, make: (folder: string) => Promise<void>): Promise<void> => {
  if (existsSync(path)) return
  const temporary = join(dirname(path), `.${process.pid}-${Date.now()}-${Math.random().toString(36).slice(2)}.tmp`)
  makeFolder(temporary)
  try {
    await make(temporary)
    syncFolder(temporary)
    renameSync(temporary, path)
    syncFolder(dirname(path))
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true })
    if (!existsSync(path)) throw error
  }
}

export const readJson = <T>(path: string): T => JSON.parse(readFileSync(path, 'utf8')) as T // written by this program

export const writeJson = (path: string, value: unknown): void => {
  writeFileSync(path, `${JSON.stringify(value)}\n`, { mode: FILE_MODE })
}
