import type { ProfileState } from '../profile/profile-state.ts'
import type { EhrStyle } from '../session/use-ehr-style.ts'
import { TEXT } from '../text.ts'
import styles from './Footer.module.css'
import { SessionActions } from './SessionActions.tsx'
import { StyleNote } from './StyleNote.tsx'

const words = TEXT.foot

/** A version with its hash cut to what tells two apart; the whole stands under Sources. */
const shortVersion = (version: string): string => version.replace(/([0-9a-f]{8})[0-9a-f]{8,}/g, '$1')

/** What this is not, and which assessment it is: also the foot of every printed page. */
export const Footer = ({
  profile: { progress },
  style,
  onEnd,
}: {
  readonly profile: ProfileState
  readonly style: EhrStyle
  readonly onEnd: () => void
}) => (
  <footer className={styles.footer}>
    <p>{words.disclaimer}</p>
    {progress.kind === 'done' ? (
      <p>
        {words.attune} {progress.versions.attune} · {words.rules} {shortVersion(progress.versions.rules)} · {words.decision}{' '}
        {progress.decision}
      </p>
    ) : null}
    <StyleNote style={style} />
    <div className={styles.actions}>
      <SessionActions onEnd={onEnd} />
    </div>
  </footer>
)
