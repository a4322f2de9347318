import { useEffect, useRef } from 'react'
import { Button } from '../ui/Button.tsx'
import styles from './AppFrame.module.css'
import { TEXTS } from './texts.ts'

/** The SMART app in a frame of the size that EHRs give it. */
export const AppFrame = ({ url, onClose }: { readonly url: string | null; readonly onClose: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (url && !dialog.current?.open) dialog.current?.showModal()
    if (!url && dialog.current?.open) dialog.current.close()
  }, [url])
  return (
    <dialog ref={dialog} className={styles.frame} aria-label={TEXTS.openApp} onClose={onClose}>
      <header className={styles.head}>
        <h2>{TEXTS.openApp}</h2>
        <Button look="quiet" onClick={onClose}>
          {TEXTS.close}
        </Button>
      </header>
      {url ? <iframe title={TEXTS.openApp} src={url} className={styles.app} /> : null}
    </dialog>
  )
}
