import { closeSync, createReadStream, mkdtempSync, openSync, realpathSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { AttuneError } from '../errors.ts'

/** Output that appears whole or not at all. */
export type WholeOutput = {
  readonly write: (text: string) => void
  /** Everything was written: now it appears. */
  readonly finish: () => Promise<void>
  /** Something went wrong: nothing appears. Harmless after `finish`. */
  readonly discard: () => void
}

const BATCH = 1 << 18

/** The most bytes that one unit of a text takes in UTF-8. */
const WIDEST = 3

/** Nothing of the output stays behind, however the program ends: an unlinked file lives as long as it is open (not on Windows). */
const unlink = (folder: string): void => {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch {
    // then it is removed at the end
  }
}

const STOPPING = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Clears up when the process is told to stop, or exits by itself, and lets the signal do what it does by default.
 * @returns stops watching
 */
const whenStopped = (clearUp: () => void): (() => void) => {
  const stop = (signal: NodeJS.Signals): void => {
    clearUp()
    unwatch()
    process.kill(process.pid, signal)
  }
  const unwatch = (): void => {
    for (const signal of STOPPING) process.off(signal, stop)
    process.off('exit', clearUp)
  }
  for (const signal of STOPPING) process.on(signal, stop)
  process.on('exit', clearUp)
  return unwatch
}

/** The file that a link leads to. A folder or a device must not be replaced by a file. */
const placeOf = (target: string): string => {
  const found = statSync(target, { throwIfNoEntry: false })
  if (found === undefined) return target
  if (!found.isFile()) throw new AttuneError('input-unreadable', `${target}: cannot be written: it is no file`)
  return realpathSync(target)
}

/**
 * Writes to a file of its own that takes the place of the one named at the end; null is standard output, to which all is copied at the end.
 * A program that is stopped half-way leaves no output that could pass as whole, and nothing of it beside the target. Only this user can read the file meanwhile.
 * @throws AttuneError `input-unreadable` when it cannot be written
 */
export const openWholeOutput = (named: string | null): WholeOutput => {
  const target = named === null ? null : placeOf(named)
  let folder = ''
  // Before there is anything to clear up, so that no moment is left out.
  const unwatch = whenStopped(() => {
    if (folder !== '') unlink(folder)
  })
  try {
    folder = mkdtempSync(join(target === null ? tmpdir() : dirname(target), target === null ? 'attune-' : `.${basename(target)}-`))
  } catch (cause) {
    unwatch()
    throw new AttuneError('input-unreadable', `${target ?? 'the temporary folder'}: cannot be written`, { cause })
  }
  const path = join(folder, 'output')
  const file = openSync(path, 'wx+', 0o600)
  if (target === null) unlink(folder)
  const batch = Buffer.allocUnsafe(BATCH)
  let held = 0
  let open = true
  const writeAll = (bytes: Buffer): void => {
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
    } catch (cause) {
      throw new AttuneError('input-unreadable', `${target ?? 'the temporary folder'}: cannot be written`, { cause })
    }
  }
  const flush = (): void => {
    writeAll(batch.subarray(0, held))
    held = 0
  }
  const close = (): void => {
    if (open) closeSync(file)
    open = false
  }
  return {
    write: (text) => {
      const most = text.length * WIDEST
      if (held + most > BATCH) flush()
      if (most > BATCH) writeAll(Buffer.from(text))
      else held += batch.write(text, held)
    },
    finish: async () => {
      flush()
      if (target === null) await copyOut(file)
      close()
      if (target !== null) renameSync(path, target)
    },
    discard: () => {
      close()
      unlink(folder)
      unwatch()
    },
  }
}

/** A reader that leaves early has read enough. */
const copyOut = async (file: number): Promise<void> => {
  for await (const chunk of createReadStream('', { fd: file, start: 0, autoClose: false }))
    if (!process.stdout.write(chunk) && !process.stdout.destroyed)
      await new Promise<void>((resolve) => process.stdout.once('drain', resolve).once('close', resolve))
}
