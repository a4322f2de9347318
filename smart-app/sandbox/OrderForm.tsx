import { useEffect, useId, useState } from 'react'
import type { FhirResource } from '../../src/contract/facts.ts'
import { Button } from '../ui/Button.tsx'
import { Panel } from '../ui/Panel.tsx'
import { searchProducts, type Trial } from './ehr.ts'
import styles from './OrderForm.module.css'
import { type Draft, doseUnit, type Product, UNIT_WORDS } from './order.ts'
import { FREQUENCIES, type FrequencyId, TEXTS } from './texts.ts'

const SEARCH_DELAY_MS = 150

/** Finds RxNorm products while words are typed; an answer that comes late is dropped. */
const useProducts = (words: string, wanted: boolean): readonly Product[] => {
  const [products, setProducts] = useState<readonly Product[]>([])
  useEffect(() => {
    if (!wanted || words.trim().length < 2) {
      setProducts([])
      return
    }
    const stop = new AbortController()
    const timer = setTimeout(() => {
      searchProducts(words, stop.signal).then(setProducts, () => {})
    }, SEARCH_DELAY_MS)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [words, wanted])
  return products
}

const DrugPicker = ({ product, onPick }: { readonly product: Product | null; readonly onPick: (product: Product) => void }) => {
  const id = useId()
  const [words, setWords] = useState(product?.name ?? '')
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(0)
  const products = useProducts(words, open)
  useEffect(() => setWords(product?.name ?? ''), [product])
  const pick = (chosen: Product) => {
    setOpen(false)
    setWords(chosen.name)
    onPick(chosen)
  }
  const choose = () => {
    const chosen = products[at]
    if (chosen) pick(chosen)
  }
  const steps = new Map<string, () => void>([
    ['ArrowDown', () => setAt((before) => Math.min(before + 1, products.length - 1))],
    ['ArrowUp', () => setAt((before) => Math.max(before - 1, 0))],
    ['Enter', choose],
    ['Escape', () => setOpen(false)],
  ])
  return (
    <div className={styles.picker}>
      <label htmlFor={id}>{TEXTS.searchDrug}</label>
      <input
        id={id}
        role="combobox"
        aria-expanded={open && products.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && products[at] ? `${id}-${at}` : undefined}
        autoComplete="off"
        placeholder={TEXTS.searchHint}
        value={words}
        onChange={(event) => {
          setWords(event.target.value)
          setOpen(true)
          setAt(0)
        }}
        onKeyDown={(event) => {
          const step = open ? steps.get(event.key) : undefined
          if (!step) return
          event.preventDefault()
          step()
        }}
        onBlur={() => setOpen(false)}
      />
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={TEXTS.searchDrug}
        hidden={!open || products.length === 0}
        className={styles.options}
      >
        {products.map((candidate, index) => (
          // The input keeps the focus and moves through the list with the arrow keys.
          // biome-ignore lint/a11y/useFocusableInteractive: an option of a combobox is reached by aria-activedescendant
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled on the input
          <div
            key={candidate.rxcui}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            className={styles.option}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => pick(candidate)}
          >
            <span>{candidate.name}</span>
            <span className={styles.code}>RxNorm {candidate.rxcui}</span>
          </div>
        ))}
      </div>
    </div>
  )
}

const describe = (resource: FhirResource): string => {
  const code = resource.code as { readonly text?: string } | undefined
  return code?.text ?? resource.resourceType
}

export const OrderForm = ({
  draft,
  others,
  signing,
  trial,
  onChange,
  onSign,
  onTry,
  onClear,
}: {
  readonly draft: Draft
  readonly others: readonly FhirResource[]
  readonly signing: boolean
  readonly trial: Trial | null
  readonly onChange: (draft: Draft) => void
  readonly onSign: () => void
  readonly onTry: () => void
  readonly onClear: () => void
}) => {
  const id = useId()
  return (
    <Panel
      title={TEXTS.order}
      actions={
        trial ? (
          <Button look="secondary" onClick={onTry}>
            {TEXTS.tryStory}
          </Button>
        ) : null
      }
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          onSign()
        }}
      >
        <DrugPicker product={draft.product} onPick={(product) => onChange({ ...draft, product })} />
        <div className={styles.field}>
          <label htmlFor={`${id}-dose`}>{TEXTS.dose}</label>
          <div className={styles.dose}>
            <input
              id={`${id}-dose`}
              type="number"
              min="0"
              step="any"
              inputMode="decimal"
              value={draft.dose ?? ''}
              onChange={(event) => onChange({ ...draft, dose: event.target.value === '' ? null : Number(event.target.value) })}
            />
            <select
              aria-label="Unit"
              value={draft.unit}
              onChange={(event) => onChange({ ...draft, unit: doseUnit(event.target.value, draft.unit) })}
            >
              {Object.entries(UNIT_WORDS).map(([code, words]) => (
                <option key={code} value={code}>
                  {words}
                </option>
              ))}
            </select>
          </div>
        </div>
        <div className={styles.field}>
          <label htmlFor={`${id}-frequency`}>{TEXTS.frequency}</label>
          <select
            id={`${id}-frequency`}
            value={draft.frequency}
            onChange={(event) => onChange({ ...draft, frequency: event.target.value as FrequencyId })}
          >
            {FREQUENCIES.map((frequency) => (
              <option key={frequency.id} value={frequency.id}>
                {frequency.label}
              </option>
            ))}
          </select>
        </div>
        <label className={styles.check}>
          <input type="checkbox" checked={draft.asNeeded} onChange={(event) => onChange({ ...draft, asNeeded: event.target.checked })} />{' '}
          {TEXTS.asNeeded}
        </label>
        {others.length > 0 ? (
          <p className={styles.others}>
            {TEXTS.alsoOrdered}: {others.map(describe).join(', ')}
          </p>
        ) : null}
        <div className={styles.actions}>
          <Button look="primary" type="submit" disabled={!draft.product}>
            {signing ? TEXTS.signAnyway : TEXTS.sign}
          </Button>
          <Button look="quiet" onClick={onClear}>
            {TEXTS.clear}
          </Button>
        </div>
      </form>
    </Panel>
  )
}
