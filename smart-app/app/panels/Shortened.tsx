import { type ReactNode, useState } from 'react'
import { Button } from '../../ui/Button.tsx'

/** Rows at first, and with each press: a list of thousands never freezes the page, and nothing of it is out of reach. */
const FIRST = 30
const STEP = 200

/** A long list in portions. */
export const Shortened = <Item,>({
  items,
  show,
  more,
  first = FIRST,
}: {
  readonly items: readonly Item[]
  readonly show: (items: readonly Item[]) => ReactNode
  readonly more: (next: number, all: number) => string
  readonly first?: number
}) => {
  const [shown, setShown] = useState(first)
  const left = items.length - shown
  return (
    <>
      {show(items.slice(0, shown))}
      {left > 0 ? (
        <p>
          <Button look="quiet" onClick={() => setShown(shown + STEP)}>
            {more(Math.min(left, STEP), items.length)}
          </Button>
        </p>
      ) : null}
    </>
  )
}
