import { ENDPOINTS, type OpenApi } from './openapi.ts'

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`

/** Style of the two plain pages; a file of its own because the policy allows no inline style. */
export const PLAIN_STYLE = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h3 { margin: 2rem 0 0.25rem; font-family: ui-monospace, monospace; }
pre { overflow: auto; padding: 0.75rem; border: 1px solid #8886; border-radius: 6px; font-size: 0.85rem; }
td { padding: 0.15rem 1rem 0.15rem 0; vertical-align: top; }
`

/** What stands at / where there is no sandbox. */
export const statusPage = (version: string): string =>
  page(
    'Attune',
    `<h1>Attune ${escapeHtml(version)}</h1>
<p>Decision support for prescribing. This server answers EHRs; there is nothing to see here.</p>
<ul><li><a href="/models/">Risk models</a></li><li><a href="/docs">API</a></li><li><a href="/readyz">State</a></li></ul>`,
  )

const SECURITY_WORDS = { client: 'Client JWT', app: "The app's access token", none: 'None' } as const

const sandboxWords = (sandboxOnly: boolean | undefined): string => (sandboxOnly ? ' Only in sandbox mode.' : '')

type Operation = {
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: object } } }
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: Readonly<Record<string, { schema?: object }>> }>
  >
}

const schemaBlock = (title: string, schema: object | undefined): string =>
  schema ? `<details><summary>${title}</summary><pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre></details>` : ''

const operationBlock = (document: OpenApi, endpoint: (typeof ENDPOINTS)[number]): string => {
  const operation = document.paths[endpoint.path]?.[endpoint.method] as Operation | undefined
  if (!operation) return ''
  const answers = Object.entries(operation.responses).map(
    ([status, { description }]) => `<tr><td>${status}</td><td>${escapeHtml(description)}</td></tr>`,
  )
  const answer = Object.values(operation.responses[200]?.content ?? {})[0]?.schema
  return `<h3>${endpoint.method.toUpperCase()} ${escapeHtml(endpoint.path)}</h3>
<p>${escapeHtml(endpoint.summary)}${sandboxWords(endpoint.sandboxOnly)} Authentication: ${escapeHtml(SECURITY_WORDS[endpoint.auth])}.</p>
<table>${answers.join('')}</table>
${schemaBlock('Body', operation.requestBody?.content['application/json'].schema)}
${schemaBlock('Answer', answer)}`
}

/** The API, to read: made from `openapi.json`, without scripts. */
export const docsPage = (document: OpenApi): string => {
  const tags = [...new Set(ENDPOINTS.map(({ tag }) => tag))]
  const sections = tags.map((tag) => {
    const blocks = ENDPOINTS.filter((endpoint) => endpoint.tag === tag).map((endpoint) => operationBlock(document, endpoint))
    return blocks.some((block) => block !== '') ? `<h2>${escapeHtml(tag)}</h2>${blocks.join('\n')}` : ''
  })
  return page(
    'Attune API',
    `<h1>Attune API</h1>
<p>${escapeHtml(document.info.description)} Version ${escapeHtml(document.info.version)}. For machines: <a href="/openapi.json">openapi.json</a>.</p>
${sections.join('\n')}`,
  )
}
