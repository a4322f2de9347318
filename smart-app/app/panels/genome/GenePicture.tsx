import { type KeyboardEvent, useId, useState } from 'react'
import type { GeneSite, GeneSites, SiteState } from '../../../../src/contract/variants.ts'
import { TableOrChart } from '../../../ui/charts/TableOrChart.tsx'
import { useWidth } from '../../../ui/charts/use-width.ts'
import { DataTable } from '../../../ui/DataTable.tsx'
import { own } from '../../words/own.ts'
import { Facts } from '../Facts.tsx'
import styles from './GenePicture.module.css'
import { type Layout, layOut, type Placed, STRIP, stepTo } from './picture-layout.ts'
import { TEXT } from './texts.ts'

const T = TEXT.picture
const STATES: readonly SiteState[] = ['variant', 'reference', 'missing', 'not-stated']
const MOST_ALLELES = 6

const stateWords = ({ state, text, conflict }: GeneSite): string =>
  conflict ? T.conflict : [T.states[state], text === null ? null : (own(T.zygosities, text) ?? text)].filter(Boolean).join(', ')

const alleleWords = ({ alleles }: GeneSite): string => {
  if (alleles.length === 0) return T.noAllele
  const shown = alleles.slice(0, MOST_ALLELES).join(', ')
  return alleles.length > MOST_ALLELES ? `${shown} ${T.more(alleles.length - MOST_ALLELES)}` : shown
}

const siteWords = (site: GeneSite): string =>
  [site.rsid, site.name, stateWords(site), `${T.alleles} ${alleleWords(site)}`].filter(Boolean).join(' · ')

/** One shape per state, so that it is told without colour. Drawn around 0,0. */
const Sign = ({ state, conflict }: { readonly state: SiteState; readonly conflict?: true | undefined }) => {
  if (conflict) return <path d="M-6 6 6-6M-6-6 6 6" className={styles.conflict} />
  switch (state) {
    case 'variant':
      return <path d="M0-7.5 7.5 0 0 7.5-7.5 0z" className={styles.variant} />
    case 'reference':
      return <circle r="5.5" className={styles.reference} />
    case 'missing':
      return (
        <>
          <rect x="-6" y="-6" width="12" height="12" className={styles.missing} />
          <path d="M-4 4 4-4" className={styles.missing} />
        </>
      )
    case 'not-stated':
      return <circle r="1.6" className={styles.open} />
  }
}

const Cell = ({ placed, current }: { readonly placed: Placed; readonly current: boolean }) => (
  <g transform={`translate(${placed.x} ${placed.y})`}>
    {current ? <rect x="-10.5" y="-13" width="21" height="26" rx="4" className={styles.cursor} /> : null}
    <Sign state={placed.site.state} conflict={placed.site.conflict} />
  </g>
)

/** Every position at its place on the gene; where something was found, the mark is taller. */
const Strip = ({ layout, at }: { readonly layout: Layout; readonly at: number }) => (
  <>
    <path d={`M0 18H${layout.width}`} className={styles.axis} />
    {layout.placed.map(({ site, at: x }) => (
      <path key={site.position} d={`M${x.toFixed(1)} ${site.state === 'variant' ? 6 : 12}V24`} className={styles[`tick-${site.state}`]} />
    ))}
    {layout.placed[at] ? <path d={`M${layout.placed[at].at.toFixed(1)} 2v${STRIP - 6}`} className={styles.pointer} /> : null}
  </>
)

const Drawing = ({ sites }: { readonly sites: GeneSites }) => {
  const [frame, width] = useWidth<HTMLDivElement>()
  const found = sites.sites.findIndex(({ state }) => state === 'variant')
  const [at, setAt] = useState(Math.max(0, found))
  const help = useId()
  const layout = layOut(sites.sites, width)
  const current = sites.sites[at]
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = stepTo(event.key, at, sites.sites.length, layout.columns)
    if (next === null) return
    event.preventDefault()
    setAt(next)
  }
  return (
    <div ref={frame} className={styles.frame}>
      <div
        role="application"
        aria-roledescription={T.kind}
        aria-label={T.title(sites.gene)}
        aria-describedby={help}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a picture that is read with the arrow keys
        tabIndex={0}
        className={styles.region}
        onKeyDown={onKeyDown}
      >
        <svg
          viewBox={`0 0 ${layout.width} ${layout.height}`}
          width={layout.width}
          height={layout.height}
          aria-hidden="true"
          className={styles.svg}
        >
          <Strip layout={layout} at={at} />
          {layout.placed.map((placed, index) => (
            <g key={placed.site.position} onPointerDown={() => setAt(index)}>
              <rect x={placed.x - 11} y={placed.y - 14} width="22" height="28" className={styles.target} />
              <Cell placed={placed} current={index === at} />
            </g>
          ))}
        </svg>
      </div>
      <p id={help} className="visually-hidden">
        {T.keys}
      </p>
      <p className={styles.readout} aria-live="polite">
        {current ? siteWords(current) : ''}
      </p>
    </div>
  )
}

const Legend = () => (
  <ul className={styles.legend} aria-label={T.legend}>
    {STATES.map((state) => (
      <li key={state}>
        <svg viewBox="-9 -9 18 18" width="18" height="18" aria-hidden="true">
          <Sign state={state} />
        </svg>
        {T.states[state]}
      </li>
    ))}
  </ul>
)

const Table = ({ sites }: { readonly sites: GeneSites }) => (
  <DataTable
    caption={T.title(sites.gene)}
    rows={sites.sites}
    rowKey={({ position }) => String(position)}
    short={{ rows: 40, more: T.all }}
    columns={[
      { key: 'rsid', title: T.rsid, namesRow: true, cell: ({ rsid, name }) => rsid ?? name },
      { key: 'position', title: T.position, cell: ({ position }) => `${sites.chromosome}:${position}` },
      { key: 'change', title: T.change, cell: ({ name }) => name },
      {
        key: 'state',
        title: T.state,
        cell: (site) => (
          <span className={styles.stateCell}>
            <svg viewBox="-9 -9 18 18" width="16" height="16" aria-hidden="true">
              <Sign state={site.state} conflict={site.conflict} />
            </svg>
            {stateWords(site)}
            {site.facts.length > 0 ? <Facts facts={site.facts} /> : null}
          </span>
        ),
      },
      { key: 'alleles', title: T.alleles, cell: alleleWords },
    ]}
  />
)

const countOf = (sites: GeneSites, state: SiteState): number => sites.sites.filter((site) => site.state === state).length

/** The positions that define a gene's alleles, and what the record says of each: found, called without a finding, not covered, not stated. */
export const GenePicture = ({ sites }: { readonly sites: GeneSites }) => (
  <div className={styles.picture}>
    <p className={styles.summary}>
      {T.summary(countOf(sites, 'variant'), countOf(sites, 'reference'), countOf(sites, 'missing'), countOf(sites, 'not-stated'))}
    </p>
    <TableOrChart
      label={T.title(sites.gene)}
      chart={() => (
        <>
          <Drawing sites={sites} />
          <Legend />
        </>
      )}
      table={() => <Table sites={sites} />}
    />
    {sites.others.length > 0 ? (
      <p className={styles.source}>
        {T.others}: {sites.others.map(({ name, state }) => `${name} (${T.states[state]})`).join(', ')}
      </p>
    ) : null}
    <p className={styles.source}>
      {T.source(sites.assembly, sites.definitions.version)} · {sites.chromosome}
    </p>
  </div>
)
