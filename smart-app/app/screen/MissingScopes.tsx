import { Notice } from '../../ui/Notice.tsx'
import { READ_TYPES, type UnreadType } from '../session/scopes.ts'
import type { Session } from '../session/smart-session.ts'
import { TEXT } from '../text.ts'

const words = TEXT.missingScopes

const named = (unread: readonly UnreadType[], extent: UnreadType['extent']): string =>
  unread
    .filter((one) => one.extent === extent)
    .map(({ type }) => words.types[type])
    .join('; ')

const sentencesOf = ({ missing, unread = [] }: Session): string[] => {
  const nothing = unread.length === READ_TYPES.length && unread.every(({ extent }) => extent === 'none')
  const [none, part] = [named(unread, 'none'), named(unread, 'part')]
  return [
    nothing ? words.everything : none === '' ? '' : words.unread(none),
    part === '' ? '' : words.partly(part),
    unread.length > 0 ? words.silence : '',
    missing.includes('offline_access') ? words.offline : '',
  ].filter((sentence) => sentence !== '')
}

/** What the record system granted less than asked, by what it means for the views. */
export const MissingScopes = ({ session }: { readonly session: Session }) => {
  const sentences = sentencesOf(session)
  const refused = session.optional?.refused ?? []
  return (
    <>
      {sentences.length > 0 ? (
        <Notice level="caution" title={words.title}>
          <ul>
            {sentences.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </Notice>
      ) : null}
      {refused.length > 0 ? (
        <Notice level="info">
          <p>{words.optional(refused.join(', '))}</p>
        </Notice>
      ) : null}
    </>
  )
}
