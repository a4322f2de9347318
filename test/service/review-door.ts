import type { ProfileEvent } from '../../src/contract/profile.ts'
import type { ReviewAnswer, ReviewFlag, ReviewList } from '../../src/contract/review.ts'
import { post, type startSandbox } from './running-sandbox.ts'

type Sandbox = Awaited<ReturnType<typeof startSandbox>>

/** A pharmacist with the app open on a patient of the sandbox, through the real door. */
export const openReview = async (sandbox: Sandbox, patient: string, door: 'hook-token' | 'session' = 'hook-token') => {
  const { access_token: token } = (await (await post(`${sandbox.base}/sandbox/${door}`, door === 'session' ? {} : { patient })).json()) as {
    access_token: string
  }
  const call = (path: string, body: object, bearer = token, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${sandbox.base}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const chart = { fhirServer: `${sandbox.base}/fhir`, patient }
  const events = (await (await call('/api/profile', chart)).text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as ProfileEvent)
  const told = events.find((event) => event.event === 'review')
  const done = events.find((event) => event.event === 'done')
  if (told?.event !== 'review' || done?.event !== 'done') throw new Error(`no review: ${JSON.stringify(events.at(-1))}`)
  const sealed = { ...chart, decision: done.decision, ...(told.review satisfies ReviewList) }
  const answerOf = async (response: Response): Promise<ReviewAnswer> => {
    if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`)
    return (await response.json()) as ReviewAnswer
  }
  const eventOf = (name: string) => events.find((event) => event.event === name) as unknown as Record<string, Record<string, unknown>>
  const { now, patient: person, orders, medicines, allergies, gaps, questions } = eventOf('facts').facts ?? {}
  const { assessment, words } = eventOf('assessment')
  const reportRequest = {
    ...chart,
    decision: done.decision,
    content: {
      facts: { now, patient: person, orders, medicines, allergies, gaps, questions },
      assessment,
      words,
      estimates: eventOf('estimates').estimates,
      versions: done.versions,
    },
    seal: done.seal,
    language: 'en',
  }
  return {
    token,
    reportRequest,
    sealed,
    events,
    flags: told.review.flags as readonly ReviewFlag[],
    call,
    list: async () => answerOf(await call('/api/review/list', sealed)),
    mark: async (marks: readonly object[], more: object = {}) => answerOf(await call('/api/review', { ...sealed, marks, ...more })),
    signOff: async (more: object = {}) =>
      answerOf(await call('/api/review/sign-off', { ...sealed, mayWrite: false, language: 'en', ...more })),
  }
}
