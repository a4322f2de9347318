import { useEffect, useState } from 'react'
import { ModelPage } from './ModelPage.tsx'
import styles from './ModelsApp.module.css'
import { Registry } from './Registry.tsx'
import { TEXT } from './texts.ts'

const idOf = (hash: string): string => hash.replace(/^#\/?/, '')

/** The model that the address names after `#`; none: the list. */
const useAddress = (): string => {
  const [id, setId] = useState(idOf(location.hash))
  useEffect(() => {
    const follow = () => {
      setId(idOf(location.hash))
      scrollTo(0, 0)
    }
    addEventListener('hashchange', follow)
    return () => removeEventListener('hashchange', follow)
  }, [])
  return id
}

/** The registry of models, and the page of one of them. */
export const ModelsApp = () => {
  const id = useAddress()
  return (
    <main className={styles.page}>
      {id === '' ? (
        <>
          <header className={styles.head}>
            <h1>{TEXT.title}</h1>
            <p>{TEXT.lead}</p>
          </header>
          <Registry />
        </>
      ) : (
        <ModelPage id={id} />
      )}
    </main>
  )
}
