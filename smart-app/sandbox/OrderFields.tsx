import { type ReactNode, useId } from 'react'
import type { Coding } from '../../src/contract/lineage.ts'
import { frequencyChoices, frequencyKey, frequencyWords } from './frequency.ts'
import styles from './OrderForm.module.css'
import { type Draft, doseUnit, UNIT_WORDS } from './order.ts'
import { TEXTS } from './texts.ts'

type Edit = (draft: Draft, how: 'picked' | 'typed') => void

const Field = ({ label, children }: { readonly label: string; readonly children: (id: string) => ReactNode }) => {
  const id = useId()
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      {children(id)}
    </div>
  )
}

/** Number and unit; a change of either makes directions in foreign words untrue, so they are dropped. */
export const DoseField = ({ draft, onEdit }: { readonly draft: Draft; readonly onEdit: Edit }) => (
  <Field label={TEXTS.dose}>
    {(id) => (
      <div className={styles.dose}>
        <input
          id={id}
          type="number"
          min="0"
          step="any"
          inputMode="decimal"
          value={draft.dose ?? ''}
          onChange={(event) =>
            onEdit({ ...draft, dose: event.target.value === '' ? null : Number(event.target.value), directions: null }, 'typed')
          }
        />
        <select
          aria-label={TEXTS.unit}
          value={draft.unit}
          onChange={(event) => onEdit({ ...draft, unit: doseUnit(event.target.value, draft.unit), directions: null }, 'picked')}
        >
          {Object.entries(UNIT_WORDS).map(([code, words]) => (
            <option key={code} value={code}>
              {words}
            </option>
          ))}
        </select>
      </div>
    )}
  </Field>
)

export const FrequencyField = ({ draft, onEdit }: { readonly draft: Draft; readonly onEdit: Edit }) => {
  const choices = frequencyChoices(draft.frequency)
  return (
    <Field label={TEXTS.frequency}>
      {(id) => (
        <select
          id={id}
          value={draft.frequency ? frequencyKey(draft.frequency) : ''}
          onChange={(event) =>
            onEdit(
              { ...draft, frequency: choices.find((choice) => frequencyKey(choice) === event.target.value) ?? null, directions: null },
              'picked',
            )
          }
        >
          <option value="">{TEXTS.choose}</option>
          {choices.map((choice) => (
            <option key={frequencyKey(choice)} value={frequencyKey(choice)}>
              {frequencyWords(choice)}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

/** The patient's active problems, and the story's own reason when it is not among them. */
export const ReasonField = ({
  draft,
  reasons,
  onEdit,
}: {
  readonly draft: Draft
  readonly reasons: readonly Coding[]
  readonly onEdit: Edit
}) => {
  const own = draft.reason
  const choices = own && !reasons.some(({ code }) => code === own.code) ? [own, ...reasons] : reasons
  return (
    <Field label={TEXTS.reason}>
      {(id) => (
        <select
          id={id}
          value={own?.code ?? ''}
          onChange={(event) => onEdit({ ...draft, reason: choices.find(({ code }) => code === event.target.value) ?? null }, 'picked')}
        >
          <option value="">{TEXTS.notStated}</option>
          {choices.map((choice) => (
            <option key={choice.code} value={choice.code}>
              {choice.display}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
