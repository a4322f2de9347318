import { vi } from 'vitest'
import { main } from '../../src/cli/main.ts'

// Each run listens for readers that leave; a test file runs many in one process.
for (const stream of [process.stdout, process.stderr]) stream.setMaxListeners(100)

export type Ran = { readonly status: number; readonly out: string; readonly err: string }

/** The command line in this process: exit status and what it wrote. */
export const runMain = async (...words: readonly string[]): Promise<Ran> => {
  const written = { out: '', err: '' }
  const catchAll = (to: 'out' | 'err') => (chunk: unknown) => {
    written[to] += String(chunk)
    return true
  }
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(catchAll('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(catchAll('err')),
  ]
  try {
    return { status: await main(words), ...written }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}
