import { useMemo, useState } from 'react'
import { Button } from '../ui/Button.tsx'
import { abridge } from './abridge.ts'
import styles from './JsonBlock.module.css'
import { TEXTS } from './texts.ts'

const Body = ({ value }: { readonly value: unknown }) => {
  const [copied, setCopied] = useState(false)
  const text = useMemo(() => JSON.stringify(abridge(value), null, 2) ?? '', [value])
  return (
    <>
      <Button
        look="quiet"
        onClick={() => {
          navigator.clipboard.writeText(JSON.stringify(value, null, 2)).then(
            () => setCopied(true),
            () => {},
          )
        }}
      >
        {copied ? TEXTS.copied : TEXTS.copy}
      </Button>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre tabIndex={0}>{text}</pre>
    </>
  )
}

/** JSON that is written out only when it is opened, with long lists cut short. */
export const JsonBlock = ({
  title,
  value,
  opened = false,
}: {
  readonly title: string
  readonly value: unknown
  readonly opened?: boolean
}) => {
  const [open, setOpen] = useState(opened)
  return (
    <details className={styles.block} open={opened} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{title}</summary>
      {open ? <Body value={value} /> : null}
    </details>
  )
}
