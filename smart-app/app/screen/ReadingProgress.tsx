import type { Question } from '../../../src/contract/facts.ts'
import { Button } from '../../ui/Button.tsx'
import { SeverityShape } from '../../ui/Severity.tsx'
import type { ProfileState } from '../profile/profile-state.ts'
import { TEXT as APP } from '../text.ts'
import styles from './ReadingProgress.module.css'
import { TEXT } from './reading-texts.ts'

const DONE: ReadonlySet<Question['state']> = new Set(['answered', 'empty', 'partial', 'failed'])

const nameOf = (key: string): string => TEXT.sources[key] ?? key

const answered = ({ questions }: ProfileState): number => questions.filter(({ state }) => DONE.has(state)).length

/** What a screen reader is told: that reading began and that it ended. Every source would be a sentence each, over what is being read. */
const spokenOf = ({ progress }: ProfileState): string => {
  switch (progress.kind) {
    case 'reading':
      return APP.progress.reading
    case 'done':
      return APP.progress.done
    case 'failed':
      return ''
  }
}

const isTime = (because: string | undefined): boolean => /in time/.test(because ?? '')

/** Why, in two or three words; the whole reason stands under Sources. */
const reasonOf = ({ state, status, because }: Question): string => {
  const { reasons } = TEXT
  if (status === 401) return reasons.expired
  if (status === 403) return reasons.refused
  if (status === 429 || status === 503) return reasons.busy
  if (state === 'partial') return reasons.partial
  return isTime(because) ? reasons.late : reasons.failed
}

/** How far reading is, source by source; afterwards what was not read, in sight for as long as it is missing. */
export const ReadingProgress = ({ profile, open }: { readonly profile: ProfileState; readonly open: (view: string) => void }) => {
  const { progress, questions } = profile
  const reading = progress.kind === 'reading'
  const missing = questions.filter(({ state }) => state === 'failed' || state === 'partial')
  return (
    <>
      <p role="status" className="visually-hidden">
        {spokenOf(profile)}
      </p>
      {reading ? (
        <div className={styles.progress}>
          <p>{TEXT.reading(answered(profile), profile.plan.length)}</p>
          <Bar profile={profile} />
        </div>
      ) : null}
      {missing.length > 0 ? <Missing missing={missing} open={open} /> : null}
    </>
  )
}

const Bar = ({ profile: { plan, questions } }: { readonly profile: ProfileState }) => {
  const ended = new Map(questions.map((question) => [question.key, question]))
  return (
    <ul className={styles.sources} aria-label={TEXT.label}>
      {plan.map(({ key }) => {
        const { state } = ended.get(key) ?? {}
        const look = state === undefined ? styles.open : state === 'failed' || state === 'partial' ? styles.failed : styles.came
        return (
          <li key={key} className={look}>
            {nameOf(key)}
            {state === undefined ? <span className="visually-hidden"> ({TEXT.waiting})</span> : null}
          </li>
        )
      })}
    </ul>
  )
}

const Missing = ({ missing, open }: { readonly missing: readonly Question[]; readonly open: (view: string) => void }) => (
  <div className={styles.missing}>
    <SeverityShape level="unknown" size={16} />
    <p>
      {TEXT.missing(missing.length)}{' '}
      {missing.map((question, at) => (
        <span key={question.key}>
          {at === 0 ? '' : '; '}
          <strong>{nameOf(question.key)}</strong> ({reasonOf(question)})
        </span>
      ))}
    </p>
    <span className="screen-only">
      <Button look="quiet" onClick={() => open('sources')}>
        {TEXT.details}
      </Button>
    </span>
  </div>
)
