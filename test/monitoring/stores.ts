import { type Ledger, openLedger } from '../../src/ledger/ledger.ts'
import { embeddedPlace, type Place, postgresMissing, postgresPlace } from '../ledger/engines.ts'

export const ENGINES = [
  ['PGlite, embedded', embeddedPlace, null],
  ['PostgreSQL', postgresPlace, postgresMissing],
] as const

/** A ledger of its own on one engine. */
export const openPlace = async (makePlace: () => Promise<Place>): Promise<{ place: Place; ledger: Ledger; close: () => Promise<void> }> => {
  const place = await makePlace()
  const ledger = await openLedger(place.config)
  const close = async () => {
    await ledger.close()
    await place.clear()
  }
  return { place, ledger, close }
}
