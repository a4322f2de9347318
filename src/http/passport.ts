import type { PassportAnswer } from '../contract/passport.ts'
import type { ProfileRequest } from '../contract/profile.ts'
import { AttuneError } from '../errors.ts'
import type { HookService } from '../hooks/discovery.ts'
import { readProfileRequest, tokenOf } from './api.ts'
import { callOf, type Step } from './call.ts'
import type { Kit, ProfileCaller } from './kit.ts'

/** Makes the passport of one patient with the app's own token. Throws AttuneError for what the caller must know. */
export type MakePassport = (request: Pick<ProfileRequest, 'fhirServer' | 'patient'>, caller: ProfileCaller) => Promise<PassportAnswer>

/** POST /api/passport: the record is read anew, so that what is printed or saved is as fresh as its date says. Recorded as one more look of the app. */
export const answerPassport =
  ({ makePassport }: Pick<Kit<HookService>, 'makePassport'>): Step =>
  async (req, res) => {
    const { fhirServer, patient } = readProfileRequest(req.body)
    const token = tokenOf(req.headers.authorization)
    const gone = new AbortController()
    res.once('close', () => gone.abort())
    const answer = await makePassport({ fhirServer, patient }, { token: () => token, requestId: callOf(res).id, signal: gone.signal })
    res.setHeader('Cache-Control', 'no-store').json(answer)
  }

const PASSED_ON = ['token-refused', 'read-refused', 'fhir-server-untrusted', 'in-shadow'] as const

const isPassedOn = (code: string): code is (typeof PASSED_ON)[number] => PASSED_ON.some((one) => one === code)

/** A profile that broke off gives no passport: half of one would look like a whole one. */
export const brokenOff = (code: string): AttuneError =>
  isPassedOn(code)
    ? new AttuneError(code, 'the profile for a passport was refused')
    : new AttuneError('unexpected', 'the profile for a passport broke off')
