// Puts the server and its command line together as few files, beside what tsc makes: hundreds of small files take most of a second to load.
// After tsc: node bin/bundle.mjs
import { join } from 'node:path'
import { build } from 'vite'
import { root } from './ready.mjs'

/** What is started by itself: in a process, or in a thread. */
const PROGRAMS = [
  'cli/main',
  'cli/serve-process',
  'cli/screen-process',
  'reload/rules-worker',
  'reload/keep-checked',
  'risk/inference/batch-worker',
]

/**
 * Left where they are: they bring native code or WebAssembly, are started in threads by their name, are loaded only where the site has
 * them configured, or (the authorization server of the sandbox) are not part of a production installation.
 */
const APART = ['onnxruntime-node', '@electric-sql/pglite', '@noble/post-quantum', 'pg', 'ioredis', 'bullmq', 'oidc-provider']

await build({
  root,
  configFile: false,
  publicDir: false,
  logLevel: 'warn',
  resolve: { preserveSymlinks: true }, // paths stand in comments: the same bytes wherever node_modules lies
  ssr: { noExternal: true, external: APART },
  build: {
    ssr: true,
    target: 'node20',
    outDir: join(root, 'dist/server'),
    emptyOutDir: true,
    minify: false, // stack traces in logs are read by people
    sourcemap: true,
    rollupOptions: {
      input: Object.fromEntries(PROGRAMS.map((path) => [path.replace(/^.*\//, ''), join(root, 'dist/src', `${path}.js`)])),
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
})
