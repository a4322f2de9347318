/**
 * Runs some work again and again, with a pause after each; of failures in a row the first is told.
 * @param firstMs pause before the first
 */
export const repeat = (work: () => Promise<void>, pauseMs: number, onTrouble: (error: unknown) => void, firstMs = pauseMs) => {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()
  let failed = false
  const fail = (error: unknown): void => {
    if (!failed) onTrouble(error)
    failed = true
  }
  const well = (): void => {
    failed = false
  }
  const turn = (): void => {
    running = work()
      .then(well, fail)
      .then(() => {
        if (!stopped) timer = setTimeout(turn, pauseMs).unref()
      })
  }
  timer = setTimeout(turn, firstMs).unref()
  return async (): Promise<void> => {
    stopped = true
    clearTimeout(timer)
    await running
  }
}
