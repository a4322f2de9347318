import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { draftOf, post, startSandbox } from '../service/running-sandbox.ts'
import { mutationsOf } from './mutations.ts'

let sandbox: Awaited<ReturnType<typeof startSandbox>>
beforeAll(async () => {
  sandbox = await startSandbox({ LOG_LEVEL: 'silent' })
})
afterAll(() => sandbox.stop())

/** Calls of the first stories, with the whole record of each patient sent along. */
const calls = async (hook: string) =>
  Promise.all(
    sandbox.stories.slice(0, 8).map(async (story) => ({
      hook,
      hookInstance: 'd1577c69-dfbe-44ad-ba6d-3e05e953b2ea',
      context: {
        userId: 'Practitioner/u',
        patientId: story.patient,
        draftOrders: draftOf(story),
        selections: ['MedicationRequest/draft-1'],
      },
      prefetch: await sandbox.prefetchFor(`pgx-${hook}`, story.patient),
    })),
  )

const RUNS = Number(process.env.ATTUNE_MUTATIONS ?? '60')

test.each(['order-select', 'order-sign', 'patient-view'])(
  'however a real %s call is damaged, the services neither fail nor answer anything but 200, 400 or 412',
  async (hook) => {
    const bodies = (await calls(hook)).map((body) => mutationsOf(body))
    await fc.assert(
      fc.asyncProperty(fc.oneof(...bodies), async (body) => {
        const answer = await post(`${sandbox.base}/cds-services/pgx-${hook}`, body)
        const text = await answer.text()
        expect([200, 400, 412]).toContain(answer.status)
        expect(text).not.toMatch(/Attune failed|"code":"fault"/)
      }),
      { numRuns: RUNS },
    )
  },
  300_000,
)
