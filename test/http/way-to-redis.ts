import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

const REDIS = { host: '127.0.0.1', port: 6379 }

export const isRedisHere = await new Promise<boolean>((resolve) => {
  const socket = connect({ ...REDIS, timeout: 15_000 })
  const end = (here: boolean) => {
    socket.destroy()
    resolve(here)
  }
  socket
    .on('connect', () => end(true))
    .on('error', () => end(false))
    .on('timeout', () => end(false))
})

/** A way to Redis that can be slow, be cut, and be cut in the middle: after the command went through and before its answer came back. */
export const openWayToRedis = async () => {
  const sockets = new Set<Socket>()
  const state = { open: true, cutBeforeAnswer: false, answersAfterMs: 0 }
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }
  const server = createServer((near) => {
    keep(near)
    if (!state.open) return void near.destroy()
    const far = connect(REDIS)
    keep(far)
    near.on('data', (chunk) => far.write(chunk)).on('close', () => far.destroy())
    far
      .on('data', (chunk) => {
        if (state.cutBeforeAnswer && !String(chunk).startsWith('$')) near.destroy()
        else if (state.answersAfterMs === 0) near.write(chunk)
        else setTimeout(() => near.write(chunk), state.answersAfterMs)
      })
      .on('close', () => near.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    state.open = false
    for (const socket of sockets) socket.destroy()
  }
  const close = async () => {
    cut()
    await new Promise((resolve) => server.close(resolve))
  }
  return { url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`, state, cut, close }
}
