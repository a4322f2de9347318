import type { ProfileState } from '../profile/profile-state.ts'
import { TEXT } from '../text.ts'
import styles from './ReadingProgress.module.css'

const DONE: ReadonlySet<string> = new Set(['answered', 'empty', 'partial', 'failed'])

const wordsOf = (profile: ProfileState): string => {
  switch (profile.progress.kind) {
    case 'reading':
      return TEXT.progress.reading(profile.questions.filter((question) => DONE.has(question.state)).length)
    case 'done':
      return TEXT.progress.done
    case 'failed':
      return ''
  }
}

/** Says how far reading is: in sight while it lasts, and to screen readers also when it is over. */
export const ReadingProgress = ({ profile }: { readonly profile: ProfileState }) => {
  const reading = profile.progress.kind === 'reading'
  return (
    <div className={reading ? styles.progress : 'visually-hidden'}>
      <p role="status">{wordsOf(profile)}</p>
      {reading ? (
        <ul className={styles.sources} aria-hidden="true">
          {profile.questions.map((question) => (
            <li key={question.key} className={styles[question.state === 'failed' ? 'failed' : 'came']}>
              {question.key}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  )
}
