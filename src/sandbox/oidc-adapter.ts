import type { Adapter, AdapterPayload } from 'oidc-provider'
import { type ExpiringMap, makeExpiringMap } from './expiring-map.ts'

const DAY_SECONDS = 86_400

/** Storage of oidc-provider in memory, one map per kind of thing; all of it is gone when the server stops. */
export const makeOidcAdapter = (): ((model: string) => Adapter) => {
  const maps = new Map<string, ExpiringMap<AdapterPayload>>()
  const idsByUid = makeExpiringMap<string>(5000)
  return (model) => {
    const map = maps.get(model) ?? makeExpiringMap<AdapterPayload>(5000)
    maps.set(model, map)
    return {
      find: async (id) => map.get(id),
      findByUid: async (uid) => map.get(idsByUid.get(uid) ?? ''),
      findByUserCode: async () => undefined,
      upsert: async (id, payload, expiresIn) => {
        if (payload.uid) idsByUid.set(payload.uid, id, expiresIn || DAY_SECONDS)
        map.set(id, payload, expiresIn || DAY_SECONDS)
      },
      consume: async (id) => {
        const payload = map.get(id)
        if (payload) payload.consumed = Math.floor(Date.now() / 1000)
      },
      destroy: async (id) => map.delete(id),
      revokeByGrantId: async (grantId) => map.deleteWhere((payload) => payload.grantId === grantId),
    }
  }
}
