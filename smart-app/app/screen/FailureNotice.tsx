import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import type { Failure } from '../profile/profile-state.ts'
import { TEXT } from '../text.ts'

/** Why the answer is not complete, and the step that helps: reading again, or signing in again once the session has ended. */
export const FailureNotice = ({
  failure,
  readAgain,
  openAgain,
}: {
  readonly failure: Failure | null
  readonly readAgain: () => void
  readonly openAgain: () => void
}) =>
  failure === null ? null : (
    <div role="alert">
      <Notice
        level={failure === 'expired' ? 'caution' : 'critical'}
        title={TEXT.failures[failure].title}
        actions={<Step failure={failure} readAgain={readAgain} openAgain={openAgain} />}
      >
        <p>{TEXT.failures[failure].text}</p>
      </Notice>
    </div>
  )

/** Neither step helps where the record system refused. */
const Step = ({
  failure,
  readAgain,
  openAgain,
}: {
  readonly failure: Failure
  readonly readAgain: () => void
  readonly openAgain: () => void
}) => {
  if (failure === 'refused') return null
  if (failure === 'expired') return <Button onClick={openAgain}>{TEXT.openAgain}</Button>
  return <Button onClick={readAgain}>{TEXT.retry}</Button>
}
