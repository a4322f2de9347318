import { AttuneError } from '../../errors.ts'
import type { Runner } from '../inference/runner.ts'
import { type Sharing, shareRuns } from '../inference/share.ts'
import type { SessionSpec } from '../onnx.ts'
import type { RemoteGraph } from './remote-graph.ts'

/** The inference server, and the CPU of this machine whenever that one cannot be used. */
export const remoteRunner = (spec: SessionSpec, remote: RemoteGraph, cpu: Runner, sharing: Sharing): Runner => {
  const shared = shareRuns(remote, spec, sharing)
  let because: string | null = null
  let fallbacks = 0
  return {
    async run(rows, outputs, judge) {
      try {
        const columns = await shared.run(rows, outputs)
        if (judge(columns) === null) {
          because = null
          return { columns, execution: 'remote' }
        }
        const ran = await cpu.run(rows, outputs, judge) // what the CPU refuses too is not the server's fault
        because = 'the inference server gave numbers that the CPU does not give'
        remote.distrust(because)
        fallbacks += 1
        return ran
      } catch (error) {
        if (!(error instanceof AttuneError) || error.code !== 'inference-failed') throw error
        because = error.detail
        fallbacks += 1
        return cpu.run(rows, outputs, judge)
      }
    },
    state: () => ({
      execution: because === null ? 'remote' : 'cpu',
      fallback: because === null ? null : `${because}; running on cpu`,
      fallbacks,
    }),
    close: () => cpu.close(),
  }
}
