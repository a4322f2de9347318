import type { ProfileState } from '../profile/profile-state.ts'
import { TEXT } from '../text.ts'
import styles from './Footer.module.css'

const words = TEXT.sources

/** A version with its hash cut to what tells two apart; the whole stands under Sources. */
const shortVersion = (version: string): string => version.replace(/([0-9a-f]{8})[0-9a-f]{8,}/g, '$1')

/** What this is not, and which assessment it is: also the foot of every printed page. */
export const Footer = ({ profile: { progress } }: { readonly profile: ProfileState }) => (
  <footer className={styles.footer}>
    <p>{words.footer}</p>
    {progress.kind === 'done' ? (
      <p>
        {words.attune} {progress.versions.attune} · {words.rules} {shortVersion(progress.versions.rules)} · {words.decisionId}{' '}
        {progress.decision}
      </p>
    ) : null}
  </footer>
)
