import type { Worker } from 'node:cluster'

/**
 * What the cluster module of Node 20 says to a process and back when a connection goes there (`lib/internal/cluster`): not in its
 * documentation. Where a later Node says it otherwise nothing matches, and the test of `test/reload/processes.test.ts` fails.
 */
type Offer = { readonly cmd?: string; readonly act?: string; readonly seq?: number }
type Answer = { readonly cmd?: string; readonly ack?: number }
type Connection = { close(): void }

/**
 * Cuts the connections that a process was offered and had not taken when it ended. Node's primary process waits for its answer, which
 * never comes, and keeps the connection open: the caller would wait for as long as its own time limit. Cut, it learns at once that there
 * is no answer, as do the callers whose calls the process had under way.
 */
export const cutWhatIsNotTaken = (worker: Worker): void => {
  const offered = new Map<number, Connection>()
  const child = worker.process
  const send = child.send.bind(child)
  child.send = ((message: Offer, ...rest: unknown[]): boolean => {
    const [connection] = rest
    if (message.cmd === 'NODE_CLUSTER' && message.act === 'newconn' && message.seq !== undefined && connection)
      offered.set(message.seq, connection as Connection)
    return (send as (...all: unknown[]) => boolean)(message, ...rest)
  }) as typeof child.send
  child.on('internalMessage', ({ cmd, ack }: Answer) => {
    if (cmd === 'NODE_CLUSTER' && ack !== undefined) offered.delete(ack)
  })
  // Not at its 'disconnect': with a connection under way to it that never comes. What it took and did not say so ends with it as well.
  worker.once('exit', () => {
    for (const connection of offered.values()) connection.close()
    offered.clear()
  })
}
