import type { ImagingEndpoint, ImagingReport, ImagingStudy } from '../../../../src/contract/imaging.ts'
import type { Session } from '../../session/smart-session.ts'
import { dateWords } from '../../words/dates.ts'
import { Fact } from '../Facts.tsx'
import styles from './Imaging.module.css'
import { type PictureConfig, pictureSource, viewerAddress } from './picture-sources.ts'
import { Report } from './Report.tsx'
import { Thumbnail } from './Thumbnail.tsx'
import { TEXT } from './texts.ts'

const size = ({ series, instances }: ImagingStudy): string[] => [
  ...(series === null ? [] : [TEXT.series(series)]),
  ...(instances === null ? [] : [TEXT.pictures(instances)]),
]

/** One study: picture, what and where, when, and what its report concludes. */
export const Study = ({
  study,
  modality,
  reports,
  endpoints,
  session,
  config,
}: {
  readonly study: ImagingStudy
  readonly modality: string
  readonly reports: readonly ImagingReport[]
  readonly endpoints: readonly ImagingEndpoint[]
  readonly session: Pick<Session, 'fhirServer' | 'accessToken'>
  readonly config: PictureConfig
}) => {
  const date = study.started ? dateWords(study.started) : TEXT.undated
  const place = [...(study.bodySites ?? []), ...(study.laterality ?? [])]
  const viewer = viewerAddress(study, config)
  return (
    <article className={styles.study}>
      <Thumbnail
        source={pictureSource(study, endpoints, session.fhirServer, config)}
        what={[modality, ...place, date].join(', ')}
        session={session}
        sendToken={config.sendToken}
      />
      <div className={styles.facts}>
        <div className={styles.head}>
          <h4>{study.description}</h4>
          <span className={styles.date}>{date}</span>
        </div>
        <p className={styles.about}>{[...place, ...size(study)].join(' · ')}</p>
        {reports.length === 0 ? <p className={styles.quiet}>{TEXT.noReport}</p> : null}
        {reports.map((report) => (
          <Report key={report.ref} report={report} />
        ))}
        <Fact fact={study.lineage} />
        {viewer === null ? null : (
          <a
            className={`${styles.link} screen-only`}
            href={viewer}
            target="_blank"
            rel="noreferrer noopener"
            aria-label={TEXT.viewerOf(study.description)}
          >
            {TEXT.viewer}
          </a>
        )}
      </div>
    </article>
  )
}
