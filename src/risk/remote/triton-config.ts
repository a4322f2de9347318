import { outputsOf, type SessionSpec, widthOf } from '../onnx.ts'

/** Most rows that one request of ours has (a job of a batch). */
const MAX_ROWS = 8192

const port = (name: string, width: number): string => `  { name: "${name}" data_type: TYPE_FP64 dims: [ ${width} ] }`
const ports = (kind: 'input' | 'output', all: readonly string[]): string[] => [`${kind} [`, all.join(',\n'), ']']

/**
 * `config.pbtxt` of a graph for Triton's ONNX Runtime backend. Written out whole: what Triton completes by itself may allow fewer rows.
 * https://docs.nvidia.com/deeplearning/triton-inference-server/user-guide/docs/user_guide/model_configuration.html
 */
export const tritonConfig = (name: string, spec: SessionSpec, kind: 'cpu' | 'gpu'): string =>
  [
    `name: "${name}"`,
    'backend: "onnxruntime"',
    `max_batch_size: ${MAX_ROWS}`,
    ...ports('input', [port(spec.input.name, spec.input.columns)]),
    ...ports(
      'output',
      outputsOf(spec).map((output) => port(output, widthOf(spec, output))),
    ),
    `instance_group [ { count: 1 kind: KIND_${kind.toUpperCase()} } ]`,
    'dynamic_batching { }',
    '',
  ].join('\n')
