import type { PanelState } from '../../ui/Panel.tsx'
import type { ProfileState } from '../profile/profile-state.ts'
import { TEXT } from '../text.ts'

/**
 * The state of a panel whose part of the answer has or has not come.
 * @param arrived the part is there
 * @param empty words for a part that holds nothing; null when it holds something
 * @param gaps what could not be read or used of this part
 */
export const panelState = (profile: ProfileState, arrived: boolean, empty: string | null, gaps: readonly string[] = []): PanelState => {
  const { progress } = profile
  if (!arrived && progress.kind === 'reading') return { kind: 'loading', text: profile.facts ? TEXT.panel.assessing : TEXT.panel.loading }
  if (!arrived && progress.kind === 'failed' && progress.failure === 'refused') return { kind: 'refused', text: TEXT.failures.refused.text }
  if (!arrived && progress.kind === 'failed' && progress.failure === 'expired') return { kind: 'expired', text: TEXT.panel.expired }
  if (!arrived) return { kind: 'error', text: TEXT.panel.failed }
  if (gaps.length > 0) return { kind: 'partial', text: TEXT.panel.gaps(gaps.length), notes: gaps }
  return empty === null ? { kind: 'ready' } : { kind: 'empty', text: empty }
}
