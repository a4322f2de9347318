/** Runs a step of a program; what is wrong with its files is one line, not a stack. Gives the exit status: 0 done, 2 it could not be done. */
export const orSay = (run: () => void): 0 | 2 => {
  try {
    run()
    return 0
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    return 2
  }
}
