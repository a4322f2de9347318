import { useEffect, useRef } from 'react'
import type { Coding } from '../../src/contract/lineage.ts'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Panel } from '../ui/Panel.tsx'
import { type Change, nameOf } from './apply-suggestion.ts'
import { DrugPicker } from './DrugPicker.tsx'
import { focusInView } from './focus-in-view.ts'
import { DoseField, FrequencyField, ReasonField } from './OrderFields.tsx'
import styles from './OrderForm.module.css'
import { directionsOf, emptyDraft } from './order.ts'
import { TEXTS } from './texts.ts'
import type { useVisit } from './use-visit.ts'

/** What a suggestion did. It takes the focus, because the button that was pressed is gone. */
const ChangeNotice = ({ change }: { readonly change: Change }) => {
  const place = useRef<HTMLDivElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change is announced once
  useEffect(() => focusInView(place.current), [change.key])
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
