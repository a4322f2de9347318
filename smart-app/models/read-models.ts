import { useEffect, useState } from 'react'
import type { ModelDetail, ModelList, ModelSummary } from '../../src/contract/models.ts'

export type Read<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'none' }
  | { readonly state: 'failed' }

const readJson = async <T>(path: string): Promise<Read<T>> => {
  const answer = await fetch(path, { headers: { accept: 'application/json' } })
  if (answer.status === 404) return { state: 'none' }
  if (!answer.ok) return { state: 'failed' }
  return { state: 'ready', value: (await answer.json()) as T } // our own server; a test holds its answers to the contract
}

const useRead = <T>(path: string): Read<T> => {
  const [read, setRead] = useState<Read<T>>({ state: 'loading' })
  useEffect(() => {
    let current = true
    setRead({ state: 'loading' })
    readJson<T>(path)
      .catch((): Read<T> => ({ state: 'failed' }))
      .then((result) => {
        if (current) setRead(result)
      })
    return () => {
      current = false
    }
  }, [path])
  return read
}

export const useModels = (): Read<readonly ModelSummary[]> => {
  const read = useRead<ModelList>('/api/models')
  return read.state === 'ready' ? { state: 'ready', value: read.value.models } : read
}

export const useModel = (id: string): Read<ModelDetail> => useRead<ModelDetail>(`/api/models/${encodeURIComponent(id)}`)
