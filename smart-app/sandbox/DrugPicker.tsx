import { useEffect, useId, useState } from 'react'
import styles from './DrugPicker.module.css'
import { searchProducts } from './ehr.ts'
import type { Product } from './order.ts'
import { TEXTS } from './texts.ts'

const SEARCH_DELAY_MS = 150

/** Finds RxNorm products while words are typed; an answer that comes late is dropped. Null: not searched. */
const useProducts = (typed: string, wanted: boolean): readonly Product[] | null => {
  const [products, setProducts] = useState<readonly Product[] | null>(null)
  useEffect(() => {
    setProducts(null)
    if (!wanted || typed.trim().length < 2) return
    const stop = new AbortController()
    const timer = setTimeout(() => {
      searchProducts(typed, stop.signal).then(setProducts, () => {})
    }, SEARCH_DELAY_MS)
    return () => {
      clearTimeout(timer)
      stop.abort()
    }
  }, [typed, wanted])
  return products
}

/** A combobox over RxNorm: the input keeps the focus and moves through the list with the arrow keys. */
export const DrugPicker = ({ product, onPick }: { readonly product: Product | null; readonly onPick: (product: Product) => void }) => {
  const id = useId()
  const [typed, setTyped] = useState(product?.name ?? '')
  const [open, setOpen] = useState(false)
  const [at, setAt] = useState(0)
  const found = useProducts(typed, open)
  const products = found ?? []
  const shown = open && products.length > 0
  useEffect(() => setTyped(product?.name ?? ''), [product])
  const pick = (chosen: Product | undefined) => {
    if (!chosen) return
    setOpen(false)
    setTyped(chosen.name)
    onPick(chosen)
  }
  const leave = () => {
    setOpen(false)
    setTyped(product?.name ?? '')
  }
  const steps = new Map<string, () => void>([
    ['ArrowDown', () => setAt((before) => Math.min(before + 1, products.length - 1))],
    ['ArrowUp', () => setAt((before) => Math.max(before - 1, 0))],
    ['Enter', () => pick(products[at])],
    ['Escape', leave],
  ])
  return (
    <div className={styles.picker}>
      <label htmlFor={id}>{TEXTS.drug}</label>
      <input
        id={id}
        role="combobox"
        aria-expanded={shown}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={shown && products[at] ? `${id}-${at}` : undefined}
        autoComplete="off"
        spellCheck={false}
        placeholder={TEXTS.drugHint}
        value={typed}
        onFocus={(event) => event.target.select()}
        onChange={(event) => {
          setTyped(event.target.value)
          setOpen(true)
          setAt(0)
        }}
        onKeyDown={(event) => {
          const step = open ? steps.get(event.key) : undefined
          if (!step) return
          event.preventDefault()
          step()
        }}
        onBlur={leave}
      />
      {open && found?.length === 0 ? (
        <p role="status" className={styles.nothing}>
          {TEXTS.noProduct}
        </p>
      ) : null}
      <div id={`${id}-list`} role="listbox" aria-label={TEXTS.products} hidden={!shown} className={styles.options}>
        {products.map((candidate, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: an option of a combobox is reached by aria-activedescendant
          // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled on the input
          <div
            key={candidate.rxcui}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            className={styles.option}
            ref={(element) => {
              if (index === at && shown) element?.scrollIntoView({ block: 'nearest' })
            }}
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
