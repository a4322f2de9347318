import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'

/** A file that only grows, whose every write is on the disk when it resolves. */
export type RoomyFile = {
  /** Writes behind what is there. After a failure the file is to be closed: half of the bytes may be in it. */
  append(bytes: Uint8Array): Promise<void>
  /** Ends the file behind its last byte. */
  close(): Promise<void>
}

/** Zeros written ahead at a time, in bytes. */
const STEP = 1_048_576

/** Linux and macOS have a flag that makes every write durable by itself; elsewhere a flush follows it. */
const SYNCED: number | undefined = constants.O_DSYNC

const writeAll = async (handle: FileHandle, bytes: Uint8Array, from: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, from + done)
    done += bytesWritten
  }
}

/**
 * A new file with room made ahead: a write into blocks that the file already has is one trip to the disk, while a write that makes
 * the file longer is two or more, since the file system must note the new length too. Until it is closed, the file ends in zeros.
 * A disk without room for them costs speed only.
 */
export const createRoomyFile = async (path: string): Promise<RoomyFile> => {
  const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (SYNCED ?? 0), 0o600)
  const unsynced = await open(path, constants.O_WRONLY).catch(async (error: unknown) => {
    await handle.close()
    throw error
  })
  let end = 0
  let room = 0
  let making: Promise<void> | null = null
  let full = false

  const makeRoom = async (from: number): Promise<void> => {
    try {
      await writeAll(unsynced, Buffer.alloc(STEP), from)
      await unsynced.datasync()
      room = from + STEP
    } catch {
      full = true
    }
    making = null
  }

  const append = async (bytes: Uint8Array): Promise<void> => {
    if (making && end + bytes.length > room) await making // what is being zeroed must not be written meanwhile
    await writeAll(handle, bytes, end)
    if (SYNCED === undefined) await handle.datasync()
    end += bytes.length
    if (!full && room - end < STEP / 2) making ??= makeRoom(Math.max(room, end))
  }

  const close = async (): Promise<void> => {
    await making
    try {
      await handle.truncate(end)
    } finally {
      await Promise.all([handle.close(), unsynced.close()])
    }
  }

  return { append, close }
}
