import express from 'express'
import '../ends-with-parent.ts'

/** The measure of all ratios: bare Express that parses the same body and answers a small JSON. */
const app = express()
app.use(express.json({ limit: '20mb' }))
app.post('/echo', (request, response) => {
  response.json({ cards: [], hook: request.body.hook })
})
const server = app.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' && address ? address.port : 0 })
})
process.on('SIGTERM', () => server.close(() => process.exit(0)))
