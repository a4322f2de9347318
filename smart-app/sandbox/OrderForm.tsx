import { type ReactNode, useEffect, useId, useRef } from 'react'
import type { Coding } from '../../src/contract/lineage.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Panel } from '../ui/Panel.tsx'
import { DrugPicker } from './DrugPicker.tsx'
import { frequencyChoices, frequencyKey, frequencyWords } from './frequency.ts'
import styles from './OrderForm.module.css'
import { type Draft, directionsOf, doseUnit, emptyDraft, UNIT_WORDS } from './order.ts'
import { TEXTS } from './texts.ts'
import { type Change, nameOf, type useVisit } from './use-visit.ts'

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
const DoseField = ({ draft, onEdit }: { readonly draft: Draft; readonly onEdit: Edit }) => (
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

const FrequencyField = ({ draft, onEdit }: { readonly draft: Draft; readonly onEdit: Edit }) => {
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
const ReasonField = ({ draft, reasons, onEdit }: { readonly draft: Draft; readonly reasons: readonly Coding[]; readonly onEdit: Edit }) => {
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

/** What a suggestion did. It takes the focus, because the button that was pressed is gone. */
const ChangeNotice = ({ change }: { readonly change: Change }) => {
  const place = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change is announced once
  useEffect(() => place.current?.focus({ preventScroll: true }), [change.key])
  return (
    <div ref={place} tabIndex={-1} role="status" className={styles.change}>
      <Notice level="ok" title={TEXTS.changed}>
        <dl className={styles.diff}>
          <dt>{TEXTS.was}</dt>
          <dd>
            <del>{change.before}</del>
          </dd>
          <dt>{TEXTS.now}</dt>
          <dd>
            <ins>{change.after}</ins>
          </dd>
        </dl>
        {change.left ? <p>{change.left}</p> : null}
      </Notice>
    </div>
  )
}

/** The order form. Every change is asked about with order-select, signing with order-sign. */
export const OrderForm = ({
  visit,
  reasons,
  onSign,
}: {
  readonly visit: ReturnType<typeof useVisit>
  readonly reasons: readonly Coding[]
  readonly onSign: () => void
}) => {
  const { draft, others } = visit.order
  const { signing, signed, change, edit } = visit
  return (
    <Panel title={TEXTS.order}>
      {change ? <ChangeNotice change={change} /> : null}
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          onSign()
        }}
      >
        <DrugPicker
          product={draft.product}
          onPick={(product) => edit({ ...emptyDraft(), id: draft.id, product, reason: draft.reason }, 'picked')}
        />
        <div className={styles.row}>
          <DoseField draft={draft} onEdit={edit} />
          <FrequencyField draft={draft} onEdit={edit} />
        </div>
        <div className={styles.row}>
          <ReasonField draft={draft} reasons={reasons} onEdit={edit} />
          <label className={styles.check}>
            <input
              type="checkbox"
              checked={draft.asNeeded}
              onChange={(event) => edit({ ...draft, asNeeded: event.target.checked, directions: null }, 'picked')}
            />{' '}
            {TEXTS.asNeeded}
          </label>
        </div>
        {draft.product ? (
          <p className={styles.directions}>
            {TEXTS.directions}: <strong data-testid="directions">{directionsOf(draft) || TEXTS.noDirections}</strong>
          </p>
        ) : null}
        {others.length > 0 ? (
          <p className={styles.others}>
            {TEXTS.alsoOrdered}: <strong>{others.map(nameOf).join(', ')}</strong>
          </p>
        ) : null}
        <div className={styles.actions}>
          <Button look="primary" type="submit" disabled={!draft.product}>
            {signing ? TEXTS.signAnyway : TEXTS.sign}
          </Button>
          <Button look="quiet" onClick={visit.clear}>
            {TEXTS.clear}
          </Button>
          <p role="status" className={styles.held}>
            {signing ? TEXTS.signHeld : ''}
          </p>
        </div>
      </form>
      <div role="status" className={styles.signed}>
        {signed ? (
          <Notice level={signed.ok ? 'ok' : 'critical'} title={signed.ok ? TEXTS.signed : TEXTS.notStored}>
            <p>{signed.words}</p>
          </Notice>
        ) : null}
      </div>
    </Panel>
  )
}
