/** A worker of `attune screen`: does units that the parent process sends, one at a time, and ends with it. */
import { AttuneError } from '../errors.ts'
import type { Answer } from '../screening/crew-here.ts'
import { makeDoUnit, type Unit } from '../screening/unit-of-work.ts'
import { keepDebuggerShut } from './last-resort.ts'
import { loadScreening, reportFault } from './screen/load-screening.ts'

keepDebuggerShut()
const doUnit = makeDoUnit(() => loadScreening(process.env), reportFault)

const reasonOf = (error: unknown): string => {
  if (error instanceof AttuneError) return `${error.code}: ${error.detail}`
  const { code, name } = error as NodeJS.ErrnoException
  return code ?? name ?? 'unexpected'
}

const answer = async (unit: Unit): Promise<Answer> => {
  try {
    await doUnit(unit)
    return { done: true }
  } catch (error) {
    reportFault(error)
    return { done: false, because: reasonOf(error) }
  }
}

process.on('message', async (unit: Unit) => {
  const said = await answer(unit)
  if (process.connected) process.send?.(said)
})
process.on('disconnect', () => process.exit(0))
