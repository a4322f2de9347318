import { readFile } from 'node:fs/promises'
import type { Config } from '../config.ts'
import { AttuneError, type ErrorCode } from '../errors.ts'
import { readJsonLines } from '../ledger/json-lines.ts'
import { readPublicKeysFile } from '../ledger/public-keys.ts'
import { type PublicKeys, signatureFault } from '../ledger/signing.ts'
import { type Approval, approvalSchema, approvalText, type SignedApproval, type Subject } from './approval.ts'

export type ApprovalSettings = Pick<Config, 'approvals'>

/** Read each time: an approval that comes later counts for the next reload, one that was withdrawn does not. */
const readApprovals = async (path: string): Promise<SignedApproval[]> => {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AttuneError('config-invalid', `the approvals ${path} cannot be read`, { cause })
  })
  const wrong = (line: number) =>
    new AttuneError('config-invalid', `line ${line} of ${path} is no approval as \`attune approve\` writes them`)
  return readJsonLines(text, approvalSchema, wrong)
}

const readSigners = (paths: readonly string[]): ReadonlyMap<string, PublicKeys> => {
  try {
    return new Map(paths.flatMap(readPublicKeysFile).map((keys) => [keys.key, keys]))
  } catch (cause) {
    throw new AttuneError('config-invalid', `approvals.signers: ${cause instanceof AttuneError ? cause.detail : 'cannot be read'}`, {
      cause,
    })
  }
}

const INVALID: Readonly<Record<Subject, ErrorCode>> = { rules: 'rules-invalid', models: 'model-invalid' }

/** Of each signer one approval at most; `others` says why further ones do not count. */
type Found = { readonly approved: ReadonlyMap<string, Approval>; readonly others: readonly string[] }

const findApprovals = async (
  signers: ReadonlyMap<string, PublicKeys>,
  approvals: readonly SignedApproval[],
  what: Subject,
  version: string,
): Promise<Found> => {
  const approved = new Map<string, Approval>()
  const others: string[] = []
  for (const one of approvals.filter((approval) => approval.what === what && approval.version === version)) {
    const keys = signers.get(one.key)
    const fault = keys ? await signatureFault(keys, approvalText(one), one) : 'its key is none of approvals.signers'
    if (fault === null) approved.set(one.key, one)
    else others.push(`the approval with key ${one.key} does not count: ${fault}`)
  }
  return { approved, others }
}

/**
 * What may speak to prescribers at a site that names signers: a version that enough of them have approved, each with a key of its own.
 * @returns the approvals, or null where the site names no signers
 * @throws AttuneError `rules-invalid` or `model-invalid` when it is not approved, `config-invalid` when that cannot be found out
 */
export const requireApproved = async (
  { approvals: { signers, file, needed } }: ApprovalSettings,
  what: Subject,
  version: string,
): Promise<readonly Approval[] | null> => {
  if (signers.length === 0) return null
  const keys = readSigners(signers)
  if (needed > keys.size)
    throw new AttuneError('config-invalid', `approvals.needed is ${needed}, and approvals.signers has ${keys.size} keys`)
  const { approved, others } = await findApprovals(keys, file === undefined ? [] : await readApprovals(file), what, version)
  if (approved.size >= needed) return [...approved.values()]
  const counted = `${approved.size} of ${needed} approvals that approvals.needed asks for`
  throw new AttuneError(INVALID[what], [`the ${what} ${version} are not approved: ${counted}`, ...others].join('; '))
}
