import { useEffect, useState } from 'react'

export type ReadJson<T> = { readonly state: 'loading' } | { readonly state: 'ready'; readonly value: T } | { readonly state: 'failed' }

const headersOf = (token: string): RequestInit => (token === '' ? {} : { headers: { authorization: `Bearer ${token}` } })

/** A report of our own server; the token is kept in memory only. */
export const useJson = <T>(path: string, token: string): ReadJson<T> => {
  const [current, setCurrent] = useState<ReadJson<T>>({ state: 'loading' })
  useEffect(() => {
    let wanted = true
    setCurrent({ state: 'loading' })
    fetch(path, headersOf(token))
      .then(
        async (answer): Promise<ReadJson<T>> => (answer.ok ? { state: 'ready', value: (await answer.json()) as T } : { state: 'failed' }),
      ) // our own server; a test holds its answers to the contract
      .catch((): ReadJson<T> => ({ state: 'failed' }))
      .then((result) => {
        if (wanted) setCurrent(result)
      })
    return () => {
      wanted = false
    }
  }, [path, token])
  return current
}

/** Fetches a file with the token and hands it to the browser. */
export const download = async (path: string, token: string, name: string): Promise<void> => {
  const answer = await fetch(path, headersOf(token))
  if (!answer.ok) return
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await answer.blob())
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
