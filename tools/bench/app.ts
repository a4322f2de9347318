import './help.ts'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { projectRoot } from '../../src/project-root.ts'
import { startSandbox, stopServer } from './server.ts'

/**
 * `npm run bench -- app [--write]`: the SMART app in a real browser against the sandbox of this run.
 * First useful paint is counted from the moment at which the launch address is opened, sign-in with the EHR included, until the headline
 * of the order can be read. How it can mislead: browser and server share the machine; judge by medians, on a quiet one.
 */
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 15)
const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const SIZE = { width: 980, height: 620 }

type Story = {
  readonly patient: string
  readonly encounter: string | null
  readonly title: string
  readonly order: { readonly rxcui: string; readonly display: string }
}

const ofSorted = (numbers: readonly number[], share: number): number =>
  [...numbers].sort((a, b) => a - b)[Math.min(numbers.length - 1, Math.floor(numbers.length * share))] ?? Number.NaN

const launchUrl = async (base: string, { patient, encounter, order }: Story): Promise<string> => {
  const appContext = JSON.stringify({ v: 1, drug: { rxcui: order.rxcui, text: order.display }, order: null, card: null })
  const response = await fetch(`${base}/sandbox/launch`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ patient, encounter, appContext }),
  })
  return ((await response.json()) as { readonly url: string }).url
}

/** Milliseconds until the view of the order has said something of the drug. */
const firstPaint = async (page: Page, url: string): Promise<number> => {
  const started = performance.now()
  await page.goto(url, { waitUntil: 'commit' })
  await page.locator('[class*="_headline"] h2').first().waitFor()
  return performance.now() - started
}

type Measured = { readonly story: string; readonly first: number; readonly times: readonly number[] }

/** One cold round with an empty cache, then rounds as a clinician has them: the files are there, the session is new. */
const measureStory = async (browser: Browser, base: string, story: Story): Promise<Measured> => {
  const context = await browser.newContext({ viewport: SIZE })
  const times: number[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const page = await context.newPage()
    times.push(await firstPaint(page, await launchUrl(base, story)))
    await page.close()
  }
  await context.close()
  const [first = Number.NaN, ...rest] = times
  return { story: story.title, first, times: rest }
}

const round = (ms: number): string => String(Math.round(ms))

const line = ({ story, first, times }: Measured): string =>
  `| ${story} | ${round(first)} | ${round(ofSorted(times, 0.5))} | ${round(ofSorted(times, 0.95))} |`

if (!existsSync(CHROMIUM)) throw new Error('No Chromium was found. Install one (Debian: apt-get install chromium) or set CHROMIUM_PATH.')
const dataDir = mkdtempSync(join(tmpdir(), 'attune-bench-app-'))
const server = await startSandbox(dataDir)
const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] })
try {
  const { stories } = (await (await fetch(`${server.base}/sandbox/patients`)).json()) as { readonly stories: readonly Story[] }
  const rows: string[] = []
  for (const story of stories.slice(0, Number(process.env.BENCH_PATIENTS ?? stories.length))) {
    const row = line(await measureStory(browser, server.base, story))
    process.stderr.write(`${row}\n`)
    rows.push(row)
  }
  const report = [
    `# The app in a browser, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, Chromium ${browser.version()}`,
    '',
    `Made by \`npm run bench -- app --write\`. Milliseconds from opening the launch address to the headline of the order, sign-in included, ${SIZE.width} x ${SIZE.height}. Cold: nothing cached. Then ${ROUNDS} launches with the files cached. Two slow, shared cores hold browser and server.`,
    '',
    '| Patient | Cold | Median | 95th of 100 |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
  process.stdout.write(`${report}\n`)
  if (process.argv.includes('--write')) writeFileSync(join(projectRoot, 'docs/benchmark-app.md'), `${report}\n`)
} finally {
  await browser.close()
  await stopServer(server)
  rmSync(dataDir, { recursive: true, force: true })
}
