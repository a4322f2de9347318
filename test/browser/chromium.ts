import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const PLACES = [
  process.env.CHROMIUM_PATH ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** Where a Chromium is on this machine; null when there is none. `CHROMIUM_PATH` may name one. */
export const chromiumPath: string | null = PLACES.find((place) => place !== '' && existsSync(place)) ?? null

if (chromiumPath === null)
  console.warn('Browser tests did not run: no Chromium was found. Install one (Debian: apt-get install chromium) or set CHROMIUM_PATH.')

/** A browser without a sandbox of its own, because tests often run as root in a container. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: chromiumPath ?? '', args: ['--no-sandbox', '--disable-dev-shm-usage'] })
