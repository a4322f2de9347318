import { z } from 'zod'
import { canonicalJson } from '../ledger/canonical.ts'
import type { Signatures, Signer } from '../ledger/signing.ts'

/** What is approved: all rules with the site's drug map, or all models. */
export type Subject = 'rules' | 'models'

/** That somebody looked at this version and answers for its use. It does not run out; it is withdrawn by taking it out of the file. */
export type Approval = {
  readonly what: Subject
  /** Of rules as decisions name it; of models that of `modelsVersion`. */
  readonly version: string
  /** Who approves, as the site names its people. */
  readonly by: string
  /** When, as an instant in UTC. */
  readonly at: string
  /** Id of the key. */
  readonly key: string
}

export type SignedApproval = Approval & Signatures

export const approvalSchema = z.strictObject({
  what: z.enum(['rules', 'models']),
  version: z.string().min(1),
  by: z.string().min(1),
  at: z.iso.datetime(),
  key: z.string().min(1),
  ed25519: z.string().min(1),
  mldsa65: z.string().min(1),
})

/** What the signatures are over. */
export const approvalText = ({ what, version, by, at, key }: Approval): string =>
  `attune-approval/1\n${canonicalJson({ what, version, by, at, key })}`

export const approve = async (signer: Signer, said: Omit<Approval, 'key'>): Promise<SignedApproval> => {
  const approval = { ...said, key: signer.id }
  return { ...approval, ...(await signer.sign(approvalText(approval))) }
}
