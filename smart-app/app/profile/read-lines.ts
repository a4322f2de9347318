/** A line longer than this is no answer of ours; the stream is given up rather than filling memory. */
const MAX_LINE = 32_000_000

/**
 * Lines of a byte stream, without their ends. Bytes may be cut anywhere, also within a character.
 * A last line without an end counts. Empty lines are left out.
 * @throws Error when the stream breaks or a line is endless.
 */
export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true })
      const lines = rest.split('\n')
      rest = done ? '' : (lines.pop() ?? '')
      if (rest.length > MAX_LINE) throw new Error('a line of the answer is too long')
      for (const line of lines) if (line.trim() !== '') yield line
      if (done) return
    }
  } finally {
    // Also when the reader of these lines stops early: the connection must not stay open.
    await reader.cancel().catch(() => undefined)
  }
}
