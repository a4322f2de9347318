import type { ServedModel } from '../../src/contract/models.ts'
import { type Level, Severity } from '../ui/Severity.tsx'
import { TEXT } from './texts.ts'

const VERIFIED: Readonly<Record<string, Level>> = { independent: 'ok', source: 'ok', partly: 'caution', recalled: 'warning' }

/** How the numbers of a model were checked: word, shape and colour. */
export const Verified = ({ verified: { state } }: Pick<ServedModel, 'verified'>) => (
  <Severity level={VERIFIED[state] ?? 'unknown'}>{TEXT.verified[state as keyof typeof TEXT.verified] ?? state}</Severity>
)

/** Whether it answers, in part or not. */
export const State = ({ model: { variants, off, fallback, use } }: { readonly model: ServedModel }) => {
  if (use.state === 'off') return <Severity level="none">{TEXT.states.switchedOff}</Severity>
  if (use.state === 'shadow') return <Severity level="info">{TEXT.states.shadow}</Severity>
  if (off.length === variants) return <Severity level="none">{TEXT.states.off}</Severity>
  if (off.length > 0) return <Severity level="caution">{TEXT.states.partly}</Severity>
  if (fallback !== null) return <Severity level="caution">{TEXT.states.fallback}</Severity>
  return <Severity level="ok">{TEXT.states.serving}</Severity>
}

export const kindWords = (kind: string): string => TEXT.kinds[kind as keyof typeof TEXT.kinds] ?? kind
