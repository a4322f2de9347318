import { useEffect, useRef } from 'react'
import { Button } from '../ui/Button.tsx'
import { Notice } from '../ui/Notice.tsx'
import styles from './AppFrame.module.css'
import { TEXTS } from './texts.ts'

export type AppLaunch = { readonly state: 'opened'; readonly url: string; readonly title: string } | { readonly state: 'failed' }

/** The SMART app in a frame of 980 x 620, the size in which EHRs show apps. */
export const AppFrame = ({
  launch,
  patient,
  onClose,
}: {
  readonly launch: AppLaunch | null
  readonly patient: string
  readonly onClose: () => void
}) => {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (launch && !dialog.current?.open) dialog.current?.showModal()
    if (!launch && dialog.current?.open) dialog.current.close()
  }, [launch])
  return (
    <dialog ref={dialog} className={styles.frame} aria-labelledby="app" onClose={onClose}>
      <header className={styles.head}>
        <div>
          <h2 id="app">
            {TEXTS.openApp}: {patient}
          </h2>
          <p>{TEXTS.openAppLead}</p>
        </div>
        <Button onClick={onClose}>{TEXTS.close}</Button>
      </header>
      {launch?.state === 'opened' ? <iframe title={launch.title} src={launch.url} className={styles.app} /> : null}
      {launch?.state === 'failed' ? <Notice level="critical" title={TEXTS.launchFailed} /> : null}
    </dialog>
  )
}
