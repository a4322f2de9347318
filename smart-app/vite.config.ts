import { resolve } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const page = (path: string): string => resolve(import.meta.dirname, path)

/**
 * Five pages: the sandbox's EHR page at `/`, the SMART app at `/app/` and its launch page, the models at `/models/`, their monitoring
 * at `/monitoring/`.
 * Nothing is inlined into HTML, so that a Content-Security-Policy without 'unsafe-inline' and without data: holds.
 */
export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  // fhirclient: its "pure" build, without polyfills for browsers that have no fetch; WebCrypto is the browser's own.
  define: { FHIRCLIENT_PURE: 'true' },
  resolve: { alias: { 'isomorphic-webcrypto': page('app/no-webcrypto-polyfill.ts') } },
  build: {
    outDir: '../dist/public',
    emptyOutDir: true,
    // Which file holds what: read by the test of sizes; the server does not serve it.
    manifest: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    rolldownOptions: {
      input: [
        page('index.html'),
        page('app/index.html'),
        page('app/launch.html'),
        page('models/index.html'),
        page('monitoring/index.html'),
      ],
    },
  },
})
