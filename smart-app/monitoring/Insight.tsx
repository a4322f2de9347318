import { type ReactNode, useState } from 'react'
import type { OverridesBy, OverridesReport, OverridesRow, ShadowReport, ShadowService, Share } from '../../src/contract/insight.ts'
import type { ServiceFigure, ServiceWatchReport, WatchedService } from '../../src/contract/service-watch.ts'
import { Button } from '../ui/Button.tsx'
import { DataTable } from '../ui/DataTable.tsx'
import { Panel } from '../ui/Panel.tsx'
import styles from './Insight.module.css'
import { WORDS } from './insight-texts.ts'
import { download, type ReadJson, useJson } from './read-json.ts'
import { bySeriousness, percent, State } from './states.tsx'

const count = (n: number): string => n.toLocaleString('en')
const SHORT = { rows: 20, more: WORDS.more }

const Head = ({ title, lead }: { readonly title: string; readonly lead: string }) => (
  <header className={styles.head}>
    <h1>{title}</h1>
    <p>{lead}</p>
  </header>
)

/** The report once it is there; before that, and where it failed, words that say so. */
const Ready = <T,>({
  read,
  title,
  children,
}: {
  readonly read: ReadJson<T>
  readonly title: string
  readonly children: (value: T) => ReactNode
}) => {
  if (read.state === 'loading') return <Panel title={title} state={{ kind: 'loading', text: WORDS.loading }} />
  if (read.state === 'failed') return <Panel title={title} state={{ kind: 'error', text: WORDS.failed }} />
  return children(read.value)
}

const Downloads = ({ path, token, name }: { readonly path: string; readonly token: string; readonly name: string }) => (
  <div className={styles.downloads}>
    <Button onClick={() => void download(`${path}${path.includes('?') ? '&' : '?'}format=csv`, token, `${name}.csv`)}>{WORDS.csv}</Button>
    <Button onClick={() => void download(path, token, `${name}.json`)}>{WORDS.json}</Button>
  </div>
)

const subjectOf = ({ subject }: ServiceFigure): string => subject || WORDS.whole

const ServicePanel = ({ service }: { readonly service: WatchedService }) => (
  <Panel
    title={`${service.tenant}: ${service.service}`}
    actions={<State state={service.state} />}
    lead={service.collecting ? WORDS.collecting(service.collecting.day, service.collecting.days) : undefined}
  >
    <DataTable
      caption={`${service.tenant} ${service.service}`}
      rows={[...service.figures].sort(bySeriousness)}
      rowKey={({ figure, kind, subject }) => `${figure} ${kind} ${subject}`}
      short={SHORT}
      columns={[
        { key: 'figure', title: WORDS.columns.figure, namesRow: true, cell: (row) => `${WORDS.figures[row.figure]}: ${subjectOf(row)}` },
        { key: 'state', title: WORDS.columns.state, cell: ({ state }) => <State state={state} /> },
        { key: 'because', title: WORDS.columns.because, cell: ({ because }) => because },
      ]}
    />
    <details className={styles.days}>
      <summary>{WORDS.days}</summary>
      <DataTable
        caption={`${WORDS.days}: ${service.tenant} ${service.service}`}
        rows={service.days.toReversed()}
        rowKey={({ day }) => day}
        columns={[
          { key: 'day', title: WORDS.columns.day, namesRow: true, cell: ({ day }) => day },
          { key: 'calls', title: WORDS.columns.calls, align: 'end', cell: ({ calls }) => count(calls) },
          { key: 'silent', title: WORDS.columns.silent, align: 'end', cell: ({ silent }) => count(silent) },
          { key: 'notAssessed', title: WORDS.columns.notAssessed, align: 'end', cell: ({ notAssessed }) => count(notAssessed) },
          { key: 'shadow', title: WORDS.columns.shadow, align: 'end', cell: ({ shadow }) => count(shadow) },
        ]}
      />
    </details>
  </Panel>
)

/** Whether services are called and rules fire. */
export const Services = ({ token }: { readonly token: string }) => {
  const read = useJson<ServiceWatchReport>('/api/monitoring/services', token)
  return (
    <>
      <Head title={WORDS.services} lead={WORDS.servicesLead} />
      <Ready read={read} title={WORDS.services}>
        {({ services }) =>
          services.length === 0 ? (
            <Panel title={WORDS.services} state={{ kind: 'empty', text: WORDS.none }} />
          ) : (
            [...services].sort(bySeriousness).map((one) => <ServicePanel key={`${one.tenant} ${one.service}`} service={one} />)
          )
        }
      </Ready>
    </>
  )
}

const sayShare = (share: Share): string =>
  share === null ? '' : `${percent(share.value)} (${percent(share.low)} to ${percent(share.high)})`

const nameOf = ({ tenant, service, subject }: OverridesRow): string =>
  [tenant, service, subject].filter(Boolean).join(' · ') || WORDS.everything

const OverridesTable = ({ report }: { readonly report: OverridesReport }) => (
  <DataTable
    caption={WORDS.overrides}
    rows={report.all === null ? [] : [report.all, ...report.rows]}
    rowKey={nameOf}
    short={SHORT}
    columns={[
      { key: 'subject', title: WORDS.columns.subject, namesRow: true, cell: nameOf },
      { key: 'shown', title: WORDS.columns.shown, align: 'end', cell: ({ shown }) => count(shown) },
      { key: 'accepted', title: WORDS.columns.accepted, align: 'end', cell: ({ acceptRate }) => sayShare(acceptRate) },
      { key: 'overridden', title: WORDS.columns.overridden, align: 'end', cell: ({ overrideRate }) => sayShare(overrideRate) },
      { key: 'ignored', title: WORDS.columns.ignored, align: 'end', cell: ({ ignored }) => count(ignored) },
      { key: 'after', title: WORDS.columns.after, align: 'end', cell: ({ changedAfter }) => WORDS.of(changedAfter.n, changedAfter.of) },
      { key: 'repeated', title: WORDS.columns.repeated, align: 'end', cell: ({ repeated }) => count(repeated) },
      {
        key: 'reasons',
        title: WORDS.columns.reasons,
        cell: ({ reasons, comments = [] }) => [...reasons.map(({ code, n }) => `${code} ${n}`), ...comments].join('; '),
      },
    ]}
  />
)

const BYS = Object.keys(WORDS.bys) as OverridesBy[]

/** What became of the cards. */
export const Overrides = ({ token }: { readonly token: string }) => {
  const [by, setBy] = useState<OverridesBy>('rule')
  const path = `/api/overrides?by=${by}`
  const read = useJson<OverridesReport>(path, token)
  return (
    <>
      <Head title={WORDS.overrides} lead={WORDS.overridesLead} />
      <label className={styles.by}>
        <span>{WORDS.by}</span>
        <select value={by} onChange={(event) => setBy(BYS.find((one) => one === event.target.value) ?? 'rule')}>
          {BYS.map((one) => (
            <option key={one} value={one}>
              {WORDS.bys[one]}
            </option>
          ))}
        </select>
      </label>
      <Ready read={read} title={WORDS.overrides}>
        {(report) => (
          <Panel
            title={WORDS.bys[by]}
            state={report.all === null ? { kind: 'empty', text: WORDS.none } : { kind: 'ready' }}
            actions={<Downloads path={path} token={token} name="attune-overrides" />}
          >
            <OverridesTable report={report} />
          </Panel>
        )}
      </Ready>
    </>
  )
}

const number = (value: number | null): string => (value === null ? WORDS.noOrder : String(Number(value.toPrecision(2))))

const ShadowPanel = ({ one }: { readonly one: ShadowService }) => (
  <Panel title={`${one.tenant}: ${one.service}${one.of === 'trial' ? `, ${WORDS.trial}` : ''}`} lead={`${one.from} to ${one.to}`}>
    <p>
      {[
        WORDS.wouldBe(one.calls, one.orders),
        WORDS.cards(one.cards.critical, one.cards.warning, one.cards.info),
        WORDS.interrupting(number(one.interruptingPer100Orders)),
        WORDS.notAssessed(sayShare(one.notAssessed.share)),
        WORDS.never(one.neverFired.length, one.neverAsked),
      ].join(' ')}
    </p>
    <DataTable
      caption={`${WORDS.shadow}: ${one.tenant} ${one.service}`}
      rows={one.rules}
      rowKey={({ rule }) => rule}
      short={SHORT}
      columns={[
        { key: 'rule', title: WORDS.columns.rule, namesRow: true, cell: ({ rule }) => rule },
        { key: 'fired', title: WORDS.columns.fired, align: 'end', cell: ({ fired }) => count(fired) },
        { key: 'per100', title: WORDS.columns.per100, align: 'end', cell: ({ per100Orders }) => number(per100Orders) },
        { key: 'samples', title: WORDS.columns.samples, cell: ({ samples }) => samples.join(' ') },
      ]}
    />
    {one.neverFired.length > 0 ? (
      <details className={styles.days}>
        <summary>{WORDS.neverFired}</summary>
        <DataTable
          caption={`${WORDS.neverFired}: ${one.tenant} ${one.service}`}
          rows={one.neverFired}
          rowKey={({ rule }) => rule}
          short={SHORT}
          columns={[
            { key: 'rule', title: WORDS.columns.rule, namesRow: true, cell: ({ rule }) => rule },
            { key: 'drug', title: WORDS.drug, cell: ({ drug }) => drug },
            { key: 'looked', title: WORDS.looked, align: 'end', cell: ({ looked }) => count(looked) },
          ]}
        />
      </details>
    ) : null}
  </Panel>
)

/** What would have been shown. */
export const Shadow = ({ token }: { readonly token: string }) => {
  const read = useJson<ShadowReport>('/api/shadow', token)
  return (
    <>
      <Head title={WORDS.shadow} lead={WORDS.shadowLead} />
      <Ready read={read} title={WORDS.shadow}>
        {({ services }) =>
          services.length === 0 ? (
            <Panel title={WORDS.shadow} state={{ kind: 'empty', text: WORDS.noShadow }} />
          ) : (
            <>
              <Downloads path="/api/shadow" token={token} name="attune-shadow" />
              {services.map((one) => (
                <ShadowPanel key={`${one.tenant} ${one.service} ${one.of}`} one={one} />
              ))}
            </>
          )
        }
      </Ready>
    </>
  )
}
