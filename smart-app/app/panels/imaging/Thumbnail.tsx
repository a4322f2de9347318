import { type RefObject, useEffect, useRef, useState } from 'react'
import type { Session } from '../../session/smart-session.ts'
import { fetchPicture, inTurn, type Picture } from './fetch-picture.ts'
import styles from './Imaging.module.css'
import type { PictureSource } from './picture-sources.ts'
import { TEXT, type WhyNot } from './texts.ts'

type Shown =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'shown'; readonly url: string }
  | { readonly kind: 'none'; readonly why: WhyNot }

const isSeen = (element: Element | null, then: () => void): (() => void) => {
  if (!element || typeof IntersectionObserver === 'undefined') {
    then()
    return () => undefined
  }
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return
      observer.disconnect()
      then()
    },
    { rootMargin: '200px' },
  )
  observer.observe(element)
  return () => observer.disconnect()
}

/** Asks for the picture when its place comes into view; lets go of it when the place goes. */
const usePicture = (source: PictureSource, token: () => string | null): readonly [RefObject<HTMLDivElement | null>, Shown, () => void] => {
  const place = useRef<HTMLDivElement | null>(null)
  const [shown, show] = useState<Shown>(source.kind === 'none' ? source : { kind: 'waiting' })
  const addresses = source.kind === 'ask' ? source.addresses.join('\n') : ''
  // biome-ignore lint/correctness/useExhaustiveDependencies: the addresses are what matters of `source`; the token is asked when it is needed
  useEffect(() => {
    if (source.kind === 'none') return show(source)
    const stop = new AbortController()
    let url: string | null = null
    const take = (picture: Picture): void => {
      if (stop.signal.aborted) return
      if (picture.kind === 'none') {
        show(picture)
        return
      }
      url = URL.createObjectURL(picture.blob)
      show({ kind: 'shown', url })
    }
    const forget = isSeen(place.current, () => {
      void inTurn(() => fetchPicture(source.addresses, token(), stop.signal)).then(take)
    })
    return () => {
      forget()
      stop.abort()
      if (url !== null) URL.revokeObjectURL(url)
    }
  }, [addresses, source.kind])
  return [place, shown, () => show({ kind: 'none', why: 'not-a-picture' })]
}

/** A small picture, or in its place the reason why there is none; never a broken one. */
export const Thumbnail = ({
  source,
  what,
  session,
  sendToken,
}: {
  readonly source: PictureSource
  /** Modality, body site and date. */
  readonly what: string
  readonly session: Pick<Session, 'accessToken'>
  readonly sendToken: boolean
}) => {
  const [place, shown, fail] = usePicture(source, () => (sendToken ? session.accessToken() : null))
  return (
    <div ref={place} className={styles.picture} data-picture={shown.kind}>
      {shown.kind === 'shown' ? <img src={shown.url} alt={TEXT.alt(what)} width={112} height={112} onError={fail} /> : null}
      {shown.kind === 'waiting' ? <p>{TEXT.waiting}</p> : null}
      {shown.kind === 'none' ? (
        <p>
          <strong>{TEXT.noPicture}</strong> {TEXT.why[shown.why]}
        </p>
      ) : null}
    </div>
  )
}
