import { type RefObject, useId } from 'react'
import styles from './Labs.module.css'
import { TEXT } from './texts.ts'

export type Choice = { readonly sought: string; readonly flaggedOnly: boolean }

/** Finding and narrowing; says how many rows the narrowing hides before it is used. */
export const Toolbar = ({
  choice,
  onChoice,
  wouldHide,
  field,
}: {
  readonly choice: Choice
  readonly onChoice: (choice: Choice) => void
  readonly wouldHide: number
  readonly field: RefObject<HTMLInputElement | null>
}) => {
  const id = useId()
  return (
    <div className={`${styles.toolbar} screen-only`}>
      <label htmlFor={id}>{TEXT.find}</label>
      <input
        id={id}
        ref={field}
        type="search"
        autoComplete="off"
        spellCheck={false}
        placeholder={TEXT.findHint}
        value={choice.sought}
        onChange={(event) => onChoice({ ...choice, sought: event.target.value })}
        onKeyDown={(event) => event.key === 'Escape' && onChoice({ ...choice, sought: '' })}
      />
      <label className={styles.switch}>
        <input
          type="checkbox"
          checked={choice.flaggedOnly}
          onChange={(event) => onChoice({ ...choice, flaggedOnly: event.target.checked })}
        />
        <span>{TEXT.abnormalOnly}</span>
        <span className={styles.muted}>({TEXT.hides(wouldHide)})</span>
      </label>
    </div>
  )
}
