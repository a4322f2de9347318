import { sql } from 'kysely'
import { openPostgres } from './database.ts'
import { TABLES_VERSION } from './migrations.ts'

/** How the ledger's database stands; `code` is the driver's own, never its message, which may quote the address. */
export type DatabaseState =
  | {
      readonly ok: true
      readonly server: string
      /** Version of the tables; null where there are none yet. */
      readonly version: number | null
      readonly releaseVersion: number
      readonly mayCreate: boolean
      /** How far the database's clock is ahead of ours, in seconds. */
      readonly aheadS: number
    }
  | { readonly ok: false; readonly code: string }

type Row = { readonly server: string; readonly tables: string | null; readonly may_create: boolean; readonly at: number }

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'timeout')

/** Looks at the ledger's PostgreSQL and changes nothing. Never throws. */
export const askDatabase = async (databaseUrl: string): Promise<DatabaseState> => {
  const { db, close } = openPostgres(databaseUrl)
  try {
    const { rows } = await sql<Row>`select current_setting('server_version') as server, to_regclass('ledger_migration')::text as tables,
      coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) as may_create,
      extract(epoch from clock_timestamp())::float8 as at`.execute(db)
    const [row] = rows
    if (!row) return { ok: false, code: 'no answer' }
    const done = row.tables === null ? null : await db.selectFrom('ledger_migration').select('version').execute()
    return {
      ok: true,
      server: row.server,
      version: done === null ? null : Math.max(0, ...done.map(({ version }) => version)),
      releaseVersion: TABLES_VERSION,
      mayCreate: row.may_create,
      aheadS: Math.round(row.at - Date.now() / 1000),
    }
  } catch (error) {
    return { ok: false, code: codeOf(error) }
  } finally {
    await close().catch(() => {})
  }
}
