import { useState } from 'react'
import { Button } from '../../../ui/Button.tsx'
import type { ViewProps } from '../../screen/views.tsx'
import { type ReportResult, saveReport } from './save-report.ts'
import { TEXT } from './texts.ts'

type Props = Pick<ViewProps, 'profile' | 'session' | 'patient'>

const wordsOf = (result: ReportResult | 'saving' | null): string => {
  if (result === null) return ''
  return result === 'saving' || result === 'saved' ? TEXT[result] : TEXT.failures[result]
}

/** What is shown, frozen as a file. Absent until the answer is whole: half a report would look like a whole one. */
export const ReportAction = ({ profile, session, patient }: Props) => {
  const [result, setResult] = useState<ReportResult | 'saving' | null>(null)
  if (profile.progress.kind !== 'done' || !profile.progress.seal) return null
  const save = async (): Promise<void> => {
    setResult('saving')
    setResult(await saveReport(profile, session, patient))
  }
  return (
    <>
      <Button look="quiet" disabled={result === 'saving'} onClick={() => void save()}>
        {TEXT.save}
      </Button>
      <span role="status">{wordsOf(result)}</span>
    </>
  )
}
