import { type ExpiringMap, makeExpiringMap } from './expiring-map.ts'

/** What oidc-provider keeps of a token, grant or session, as far as an adapter looks into it. */
type Payload = { uid?: string | undefined; grantId?: string | undefined; consumed?: unknown }

const DAY_SECONDS = 86_400

/** Storage of oidc-provider in memory, one map per kind of thing; all of it is gone when the server stops. */
export const makeOidcAdapter = () => {
  const maps = new Map<string, ExpiringMap<Payload>>()
  const idsByUid = makeExpiringMap<string>(5000)
  return (model: string) => {
    const map = maps.get(model) ?? makeExpiringMap<Payload>(5000)
    maps.set(model, map)
    return {
      find: async (id: string) => map.get(id),
      findByUid: async (uid: string) => map.get(idsByUid.get(uid) ?? ''),
      findByUserCode: async () => undefined,
      upsert: async (id: string, payload: Payload, expiresIn: number) => {
        if (payload.uid) idsByUid.set(payload.uid, id, expiresIn || DAY_SECONDS)
        map.set(id, payload, expiresIn || DAY_SECONDS)
      },
      consume: async (id: string) => {
        const payload = map.get(id)
        if (payload) payload.consumed = Math.floor(Date.now() / 1000)
      },
      destroy: async (id: string) => map.delete(id),
      revokeByGrantId: async (grantId: string) => map.deleteWhere((payload) => payload.grantId === grantId),
    }
  }
}
