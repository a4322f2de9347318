import type { ImagingReport } from '../../../../src/contract/imaging.ts'
import { Fact } from '../Facts.tsx'
import styles from './Imaging.module.css'
import { TEXT } from './texts.ts'

/** What a report concludes, in its own words; whatever is no final report says so. */
export const Report = ({ report, titled = false }: { readonly report: ImagingReport; readonly titled?: boolean }) => (
  <div className={styles.report}>
    {titled ? <h4>{report.title}</h4> : null}
    {report.status === 'final' || report.status === null ? null : <p className={styles.quiet}>{TEXT.unfinished(report.status)}</p>}
    {report.conclusion === null ? <p className={styles.quiet}>{TEXT.noConclusion}</p> : <blockquote>{report.conclusion}</blockquote>}
    {report.conclusionCodes.length > 0 ? (
      <p className={styles.codes}>{report.conclusionCodes.map(({ text }) => text).join(' · ')}</p>
    ) : null}
    {report.forms.length > 0 ? (
      <p className={styles.quiet}>
        {TEXT.attached}: {report.forms.map((form) => TEXT.attachment(form.title ?? TEXT.untitled, form.contentType ?? '')).join(', ')}
      </p>
    ) : null}
    <Fact fact={report.lineage} />
  </div>
)
