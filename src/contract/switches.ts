/** What can be switched while the server runs: one rule, one service, or a whole site. Models have switches of their own (contract/monitoring.ts). */
export type SwitchKind = 'rule' | 'service' | 'site'

/** `off` is for rules alone. `shadow`: evaluated and recorded, and shown to nobody. */
export type SwitchUse = 'on' | 'off' | 'shadow'

/** Something switched at run time: who, when, why. Kept for ever; the newest of a tenant, kind and subject counts. */
export type PracticeSwitch = {
  readonly kind: SwitchKind
  /** Of a rule: the id of a row, or a drug and a gene, with a space between. Of a service: its id. Of a site: empty. */
  readonly subject: string
  /** Null: every tenant. */
  readonly tenant: string | null
  readonly use: SwitchUse
  readonly at: string
  readonly by: string
  readonly because: string
}

/** Why a call is answered in the shadow. */
export type InShadow = { readonly of: 'site' | 'service'; readonly because: string }

/** Somebody asked for rules: of a folder, or of that of the configuration (null). The newest counts, also after a restart. */
export type RulesOrder = { readonly seq: number; readonly at: string; readonly folder: string | null; readonly by: string }
