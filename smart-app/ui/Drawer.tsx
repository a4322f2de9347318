import { type ReactNode, useEffect, useId, useRef } from 'react'
import { Button } from './Button.tsx'
import styles from './Drawer.module.css'

/** A modal sheet at the side. The native dialog keeps the focus inside and closes on Escape. */
export const Drawer = ({
  title,
  open,
  onClose,
  closeLabel,
  children,
}: {
  readonly title: string
  readonly open: boolean
  readonly onClose: () => void
  readonly closeLabel: string
  readonly children: ReactNode
}) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const id = useId()
  useEffect(() => {
    const element = dialog.current
    if (open && element && !element.open) element.showModal()
    if (!open && element?.open) element.close()
  }, [open])
  return (
    <dialog ref={dialog} className={styles.drawer} aria-labelledby={id} onClose={onClose}>
      <header className={styles.header}>
        <h2 id={id}>{title}</h2>
        <Button look="quiet" onClick={onClose}>
          {closeLabel}
        </Button>
      </header>
      {open ? <div className={styles.body}>{children}</div> : null}
    </dialog>
  )
}
