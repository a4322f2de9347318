/** Several callers, one flush: what arrives while a batch is being written goes into the next one. */
export type GroupCommit<Item> = {
  /** Resolves when the batch that holds the item was written. */
  add(item: Item): Promise<void>
  /** Runs alone, after the batch in flight and before the next. */
  between<T>(work: () => Promise<T>): Promise<T>
  /** Resolves when nothing is waiting. */
  idle(): Promise<void>
}

type Waiting<Item> = { readonly item: Item; readonly done: () => void; readonly fail: (error: unknown) => void }

export const makeGroupCommit = <Item>(write: (items: readonly Item[]) => Promise<void>, largest: number): GroupCommit<Item> => {
  const queue: Waiting<Item>[] = []
  let work: (() => Promise<void>)[] = []
  let running: Promise<void> | null = null

  const writeBatch = async (): Promise<void> => {
    const batch = queue.splice(0, largest)
    try {
      await write(batch.map(({ item }) => item))
      for (const { done } of batch) done()
    } catch (error) {
      for (const { fail } of batch) fail(error)
    }
  }

  const run = async (): Promise<void> => {
    while (queue.length > 0 || work.length > 0) {
      const now = work
      work = []
      for (const one of now) await one()
      if (queue.length > 0) await writeBatch()
    }
    running = null
  }

  const start = (): void => {
    running ??= Promise.resolve().then(run)
  }

  return {
    add: (item) =>
      new Promise((done, fail) => {
        queue.push({ item, done, fail })
        start()
      }),
    between: (one) =>
      new Promise((resolve, reject) => {
        work.push(() => one().then(resolve, reject))
        start()
      }),
    idle: async () => {
      while (running) await running
    },
  }
}
