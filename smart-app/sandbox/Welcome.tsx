import type { Level } from '../ui/Severity.tsx'
import { SeverityShape } from '../ui/Severity.tsx'
import { ageAndSex, type Concern, type StoryPatient } from './story.ts'
import { CONCERN_WORDS, STEPS, TEXTS } from './texts.ts'
import styles from './Welcome.module.css'

/** One story of each kind, in the order in which they are best met. */
const KINDS: readonly { readonly concern: Concern; readonly level: Level }[] = [
  { concern: 'guidance', level: 'critical' },
  { concern: 'test-first', level: 'warning' },
  { concern: 'not-assessed', level: 'unknown' },
  { concern: 'silence', level: 'none' },
]

/** What a newcomer sees: three steps, and one story of each kind to start with. */
export const Welcome = ({
  patients,
  ready,
  onStart,
}: {
  readonly patients: readonly StoryPatient[]
  readonly ready: boolean
  readonly onStart: (patient: StoryPatient) => void
}) => {
  const starts = KINDS.flatMap(({ concern, level }) => {
    const story = patients.find((patient) => patient.concern === concern)
    return story ? [{ story, level, words: CONCERN_WORDS[concern] }] : []
  })
  return (
    <section className={styles.welcome} aria-labelledby="welcome">
      <h2 id="welcome">{TEXTS.welcome}</h2>
      <ol className={styles.steps}>
        {STEPS.map(({ title, more }) => (
          <li key={title}>
            <strong>{title}</strong>
            <p>{more}</p>
          </li>
        ))}
      </ol>
      <h3>{TEXTS.startWith}</h3>
      <ul className={styles.starts}>
        {starts.map(({ story, level, words }) => (
          <li key={story.id}>
            <button type="button" disabled={!ready} onClick={() => onStart(story)}>
              <SeverityShape level={level} size={28} />
              <span className={styles.kind}>{words}</span>
              <span className={styles.title}>{story.title}</span>
              <span className={styles.story}>{story.story}</span>
              <span className={styles.who}>
                {story.name}, {ageAndSex(story)}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
