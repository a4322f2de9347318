/** What an error means and what to do, beside what the caller reads. Every code of `src/errors.ts` has its words: the docs do not build without. */
export const ERROR_WORDS: Readonly<Record<string, { readonly happened: string; readonly todo: string }>> = {
  'body-not-json': {
    happened: 'The body broke off or is not JSON.',
    todo: 'Caller: send one JSON object in UTF-8. A proxy may have cut it.',
  },
  'body-not-object': { happened: 'The body is JSON, but a list or a plain value.', todo: 'Caller: send an object.' },
  'body-too-deep': {
    happened: 'The body is nested deeper than `limits.bodyDepth`.',
    todo: 'Caller: no real chart is so deep. Operator: raise the limit only for a known sender.',
  },
  'body-too-large': {
    happened: 'The body, after decompression, is larger than `limits.bodyBytes`.',
    todo: 'Operator: raise the limit, and that of the proxy, if whole charts are prefetched.',
  },
  'content-type': { happened: 'The body was not sent as JSON.', todo: 'Caller: `Content-Type: application/json`.' },
  'request-invalid': {
    happened: 'A member that the hook requires is missing or of the wrong kind; the answer names it.',
    todo: 'Caller: compare with `/openapi.json`. `npx attune simulate FILE` says the same of a saved request.',
  },
  'hook-mismatch': {
    happened: 'The service was called with another hook than its own.',
    todo: 'Caller: take service and hook from discovery.',
  },
  'feedback-invalid': {
    happened: 'A feedback entry lacks its card, its outcome or its time, or an accepted suggestion.',
    todo: 'Caller: compare with `/openapi.json`. Nothing of the call was stored.',
  },
  'outcomes-invalid': { happened: 'The list of outcomes has another form.', todo: 'Caller: docs/monitoring.md shows the form.' },
  'fhir-server-untrusted': {
    happened: 'The app or a call named a FHIR base that no client registered.',
    todo: 'Operator: add the exact base to `clients[].fhirServers`. It was not contacted.',
  },
  'client-unknown': {
    happened: 'The JWT was refused. The body is empty on purpose.',
    todo: 'Operator: the log gives the reason under the request id (issuer, kid, algorithm, audience, times, second use). `npx attune doctor` checks keys and clocks.',
  },
  'not-found': {
    happened: 'No such path or service.',
    todo: 'Caller: take addresses from discovery. Operator: a proxy that changes the path does this.',
  },
  'not-acceptable': {
    happened: 'The format of the Accept header is not offered there.',
    todo: 'Caller: leave the header out, or use one that `/openapi.json` lists.',
  },
  'method-not-allowed': {
    happened: 'The path is there, but not for this method; `Allow` names the methods.',
    todo: 'Caller: use one of those.',
  },
  'data-missing': {
    happened: 'Nothing at all can be decided: the patient was neither sent nor readable.',
    todo: 'Operator: the detail in the log names each question and how it ended, and before them the decision record (not assessed, silence `data-missing`). Check prefetch, the token of the call and, for 404, the FHIR base (`npx attune doctor --client ID`).',
  },
  'other-patient': {
    happened:
      'The Patient that was sent has another id than the patient in context, and the right one could not be read. Nothing was assessed.',
    todo: 'EHR: send the Patient of `context.patientId`. Operator: look at how the client fills its prefetch.',
  },
  'too-many-requests': {
    happened:
      'Requests faster than `limits.requestsPerMinute` (client) or `limits.tenantRequestsPerMinute` allow, or too many tokens from one address that did not hold (`limits.failedSignInsPerMinute`).',
    todo: 'Caller: wait as long as `Retry-After` says. Operator: the detail in the log tells requests (`rate limit reached`) from tokens (`too many failed sign-ins`); docs/operations.md, section 6.',
  },
  'token-refused': {
    happened: 'The EHR did not accept the access token of the app.',
    todo: 'User: open the app again from the chart. Operator: if it is always so, check scopes and `authorizationServers` with `npx attune doctor`.',
  },
  'read-refused': {
    happened: 'The token is good, and may not read this patient.',
    todo: 'Operator: ask the EHR which scopes and patients the user has.',
  },
  overloaded: {
    happened: 'More calls were waiting or under way than this process takes.',
    todo: 'Caller: wait as long as `Retry-After` says. Operator: docs/operations.md, section 6 and alarm AttuneErrors.',
  },
  unexpected: {
    happened: 'A fault in Attune. A hook call then carries a card that says that nothing was assessed, where it can.',
    todo: 'Operator: the log has the frames under the request id. Please report it, without patient data.',
  },
  'config-invalid': {
    happened: 'Configuration that cannot be used; all problems are named.',
    todo: 'Operator: correct what is named (docs/configuration.md). The server does not start before.',
  },
  'rules-invalid': {
    happened: 'Rules that fail their checks; file and row are named.',
    todo: 'Operator: restore the rules of the release, or run `npx attune rules check`.',
  },
  'model-invalid': {
    happened: 'A model that fails its checks: files, hash, vectors.',
    todo: 'Operator: restore it, or set `badModels: leave-out` and have it said in `/readyz`. `npx attune models verify` repeats the checks.',
  },
  'model-failed': {
    happened: 'A model gave no number that may be used.',
    todo: 'Nothing at once: the estimate is refused and says so. Operator: `/readyz` counts such runs by model.',
  },
  'inference-failed': {
    happened: 'The inference server did not answer, or answered what the formula contradicts.',
    todo: 'Nothing at once: the CPU answers. Operator: docs/inference.md.',
  },
  'ledger-failed': {
    happened:
      'Neither the database nor the spool can be written. What cannot be recorded is neither answered nor confirmed. While the database alone is away, records go to the spool and calls are answered.',
    todo: 'Operator: docs/operations.md, alarm AttuneLedgerNotDurable.',
  },
  'fhir-failed': {
    happened: 'The FHIR server did not give the app what it asked for.',
    todo: 'User: try again. Operator: `npx attune doctor` for this client.',
  },
  'input-unreadable': {
    happened: 'A file of the command line is not there, or is not what it should be.',
    todo: 'Check the name and the content of the file.',
  },
  'in-shadow': {
    happened: 'The site runs in shadow mode: findings are recorded and shown to nobody.',
    todo: 'Nothing, before go-live. Operator: take the entry out of `shadow` to show them.',
  },
  'screening-failed': {
    happened: 'A screening run stopped.',
    todo: 'Operator: start it again with the same folder: it goes on where it was.',
  },
}
