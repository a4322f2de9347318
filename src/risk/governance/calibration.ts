import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import type { CalibrationPoint } from '../../contract/models.ts'

/** The part of a learned model's `report.json` that the page draws; further members are let through. */
const reportSchema = z.looseObject({
  deciles: z
    .array(z.looseObject({ people: z.int().positive(), predicted: z.number().min(0).max(1), observed: z.number().min(0).max(1) }))
    .optional(),
})

/** Calibration by tenths of the estimate; empty without a report. Not part of what is computed, so a report of another form is no fault. */
export const readCalibration = (folder: string): readonly CalibrationPoint[] => {
  const path = `${folder}/report.json`
  if (!existsSync(path)) return []
  const read = reportSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')))
  return (read.data?.deciles ?? []).map(({ people, predicted, observed }) => ({ people, predicted, observed }))
}
