import { createReadStream, statSync } from 'node:fs'
import { pipeline, type Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { unreadable } from './vcf-error.ts'

/** A file as a stream of plain bytes. `read` counts what was read of the file itself, `total` is its size; null for standard input. */
export type Input = { readonly chunks: AsyncIterable<Buffer>; readonly total: number | null; readonly read: () => number }

/** First bytes of files that people give instead of a VCF. */
const OTHER_FILES: readonly (readonly [readonly number[], string])[] = [
  [[0x42, 0x43, 0x46], 'this is a BCF file; convert it with bcftools view'],
  [[0x42, 0x41, 0x4d, 0x01], 'this is a BAM file of reads, not a VCF'],
  [[0x43, 0x52, 0x41, 0x4d], 'this is a CRAM file of reads, not a VCF'],
  [[0x50, 0x4b, 0x03, 0x04], 'this is a ZIP file; unpack it'],
  [[0x25, 0x50, 0x44, 0x46], 'this is a PDF file, not a VCF'],
  [[0x42, 0x5a, 0x68], 'this is a bzip2 file; unpack it'],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'this is an xz file; unpack it'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'this is a zstd file; unpack it'],
]

const startsWith = (bytes: Buffer, magic: readonly number[]): boolean => magic.every((byte, at) => bytes[at] === byte)

/** What bgzip ends every file with (SAM specification, 4.1.2). A file that lost its end at a block border lacks it, and gzip alone would not notice. */
const BGZF_END = Buffer.from('1f8b08040000000000ff0600424302001b0003000000000000000000', 'hex')

/** The extra field `BC` of the first block tells bgzip from plain gzip. */
const isBgzf = (head: Buffer): boolean => head.length > 14 && ((head[3] ?? 0) & 4) !== 0 && head[12] === 0x42 && head[13] === 0x43

const fromPath = (file: string): { readonly stream: Readable; readonly total: number | null } => {
  if (file === '-') return { stream: process.stdin, total: null }
  let size: number
  try {
    const found = statSync(file)
    if (found.isDirectory()) throw unreadable(file, null, 'this is a folder')
    size = found.size
  } catch (error) {
    throw error instanceof Error && 'code' in error && error.code === 'input-unreadable'
      ? error
      : unreadable(file, null, 'the file cannot be read')
  }
  return { stream: createReadStream(file, { highWaterMark: 1 << 20 }), total: size }
}

const asReadable = (file: string, error: unknown, compressed: boolean): Error => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'input-unreadable') return error as Error // ours
  if (compressed && code.startsWith('Z_'))
    return unreadable(file, null, code === 'Z_BUF_ERROR' ? 'the gzip file is cut off' : 'the gzip file is damaged')
  return unreadable(file, null, 'the file cannot be read')
}

/**
 * Opens a plain, gzip or bgzip file, or standard input (`-`), as a stream. Nothing is held but the piece at hand.
 * @throws AttuneError `input-unreadable`, also while reading: missing, empty, another kind of file, damaged or cut-off compression
 */
export const openInput = async (file: string): Promise<Input> => {
  const { stream, total } = fromPath(file)
  const source = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  let count = 0
  let tail: Buffer = Buffer.alloc(0)
  const next = async (): Promise<Buffer | null> => {
    const { value, done } = await source.next()
    if (done || !value) return null
    const chunk = Buffer.from(value)
    count += chunk.length
    tail = chunk.length >= BGZF_END.length ? chunk.subarray(-BGZF_END.length) : Buffer.concat([tail, chunk]).subarray(-BGZF_END.length)
    return chunk
  }

  /** Enough bytes to tell the kind of file; a pipe may give them one by one. */
  const head = async (): Promise<Buffer> => {
    let bytes: Buffer = Buffer.alloc(0)
    while (bytes.length < 18) {
      const chunk = await next()
      if (chunk === null) break
      bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    }
    return bytes
  }

  const first = await head().catch((error: unknown) => {
    throw asReadable(file, error, false)
  })
  if (first.length === 0) throw unreadable(file, null, 'the file is empty')
  const other = OTHER_FILES.find(([magic]) => startsWith(first, magic))
  if (other) throw unreadable(file, null, other[1])

  const raw = async function* (): AsyncGenerator<Buffer> {
    yield first
    for (let chunk = await next(); chunk !== null; chunk = await next()) yield chunk
  }
  const compressed = startsWith(first, [0x1f, 0x8b])
  const unpacked = async function* (): AsyncGenerator<Buffer> {
    const gunzip = createGunzip({ chunkSize: 1 << 18 })
    pipeline(raw, gunzip, () => undefined) // a fault of either side ends the reading of gunzip
    for await (const chunk of gunzip) yield chunk as Buffer
    // zlib takes a zero for the end of all members and leaves the rest unread
    const left = count - gunzip.bytesWritten
    if (left > 0) throw unreadable(file, null, `the gzip file is damaged: ${left} bytes follow its end`)
    if (isBgzf(first) && !tail.equals(BGZF_END)) throw unreadable(file, null, 'the bgzip file is cut off: its end mark is missing')
  }
  const chunks = async function* (): AsyncGenerator<Buffer> {
    try {
      yield* compressed ? unpacked() : raw()
    } catch (error) {
      throw asReadable(file, error, compressed)
    } finally {
      if (stream !== process.stdin) stream.destroy()
    }
  }
  return { chunks: chunks(), total, read: () => count }
}
