/** A line longer than this is no answer of ours; the stream is given up rather than filling memory. */
const MAX_LINE = 200_000_000

/**
 * Lines of a byte stream, without their ends. Bytes may be cut anywhere, also within a character.
 * A last line without an end counts. Empty lines are left out.
 * @throws Error when the stream breaks or a line is endless.
 */
export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  // A line of many megabytes comes in hundreds of pieces: each is looked through once, and joined when the line ends.
  let pieces: string[] = []
  let length = 0
  const end = (): string => {
    const line = pieces.join('')
    pieces = []
    length = 0
    return line
  }
  try {
    for (;;) {
      const { done, value } = await reader.read()
      const texts = (done ? decoder.decode() : decoder.decode(value, { stream: true })).split('\n')
      for (const [at, text] of texts.entries()) {
        const line = at === 0 ? '' : end()
        if (line.trim() !== '') yield line
        pieces.push(text)
        length += text.length
      }
      if (length > MAX_LINE) throw new Error('a line of the answer is too long')
      if (!done) continue
      const last = end()
      if (last.trim() !== '') yield last
      return
    }
  } finally {
    // Also when the reader of these lines stops early: the connection must not stay open.
    await reader.cancel().catch(() => undefined)
  }
}
