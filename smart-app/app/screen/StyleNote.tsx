import type { EhrStyle } from '../session/use-ehr-style.ts'
import { TEXT } from '../text.ts'

const words = TEXT.ehrStyle

/** What of the record system's style was taken, and why the rest was not. Nothing where it offers none. */
export const StyleNote = ({ style }: { readonly style: EhrStyle }) => {
  if (style.kind === 'none') return null
  if (style.kind === 'unread') return <p>{words.unread}</p>
  const { taken, refused } = style.style
  if (refused.length === 0) return <p>{words.taken(taken.length)}</p>
  return (
    <details>
      <summary>{words.partly(taken.length, taken.length + refused.length)}</summary>
      <ul>
        {refused.map(({ key, because }) => (
          <li key={key}>
            <code>{key}</code>: {words.because[because]}
          </li>
        ))}
      </ul>
    </details>
  )
}
