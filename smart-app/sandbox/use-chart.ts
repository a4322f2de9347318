import { useEffect, useState } from 'react'
import type { Ehr } from './ehr.ts'
import { type Chart, readChart } from './read-chart.ts'
import type { StoryPatient } from './story.ts'

export type ChartState = { readonly chart: Chart | null; readonly failed: boolean }

const READING: ChartState = { chart: null, failed: false }

/** The open chart's front page; read again whenever something was signed. */
export const useChart = (ehr: Ehr | null, patient: StoryPatient | null, signedAt: number): ChartState => {
  const [state, setState] = useState<ChartState & { readonly of: string | null }>({ ...READING, of: null })
  const id = patient?.id ?? null
  // biome-ignore lint/correctness/useExhaustiveDependencies: signedAt says that the record has changed
  useEffect(() => {
    if (!ehr || !id) return
    let current = true
    readChart(ehr, id).then(
      (chart) => current && setState({ chart, failed: false, of: id }),
      () => current && setState({ chart: null, failed: true, of: id }),
    )
    return () => {
      current = false
    }
  }, [ehr, id, signedAt])
  return state.of === id ? state : READING
}
