import { useEffect, useState } from 'react'
import type { MonitoringReport, WatchState } from '../../src/contract/monitoring.ts'
import { Button } from '../ui/Button.tsx'
import { DataTable } from '../ui/DataTable.tsx'
import { ModeBanner } from '../ui/ModeBanner.tsx'
import { Notice } from '../ui/Notice.tsx'
import { Panel } from '../ui/Panel.tsx'
import insight from './Insight.module.css'
import { Overrides, Services, Shadow } from './Insight.tsx'
import { WORDS } from './insight-texts.ts'
import { ModelWatch } from './ModelWatch.tsx'
import styles from './MonitoringApp.module.css'
import { addressOf, Overview } from './Overview.tsx'
import { type Read, useReport } from './read-report.ts'
import { State } from './states.tsx'
import { TEXT } from './texts.ts'

/** What the address names after `#`; empty: the overview. */
const useAddress = (): string => {
  const [address, setAddress] = useState(location.hash)
  useEffect(() => {
    const follow = () => {
      setAddress(location.hash)
      scrollTo(0, 0)
    }
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return address
}

const Unlock = ({ again, unlock }: { readonly again: boolean; readonly unlock: (token: string) => void }) => {
  const [token, setToken] = useState('')
  return (
    <Panel title={TEXT.token.title} lead={TEXT.token.lead}>
      {again ? <Notice level="warning" title={TEXT.token.wrong} /> : null}
      <form
        className={styles.unlock}
        onSubmit={(event) => {
          event.preventDefault()
          unlock(token)
        }}
      >
        <label>
          <span>{TEXT.token.label}</span>
          <input type="password" autoComplete="off" value={token} onChange={(event) => setToken(event.target.value)} />
        </label>
        <Button type="submit">{TEXT.token.button}</Button>
      </form>
    </Panel>
  )
}

const SHOWN: readonly WatchState[] = ['act', 'watch', 'ok', 'not-enough-data']

const Legend = () => (
  <ul className={styles.legend} aria-label={TEXT.legend}>
    {SHOWN.map((state) => (
      <li key={state}>
        <State state={state} />
      </li>
    ))}
  </ul>
)

const Thresholds = ({ thresholds }: Pick<MonitoringReport, 'thresholds'>) => (
  <details className={styles.thresholds}>
    <summary>{TEXT.thresholds}</summary>
    <DataTable
      caption={TEXT.thresholds}
      rows={thresholds}
      rowKey={({ figure }) => figure}
      columns={[
        { key: 'figure', title: TEXT.figure, namesRow: true, cell: ({ figure }) => TEXT.figures[figure] },
        { key: 'says', title: TEXT.because, cell: ({ says }) => says },
        { key: 'limits', title: TEXT.limits, align: 'end', cell: ({ watch, act }) => `${watch} / ${act}` },
        { key: 'source', title: TEXT.source, cell: ({ source }) => <span className={styles.source}>{source}</span> },
      ]}
    />
  </details>
)

const Whole = ({ report }: { readonly report: MonitoringReport }) => {
  const { window, thresholds } = report
  return (
    <>
      <header className={styles.head}>
        <h1>{TEXT.title}</h1>
        <p>{TEXT.lead}</p>
        <p className={styles.window}>{TEXT.window(window.from, window.to, window.days)}</p>
        <Legend />
      </header>
      <Overview report={report} />
      <Thresholds thresholds={thresholds} />
    </>
  )
}

const PAGES = [
  ['', WORDS.models, null],
  ['#/services', WORDS.services, Services],
  ['#/overrides', WORDS.overrides, Overrides],
  ['#/shadow', WORDS.shadow, Shadow],
] as const

const Pages = ({ address }: { readonly address: string }) => {
  const current = PAGES.find(([at]) => at !== '' && at === address)?.[0] ?? ''
  return (
    <nav className={insight.nav} aria-label={WORDS.pages}>
      <ul>
        {PAGES.map(([at, title]) => (
          <li key={at}>
            <a href={at || '#/'} aria-current={at === current ? 'page' : undefined}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

type ContentProps = { readonly read: Read; readonly token: string; readonly unlock: (token: string) => void }

const Content = ({ read, token, unlock }: ContentProps) => {
  const address = useAddress()
  if (read.state === 'locked') return <Unlock again={read.again} unlock={unlock} />
  if (read.state === 'loading') return <Panel title={TEXT.title} state={{ kind: 'loading', text: TEXT.loading }} />
  if (read.state === 'failed') return <Panel title={TEXT.title} state={{ kind: 'error', text: TEXT.failed }} />
  const Page = PAGES.find(([at]) => at === address)?.[2]
  if (Page)
    return (
      <>
        <Pages address={address} />
        <Page token={token} />
      </>
    )
  const { report } = read
  const one = report.models.find((model) => addressOf(model) === address)
  return (
    <>
      <Pages address={address} />
      {one ? <ModelWatch model={one} report={report} /> : <Whole report={report} />}
    </>
  )
}

/** The watch over the models, and the page of one of them. */
export const MonitoringApp = () => {
  const { read, token, unlock } = useReport()
  return (
    <main className={styles.page}>
      {read.state === 'ready' && read.report.sandbox ? <ModeBanner>{TEXT.sandbox}</ModeBanner> : null}
      <Content read={read} token={token} unlock={unlock} />
    </main>
  )
}
