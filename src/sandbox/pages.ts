import { createHash } from 'node:crypto'
import type { Story } from './load-patients.ts'

const STYLE = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:0 auto;max-width:44rem;padding:1.5rem}
h1{font-size:1.4rem;margin:.2rem 0}
.note{border-inline-start:.3rem solid #b26a00;padding:.3rem .8rem;margin:1rem 0}
form{display:grid;gap:.5rem}
button{font:inherit;text-align:start;padding:.7rem 1rem;border:1px solid #888;border-radius:.5rem;background:Canvas;color:CanvasText;cursor:pointer}
button:hover,button:focus-visible{outline:3px solid Highlight;outline-offset:1px}
small{display:block;opacity:.8}
.cancel{justify-self:start}
`

const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`)

/** No scripts, no other host; the one style sheet is named by its hash. Forms may lead anywhere, as the answer redirects to the app. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ')

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><p class="note">Sandbox: synthetic patients, no real login.</p><h1>${escapeHtml(title)}</h1>${body}</body></html>`

/** Patient picker of the standalone launch: each patient is a button of one form. */
export const pickerPage = (client: string, action: string, stories: readonly Story[]): string =>
  page(
    'Choose a patient',
    `<p>${escapeHtml(client)} asks for the chart of one patient.</p><form method="post" action="${escapeHtml(action)}">${stories
      .map(
        ({ patient, name, birthDate, sex, title }) =>
          `<button name="patient" value="${escapeHtml(patient)}">${escapeHtml(name)}<small>born ${escapeHtml(birthDate)}, ${escapeHtml(sex)} · ${escapeHtml(title)}</small></button>`,
      )
      .join('')}<button class="cancel" name="cancel" value="1">Cancel</button></form>`,
  )

/** Error of the authorization server, for people. `code` is one of OAuth's own words. */
export const errorPage = (code: string, description: string): string =>
  page(
    'The app could not be opened',
    `<p>${escapeHtml(description || code)}</p><p>Close this page and open the app again from the EHR.</p>`,
  )
