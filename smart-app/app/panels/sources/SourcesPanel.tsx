import type { Question } from '../../../../src/contract/facts.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { KeyValue } from '../../../ui/KeyValue.tsx'
import { Panel } from '../../../ui/Panel.tsx'
import { type Level, Severity } from '../../../ui/Severity.tsx'
import type { ProfileState } from '../../profile/profile-state.ts'
import { TEXT } from '../../text.ts'
import { momentWords } from '../../words/dates.ts'
import { panelState } from '../panel-state.ts'
import styles from './SourcesPanel.module.css'

const words = TEXT.sources

const STATE_LEVELS: { readonly [state in Question['state']]: Level } = {
  answered: 'ok',
  empty: 'none',
  partial: 'caution',
  failed: 'critical',
  'not-asked': 'unknown',
}

/** What was asked of the record, what could not be read, and which versions made the assessment. */
export const SourcesPanel = ({ profile, fhirServer }: { readonly profile: ProfileState; readonly fhirServer: string }) => {
  const { questions, facts } = profile
  const state = panelState(profile, questions.length > 0 || facts !== null, questions.length === 0 ? words.empty : null)
  return (
    <>
      <Gaps profile={profile} />
      <Panel title={words.title} state={state} lead={words.lead}>
        <Questions questions={questions} />
      </Panel>
      <Versions profile={profile} fhirServer={fhirServer} />
    </>
  )
}

const Questions = ({ questions }: { readonly questions: readonly Question[] }) => (
  <DataTable
    caption={words.caption}
    rows={questions}
    rowKey={(question) => question.key}
    columns={[
      {
        key: 'question',
        title: words.question,
        namesRow: true,
        cell: (question) => (
          <>
            <span className={styles.key}>{question.key}</span>
            <code className={styles.query}>{question.query}</code>
          </>
        ),
      },
      {
        key: 'state',
        title: words.state,
        cell: (question) => (
          <>
            <Severity level={STATE_LEVELS[question.state]}>{words.states[question.state]}</Severity>
            {question.because ? <p>{question.because}</p> : null}
          </>
        ),
      },
      { key: 'from', title: words.from, cell: (question) => words.froms[question.from] },
      { key: 'resources', title: words.resources, align: 'end', cell: (question) => String(question.resources) },
      {
        key: 'time',
        title: words.time,
        align: 'end',
        cell: (question) => (question.ms === undefined ? '' : words.milliseconds(question.ms)),
      },
    ]}
  />
)

const Gaps = ({ profile }: { readonly profile: ProfileState }) => {
  const { facts, assessment } = profile
  const gaps = [...(facts?.gaps ?? []), ...(assessment?.gaps ?? [])]
  const lines = [...new Set(gaps.map((gap) => [`${gap.about}: ${gap.because}`, gap.resource].filter(Boolean).join(' · ')))]
  return (
    <Panel title={words.gaps} state={panelState(profile, facts !== null, lines.length === 0 ? words.noGaps : null)}>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </Panel>
  )
}

const Versions = ({ profile, fhirServer }: { readonly profile: ProfileState; readonly fhirServer: string }) => {
  const { progress, facts } = profile
  const done = progress.kind === 'done' ? progress : null
  return (
    <Panel title={words.decision}>
      <KeyValue
        pairs={[
          { term: words.server, value: <code>{fhirServer}</code> },
          { term: words.assessedAt, value: facts ? momentWords(facts.now) : words.pending },
          { term: words.decisionId, value: done ? <code>{done.decision}</code> : words.pending },
          { term: words.attune, value: done?.versions.attune ?? words.pending },
          { term: words.rules, value: done?.versions.rules ?? words.pending },
        ]}
      />
    </Panel>
  )
}
