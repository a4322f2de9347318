import { AttuneError } from '../../errors.ts'
import type { LoadedVariant, Model } from '../load-model.ts'
import type { Values } from '../model-folder.ts'
import type { Rows } from '../onnx.ts'
import { type BatchReasons, explainMany } from './batch-explain.ts'
import { type BatchRan, runMany } from './batch-run.ts'
import type { Inference } from './where.ts'

/** What goes between the main thread and its workers: plain values that can be copied. */

/** `country`: of the site, as the models were loaded with. */
export type WorkerSetting = { readonly modelsDir: string; readonly inference: Inference; readonly country?: string }

/** The model as it was checked at start: another one under the same name is not run. */
type Which = { readonly model: string; readonly sha256: string; readonly variant: string }

export type Job =
  | (Which & { readonly kind: 'run'; readonly rows: Rows })
  | (Which & { readonly kind: 'explain'; readonly values: readonly Values[] })

/** `fallback`: why the worker's session does not run where it was asked to. */
export type JobResult = { readonly ran: BatchRan | BatchReasons; readonly fallback: string | null }

export type Posted = { readonly id: number } & (
  | { readonly result: JobResult }
  | { readonly failed: { readonly code: string; readonly detail: string } }
)

export const variantOf = (model: Model, id: string): LoadedVariant => {
  const variant = model.variants.find(({ spec }) => spec.id === id)
  if (variant) return variant
  throw new AttuneError('model-failed', `${model.ref.id} has no variant ${id}`)
}

/** Does one job on this thread. @throws AttuneError `model-failed` */
export const doJob = async (model: Model, job: Job): Promise<JobResult> => {
  if (model.ref.sha256 !== job.sha256)
    throw new AttuneError('model-failed', `the folder of ${job.model} is not the one that was checked at start`)
  const variant = variantOf(model, job.variant)
  const ran = job.kind === 'run' ? await runMany(variant, job.rows) : await explainMany(variant, job.values)
  return { ran, fallback: variant.session.fallback }
}
