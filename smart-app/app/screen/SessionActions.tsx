import { Button } from '../../ui/Button.tsx'
import { TEXT } from '../text.ts'
import { LanguageSwitch } from './LanguageSwitch.tsx'
import styles from './SessionActions.module.css'

/** What concerns the window and not the patient: its language, paper, its end. */
export const SessionActions = ({ onEnd }: { readonly onEnd: () => void }) => (
  <div className={`${styles.actions} screen-only`}>
    <LanguageSwitch />
    <Button look="quiet" onClick={() => window.print()}>
      {TEXT.print.action}
    </Button>
    <Button look="quiet" onClick={onEnd}>
      {TEXT.endSession}
    </Button>
  </div>
)
