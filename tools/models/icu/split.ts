import { createHash } from 'node:crypto'

export type Part = 'test' | 'fold0' | 'fold1' | 'fold2' | 'fold3' | 'fold4'

/** Share of 100 by the RecordID alone, so that a stay is on one side for ever: below 15 own test, the rest five folds. */
export const partOf = (id: string): Part => {
  const bucket = Number.parseInt(createHash('md5').update(id).digest('hex').slice(0, 8), 16) % 100
  return bucket < 15 ? 'test' : (`fold${bucket % 5}` as Part)
}
