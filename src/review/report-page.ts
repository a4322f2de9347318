import { hash } from 'node:crypto'
import type { Report, ReportDrug, ReportEstimate, ReportGene, ReportLevel } from '../contract/report.ts'
import { unitWords } from '../terminology/unit-words.ts'
import { LABELS, type Labels } from './report-labels.ts'

/**
 * The page's only style; its policy names the hash, so that no other inline style is let in. Black on white: severity is word and shape.
 * The identity is a table header group, which browsers repeat on every printed page; numbers of pages stand in the margin.
 */
export const REPORT_STYLE = `:root{font:10.5pt/1.45 system-ui,sans-serif;color:#111;background:#fff}
*{box-sizing:border-box}body{max-width:50rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
.sheet{display:table;width:100%;table-layout:fixed}.strip{display:table-header-group;break-inside:avoid;font-size:.8em}.strip p{margin:0;padding-bottom:.3em}
.body{display:table-row-group}
h1{font-size:1.6em;line-height:1.2;margin:0}h2{font-size:1.15em;margin:1.6em 0 .5em;padding-bottom:.15em;border-bottom:1.5px solid #111}
h3{font-size:1em;margin:0}p,ul,dl{margin:.2em 0}ul{padding-left:1.2em}small,.muted{color:#444}
header{padding-bottom:.8em;border-bottom:1.5px solid #111}dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.1em 1em;margin-top:.8em;font-size:.9em}
dt{color:#444}dd{margin:0}
.drug{padding:.7em 0;border-bottom:1px solid #bbb}.level{display:inline-flex;align-items:center;gap:.4em;font-weight:700}
.level svg{flex:none;width:1.15em;height:1.15em}.lead{font-weight:700}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;vertical-align:top;padding:.3em .8em .3em 0;border-bottom:1px solid #bbb;font-weight:400}
thead th{color:#444;font-size:.85em}tbody th{font-weight:700}td.number,.gene{white-space:nowrap;overflow-wrap:normal}
@page{size:A4;margin:14mm 15mm 18mm;@bottom-left{content:"Attune";font:8pt system-ui,sans-serif;color:#444}@bottom-right{content:counter(page) " / " counter(pages);font:8pt system-ui,sans-serif;color:#444}}
@media screen{.strip{display:none}}
@media print{body{margin:0;padding:0;max-width:none}h2,h3{break-after:avoid}tr,li,.drug{break-inside:avoid}}
@media screen and (max-width:30rem){dl{grid-template-columns:1fr}dt{margin-top:.4em}}`

export const REPORT_STYLE_HASH = `'sha256-${hash('sha256', REPORT_STYLE, 'base64')}'`

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const text = (value: unknown): string => String(value ?? '').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

/** One shape per level, told without colour: filled where something must change, outlined below that, dashed where nothing is known. */
const SHAPES: Readonly<Record<ReportLevel, string>> = {
  critical:
    '<path d="M5 .8h6L15.2 5v6L11 15.2H5L.8 11V5z" fill="#111"/><path d="m5.2 5.2 5.6 5.6m0-5.6-5.6 5.6" stroke="#fff" stroke-width="1.8"/>',
  warning: '<path d="M8 1.2 15.4 14.6H.6z" fill="#111"/><path d="M8 5.8v4.1m0 2v.6" stroke="#fff" stroke-width="1.8"/>',
  caution:
    '<path d="M8 1 15 8 8 15 1 8z" fill="none" stroke="#111" stroke-width="1.4"/><path d="M8 4.6v4.1m0 2.2v.6" stroke="#111" stroke-width="1.6"/>',
  info: '<circle cx="8" cy="8" r="7" fill="none" stroke="#111" stroke-width="1.4"/><path d="M8 7.4v4m0-6.9v.6" stroke="#111" stroke-width="1.6"/>',
  ok: '<rect x="1" y="1" width="14" height="14" rx="3.5" fill="none" stroke="#111" stroke-width="1.4"/><path d="m4.4 8.3 2.5 2.5 4.8-5.2" fill="none" stroke="#111" stroke-width="1.6"/>',
  none: '<path d="M2.5 8h11" stroke="#111" stroke-width="1.6"/>',
  unknown:
    '<circle cx="8" cy="8" r="6.6" fill="none" stroke="#111" stroke-width="1.4" stroke-dasharray="2.4 1.8"/><path d="M6.2 6.3c.2-2.2 3.7-2.1 3.6 0 0 1.2-1.8 1.3-1.8 2.6m0 2.2v.5" fill="none" stroke="#111" stroke-width="1.3"/>',
}

const severity = ({ level, word }: ReportDrug): string =>
  `<span class="level"><svg viewBox="0 0 16 16" aria-hidden="true">${SHAPES[level]}</svg>${text(word)}</span>`

const list = (items: readonly string[], none: string): string =>
  items.length === 0 ? `<p>${text(none)}</p>` : `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`

const english = (html: string, rest = ''): string => `<div lang="en"${rest}>${html}</div>`

const drugBlock = (drug: ReportDrug): string => {
  const advice = drug.advice.map((one) => `${text(one.text)} <small>${text(one.source)}</small>`)
  return `<section class="drug"><h3>${text(drug.name)}</h3><p>${severity(drug)}</p>
${drug.headline ? english(`<span class="lead">${text(drug.headline)}</span> ${text(drug.basis.join('; '))}`) : ''}
${drug.silent ? `<p>${text(drug.silent)}</p>` : english(list(advice, ''))}${drug.gaps.length > 0 ? english(list(drug.gaps.map(text), ''), ' class="muted"') : ''}</section>`
}

const geneRow = (gene: ReportGene, labels: Labels): string => {
  const state = gene.state === 'called' ? '' : `<em>${text(labels.states[gene.state])}</em>`
  const today = gene.today ? `<br>→ ${text(gene.today)} <small>(${text(labels.today)})</small>` : ''
  const because = gene.because ? `<br><small lang="en">${text(gene.because)}</small>` : ''
  return `<tr><th scope="row" class="gene">${text(gene.gene)}</th><td>${text(gene.genotype ?? '–')} ${state}</td><td lang="en">${text(gene.phenotype ?? '–')}${today}${because}</td><td><small>${gene.from.map(text).join('<br>')}</small></td></tr>`
}

/** Digits that a person reads; the data form has all of them. */
const number = (value: number, language: Report['language']): string =>
  new Intl.NumberFormat(language === 'de' ? 'de-DE' : 'en-GB', { maximumSignificantDigits: Math.abs(value) >= 1000 ? 21 : 3 }).format(value)

const estimateRow = (
  { title, value, unit, interval, model, limits }: ReportEstimate,
  language: Report['language'],
  labels: Labels,
): string => {
  const percent = interval ? `${number(interval.level <= 1 ? interval.level * 100 : interval.level, language)} %` : ''
  const between = interval
    ? `<br><small>${percent} ${text(labels.interval)} ${number(interval.low, language)} – ${number(interval.high, language)}</small>`
    : ''
  const said =
    value === null ? text(labels.refused) : `${number(value, language)} ${text(unit === null ? unit : unitWords(unit))}${between}`
  const limit = limits.length > 0 ? `<br><small>${limits.map(text).join('<br>')}</small>` : ''
  return `<tr><th scope="row" lang="en">${text(title)}</th><td class="number">${said}</td><td lang="en">${text(model)}${limit}</td></tr>`
}

const table = (rows: readonly string[], none: string): string =>
  rows.length === 0 ? `<p>${text(none)}</p>` : `<table><tbody>${rows.join('')}</tbody></table>`

const moment = (at: string): string =>
  Number.isNaN(Date.parse(at)) ? at : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

const sexOf = (sex: string | null, { sexes }: Labels): string => (sex !== null && sex in sexes ? sexes[sex as keyof typeof sexes] : '–')

const pair = (term: string, value: string): string => `<dt>${text(term)}</dt><dd>${text(value)}</dd>`

/** A page of its own: no script, no other host, one style. What was told, in the words in which it was told. */
export const reportPage = (report: Report): string => {
  const { language, patient, versions } = report
  const labels: Labels = LABELS[language]
  const name = text(patient.name ?? labels.unnamed)
  const born = `${labels.born} ${text(patient.birthDate ?? '–')}`
  const drugs = (some: readonly ReportDrug[]): string => some.map(drugBlock).join('') || `<p>${labels.none}</p>`
  const questions = report.questions.map(
    ({ key, state, resources, because }) =>
      `<tr><th scope="row" lang="en">${text(key)}</th><td>${text(labels.answers[state as keyof Labels['answers']] ?? state)}</td><td class="number">${resources} ${labels.resources}</td><td lang="en">${text(because)}</td></tr>`,
  )
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${REPORT_STYLE_HASH}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${labels.title}</title><style>${REPORT_STYLE}</style></head>
<body><div class="sheet"><div class="strip" aria-hidden="true"><p><strong>${name}</strong> · ${born} · ${text([...patient.identifiers, patient.id].join(' · '))} · ${labels.decision} ${text(report.decision)}</p></div>
<div class="body"><header><p class="muted">${labels.title}</p><h1>${name}</h1>
<p>${born} · ${labels.sex} ${sexOf(patient.sex, labels)} · ${labels.record} ${text([...patient.identifiers, patient.id].join(' · '))}</p>
<dl>${pair(labels.made, moment(report.made))}${pair(labels.read, moment(report.read))}${pair(labels.decision, report.decision)}${pair(labels.versions, `Attune ${versions.attune}, ${labels.rules} ${versions.rules}`)}</dl>
<p class="muted">${labels.frozen}</p></header>
<main><h2>${labels.orders}</h2>${drugs(report.orders)}
<h2>${labels.medicines}</h2>${drugs(report.medicines)}
<h2>${labels.allergies}</h2>${list(report.allergies.map(text), labels.none)}
<h2>${labels.genes}</h2>${table(
    report.genes.map((gene) => geneRow(gene, labels)),
    labels.none,
  )}<p class="muted">${labels.untested}: ${text(report.notTested.join(', ') || '–')}</p>
<h2>${labels.estimates}</h2>${table(
    report.estimates.map((one) => estimateRow(one, language, labels)),
    labels.none,
  )}
<h2>${labels.gaps}</h2>${report.gaps.length > 0 ? english(list(report.gaps.map(text), '')) : `<p>${labels.noGaps}</p>`}
<h2>${labels.questions}</h2>${table(questions, labels.none)}</main>
<footer><p class="muted">${labels.foot}</p></footer></div></div></body></html>
`
}
