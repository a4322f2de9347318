import { type ReactNode, useState } from 'react'
import type { ModelDetail } from '../../src/contract/models.ts'
import { Boundary } from '../ui/Boundary.tsx'
import { KeyValue } from '../ui/KeyValue.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Panel } from '../ui/Panel.tsx'
import { Tabs } from '../ui/Tabs.tsx'
import { Attributes } from './Attributes.tsx'
import { Figures } from './Figures.tsx'
import { Formula } from './Formula.tsx'
import { Inputs } from './Inputs.tsx'
import styles from './ModelPage.module.css'
import { stateOf } from './Registry.tsx'
import { useModel } from './read-models.ts'
import { kindWords, State, Verified } from './standing.tsx'
import { TEXT } from './texts.ts'

/** The card of one model. */
export const ModelPage = ({ id }: { readonly id: string }) => {
  const read = useModel(id)
  return (
    <>
      <p className={styles.back}>
        <a href="#/">← {TEXT.back}</a>
      </p>
      {read.state === 'ready' ? (
        <Boundary text={TEXT.failed}>
          <Card detail={read.value} />
        </Boundary>
      ) : (
        <Panel title={TEXT.card} state={stateOf(read)} />
      )}
    </>
  )
}

const FORMATS = ['md', 'xml', 'json'] as const
const FORMAT_WORDS = { md: 'Markdown', xml: 'CHAI XML', json: 'JSON' } as const

const Card = ({ detail }: { readonly detail: ModelDetail }) => {
  const { summary } = detail
  const [tab, setTab] = useState('overview')
  return (
    <>
      <header className={styles.head}>
        <p className={styles.title}>{summary.title}</p>
        <h1>{summary.name}</h1>
        <div className={styles.marks}>
          <State model={summary} />
          <span className={styles.mark}>
            {TEXT.columns.checked} <Verified verified={summary.verified} />
          </span>
          <span className={styles.mark}>
            {kindWords(summary.kind)}, {TEXT.standing[summary.standing]}, {TEXT.columns.version.toLowerCase()} {summary.version}
          </span>
          <span className={styles.mark}>
            {TEXT.columns.vectors} {TEXT.vectors(summary.vectors.passed, summary.vectors.of)}
          </span>
        </div>
        <p className={styles.links}>
          {TEXT.download}{' '}
          {FORMATS.map((format, n) => (
            <span key={format}>
              {n > 0 ? ', ' : ''}
              <a href={`/api/models/${summary.id}/card.${format}`}>{FORMAT_WORDS[format]}</a>
            </span>
          ))}
        </p>
      </header>
      <Tabs
        label={TEXT.tabsLabel}
        selected={tab}
        onSelect={setTab}
        items={[
          { id: 'overview', title: TEXT.tabs.overview, content: () => <Overview detail={detail} /> },
          { id: 'attributes', title: TEXT.tabs.attributes, content: () => <Attributes attributes={detail.attributes} /> },
          { id: 'inputs', title: TEXT.tabs.inputs, content: () => <Inputs inputs={detail.inputs} /> },
          { id: 'formula', title: TEXT.tabs.formula, content: () => <Formula detail={detail} /> },
          { id: 'figures', title: TEXT.tabs.figures, content: () => <Figures detail={detail} /> },
          { id: 'files', title: TEXT.tabs.files, content: () => <Files detail={detail} /> },
        ]}
      />
    </>
  )
}

const textOf = ({ attributes }: ModelDetail, id: string): string =>
  attributes.predictive.flatMap((group) => group.attributes).find((attribute) => attribute.id === id)?.text ?? ''

const List = ({ lines }: { readonly lines: readonly string[] }) => (
  <ul className={styles.list}>
    {lines.map((line) => (
      <li key={line}>{line}</li>
    ))}
  </ul>
)

const Section = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <section className={styles.section}>
    <h3>{title}</h3>
    {children}
  </section>
)

const Overview = ({ detail }: { readonly detail: ModelDetail }) => {
  const { summary, limits, population, citation, licence } = detail
  return (
    <>
      {summary.use.state === 'on' ? null : (
        <Notice level="caution" title={TEXT.use[summary.use.state]}>
          {summary.use.because}
        </Notice>
      )}
      {summary.off.length > 0 ? (
        <Notice level="caution" title={TEXT.off}>
          <List lines={summary.off.map(({ label, because }) => `${label}: ${because}`)} />
        </Notice>
      ) : null}
      <div className={styles.columns}>
        <Panel title={TEXT.intended}>
          <p>{textOf(detail, 'details_and_output.3')}</p>
          <p>{textOf(detail, 'purpose.1')}</p>
          <Section title={TEXT.patients}>
            <List lines={[textOf(detail, 'purpose.2'), ...population]} />
          </Section>
          <Section title={TEXT.role}>
            <p>{textOf(detail, 'purpose.4')}</p>
          </Section>
        </Panel>
        <Panel title={TEXT.avoid}>
          <p>{textOf(detail, 'out_of_scope.1')}</p>
          <Section title={TEXT.risks}>
            <p>{textOf(detail, 'out_of_scope.2')}</p>
          </Section>
          <Section title={TEXT.limits}>
            <List lines={limits} />
          </Section>
        </Panel>
      </div>
      <Panel title={TEXT.checked}>
        <KeyValue
          pairs={[
            { term: TEXT.how, value: summary.verified.says },
            { term: TEXT.citation, value: citation },
            { term: TEXT.licence, value: licence },
          ]}
        />
      </Panel>
    </>
  )
}

const Files = ({ detail }: { readonly detail: ModelDetail }) => {
  const { summary, files, training } = detail
  return (
    <>
      {training ? (
        <Panel title={TEXT.training}>
          <KeyValue pairs={training.map(({ label, text }) => ({ term: label, value: text }))} />
        </Panel>
      ) : null}
      <Panel title={TEXT.hashes}>
        <KeyValue
          pairs={[
            { term: TEXT.model, value: <code className={styles.hash}>{summary.sha256}</code> },
            ...files.map(({ file, sha256 }) => ({ term: file, value: <code className={styles.hash}>{sha256}</code> })),
            { term: TEXT.lastRun, value: `${summary.vectors.at.slice(0, 16).replace('T', ' ')} UTC` },
            { term: TEXT.execution, value: summary.fallback ?? summary.execution.toUpperCase() },
          ]}
        />
      </Panel>
      <Panel title={TEXT.machine}>
        <ul className={styles.list}>
          {['', '/source-attributes', '/card'].map((path) => (
            <li key={path}>
              <a href={`/api/models/${summary.id}${path}`}>
                <code>
                  GET /api/models/{summary.id}
                  {path}
                </code>
              </a>
            </li>
          ))}
        </ul>
      </Panel>
    </>
  )
}
