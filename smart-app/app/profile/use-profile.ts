import { useCallback, useEffect, useReducer, useState } from 'react'
import { type Asked, askProfile } from './ask-profile.ts'
import { advance, NOTHING_YET, type ProfileState } from './profile-state.ts'

/** The profile as it comes in, and a way to read the record again. Ask with the same `asked` object to keep it. */
export const useProfile = (asked: Asked): { readonly profile: ProfileState; readonly readAgain: () => void } => {
  const [profile, tell] = useReducer(advance, NOTHING_YET)
  const [round, setRound] = useState(0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is not read; a new round is what asks again
  useEffect(() => {
    const stop = new AbortController()
    void askProfile(asked, tell, stop.signal)
    return () => stop.abort()
  }, [asked, round])
  return { profile, readAgain: useCallback(() => setRound((last) => last + 1), []) }
}
