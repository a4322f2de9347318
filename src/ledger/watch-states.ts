import { type Kysely, sql } from 'kysely'
import type { LedgerTables } from './tables.ts'

/** State of one figure of one model. */
export type WatchedState = Omit<LedgerTables['watch_state'], 'since'>
export type StateChange = WatchedState & { readonly before: string | null }

/**
 * Keeps the states and gives back those that are other than before; of several processes that look at the same moment one gets each change.
 */
export const noteStates = (db: Kysely<LedgerTables>, states: readonly WatchedState[], at: string): Promise<StateChange[]> =>
  db.transaction().execute(async (transaction) => {
    if (states.length === 0) return []
    await sql`lock table watch_state in share row exclusive mode`.execute(transaction)
    const rows = JSON.stringify(states.map((state) => ({ ...state, since: at })))
    const { rows: changed } = await sql<StateChange>`
      with fresh as (select * from jsonb_populate_recordset(null::watch_state, ${rows}::jsonb)),
      changed as (
        select f.*, w.state as before from fresh f left join watch_state w using (tenant, model, release, figure, subject)
        where w.state is distinct from f.state
      ),
      stored as (
        insert into watch_state select tenant, model, release, figure, subject, state, since from changed
        on conflict (tenant, model, release, figure, subject) do update set state = excluded.state, since = excluded.since
      )
      select tenant, model, release, figure, subject, state, before from changed order by tenant, model, figure, subject`.execute(
      transaction,
    )
    return changed
  })

/** What the watch said last of each figure. */
export const readStates = async (db: Kysely<LedgerTables>): Promise<WatchedState[]> =>
  db.selectFrom('watch_state').select(['tenant', 'model', 'release', 'figure', 'subject', 'state']).execute()
