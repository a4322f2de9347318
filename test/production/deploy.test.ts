import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { CONFIG_SCHEMAS } from '../../src/config.ts'
import { projectRoot } from '../../src/project-root.ts'

const textOf = (path: string): string => readFileSync(join(projectRoot, path), 'utf8')
const exampleIn = (markdown: string): string => /```yaml\n([\s\S]*?)```/.exec(markdown)?.[1] ?? ''

it.each([
  ['deploy/attune.example.yaml', textOf('deploy/attune.example.yaml')],
  ['docs/integration.md', exampleIn(textOf('docs/integration.md'))],
  ['deploy/kubernetes/configmap.example.yaml', parse(textOf('deploy/kubernetes/configmap.example.yaml')).data['attune.yaml']],
])('the config file shown in %s is one that Attune takes', (_path, text) => {
  const file = CONFIG_SCHEMAS.file.parse(parse(text))
  expect(file).toMatchObject({ auth: 'required', clients: [{ id: 'main-ehr', tenant: 'hospital' }] })
})

describe('The image', () => {
  const image = textOf('Dockerfile')
  const stages = image.split(/^FROM /m).slice(1)

  it('is built in two stages on one base, named by tag, whose digest the site can set', () => {
    expect(image).toMatch(/^ARG BASE=node:\d+-[a-z]+-slim$/m)
    expect(stages.map((stage) => stage.split(/\s/)[0])).toEqual(['$' + '{BASE}', '$' + '{BASE}'])
    expect(image).toMatch(/@sha256:/)
  })

  it('installs what the lockfile pins, without install scripts, and carries only the production folder on', () => {
    expect(stages[0]).toMatch(/^RUN npm ci --ignore-scripts /m)
    expect(stages[0]).toMatch(/node bin\/production-only\.mjs \/opt\/attune$/m)
    expect((stages[1] ?? '').match(/^COPY .*$/gm)).toEqual(['COPY --from=build --chown=0:0 /opt/attune ./'])
  })

  it('runs Node itself, as a user by number without rights, in production only, and looks after its health without a shell', () => {
    expect(stages[1]).toMatch(/^USER 1000:1000$/m)
    const { flags, environment } = JSON.parse(textOf('bin/launch.json')) as { flags: string[]; environment: Record<string, string> }
    expect(entry).toEqual(['prlimit', '--core=0:0', 'node', ...flags, 'dist/server/serve-process.js'])
    for (const [name, value] of Object.entries(environment)) expect(stages[1]).toMatch(new RegExp(`^ENV .*\\b${name}=${value}\\b`, 'm'))
    expect(stages[1]).toMatch(/NODE_ENV=production .*ATTUNE_CONFIG=/)
    expect(stages[1]).toMatch(/^HEALTHCHECK .*\\\n {2}CMD \["node", "-e", /m)
    expect(stages[1]).not.toMatch(/^(?:CMD|ENTRYPOINT) [^[]/m)
    expect((stages[1] ?? '').lastIndexOf('\nUSER')).toBeGreaterThan((stages[1] ?? '').lastIndexOf('\nRUN'))
  })

  const entry = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(stages[1] ?? '')?.[1] ?? '[]') as string[]
  const hasLimits = existsSync('/proc/self/limits') && spawnSync(entry[0] ?? '', ['--version']).status === 0

  it.runIf(hasLimits)('starts Node so that it can write no core dump, and Node stays the process that was started', () => {
    const script =
      'console.log(process.pid, /Max core file size +(\\S+) +(\\S+)/.exec(fs.readFileSync("/proc/self/limits", "utf8")).slice(1).join())'
    const { pid, stdout } = spawnSync(entry[0] ?? '', [...entry.slice(1, -1), '-e', script], { encoding: 'utf8' })
    expect(stdout.trim()).toBe(`${pid} 0,0`)
  })

  const { header } = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } }
  const countsMemory = existsSync('/proc/self/smaps') && header.glibcVersionRuntime !== undefined

  it.runIf(countsMemory)('gives the memory of bodies back, also where something small that stays lies between them', () => {
    const script = `
      const heap = () => Number(/\\[heap\\][^]*?Rss:\\s+(\\d+)/.exec(fs.readFileSync('/proc/self/smaps', 'utf8'))[1]) / 1024
      const before = heap()
      const kept = []
      const round = () => {
        const bodies = []
        for (let n = 0; n < 100; n += 1) bodies.push(Buffer.alloc(200_000, 1)), kept.push(Buffer.alloc(5000, 1))
      }
      const rounds = async () => {
        for (let n = 0; n < 3; n += 1) {
          round()
          gc()
          // they are freed in another thread, which on a busy machine takes its time
          for (let waits = 0; waits < 100 && (waits === 0 || heap() - before > 8); waits += 1) await new Promise((resolve) => setTimeout(resolve, 200))
        }
        console.log(heap() - before)
      }
      rounds()`
    const { environment } = JSON.parse(textOf('bin/launch.json')) as { environment: Record<string, string> }
    const env = { ...process.env, ...environment }
    const { stdout } = spawnSync(process.execPath, ['--expose-gc', '-e', script], { encoding: 'utf8', env })
    expect(Number(stdout)).toBeGreaterThan(1) // what stays: 1.5 MB
    expect(Number(stdout)).toBeLessThan(8) // without it 20 MiB stay
  })

  it('keeps secrets, data and history out of the build', () => {
    const ignored = textOf('.dockerignore').split('\n')
    for (const entry of ['.git', 'node_modules', 'dist', 'data', '**/secrets', '**/*.pem', '**/*.key', '**/.env*'])
      expect(ignored).toContain(entry)
  })
})

type ComposeService = { readonly [member: string]: unknown }

describe('The compose file', () => {
  const file = parse(textOf('deploy/compose.yaml'), { merge: true }) as {
    services: Record<string, ComposeService>
    networks: Record<string, { internal?: boolean }>
  }

  it('has service, PostgreSQL and Redis, and Triton only when asked for', () => {
    expect(Object.entries(file.services).map(([name, { profiles }]) => [name, profiles ?? 'always'])).toEqual([
      ['attune', 'always'],
      ['postgres', 'always'],
      ['redis', 'always'],
      ['triton', ['triton']],
    ])
  })

  it.each(Object.keys(file.services))('gives %s a read-only file system, no rights, no new ones, and limits', (name) => {
    expect(file.services[name]).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      tmpfs: expect.any(Array),
      mem_limit: expect.any(String),
      cpus: expect.any(Number),
      pids_limit: expect.any(Number),
    })
    expect(file.services[name]?.privileged).toBeUndefined()
  })

  it('publishes one port, on the machine itself, and keeps the stores on a network that leads nowhere', () => {
    const ports = Object.values(file.services).flatMap(({ ports: published }) => (published as string[] | undefined) ?? [])
    expect(ports).toEqual(['127.0.0.1:8088:8088'])
    expect(file.networks.stores?.internal).toBe(true)
    for (const name of ['postgres', 'redis', 'triton']) expect(file.services[name]?.networks).toEqual(['stores'])
  })

  it('names no image without a tag, and no password', () => {
    for (const { image } of Object.values(file.services)) if (image !== undefined) expect(image).toMatch(/:[\w.-]+$/)
    expect(textOf('deploy/compose.yaml')).not.toMatch(/PASSWORD: |:\/\/[^/\s]+:[^/\s@]+@/)
  })
})

type Manifest = {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly [member: string]: unknown
}

describe('The Kubernetes manifests', () => {
  const folder = 'deploy/kubernetes'
  const files = readdirSync(join(projectRoot, folder))
  const manifests = files.flatMap((name) =>
    parseAllDocuments(textOf(`${folder}/${name}`)).map((document) => {
      expect(document.errors).toEqual([])
      return document.toJS() as Manifest
    }),
  )
  // biome-ignore lint/suspicious/noExplicitAny: a manifest is looked at by its path
  const of = (kind: string, name = 'attune'): any => manifests.find((one) => one.kind === kind && one.metadata?.name === name)
  const pod = of('Deployment').spec.template.spec
  const [container] = pod.containers

  it('are all listed by the kustomization, but for the two examples', () => {
    const { resources } = of('Kustomization', undefined as never) ?? manifests.find(({ kind }) => kind === 'Kustomization')
    expect([...resources].sort()).toEqual(files.filter((name) => !/example|kustomization/.test(name)).sort())
  })

  it('run three processes that are spread over hosts and zones, and never fewer than two on purpose', () => {
    expect(of('Deployment').spec).toMatchObject({ replicas: 3, strategy: { rollingUpdate: { maxUnavailable: 0 } } })
    expect(pod.topologySpreadConstraints.map(({ topologyKey }: { topologyKey: string }) => topologyKey)).toEqual([
      'topology.kubernetes.io/zone',
      'kubernetes.io/hostname',
    ])
    expect(of('PodDisruptionBudget').spec.minAvailable).toBe(2)
    expect(of('HorizontalPodAutoscaler').spec).toMatchObject({ minReplicas: 3, scaleTargetRef: { kind: 'Deployment', name: 'attune' } })
  })

  it('run as nobody, on a read-only file system, without rights and without a token of the cluster', () => {
    expect(pod).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'RuntimeDefault' } },
    })
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
    expect(of('Namespace').metadata.labels['pod-security.kubernetes.io/enforce']).toBe('restricted')
    expect(of('ServiceAccount').automountServiceAccountToken).toBe(false)
  })

  it('ask for readiness at /readyz, for life at /healthz, and leave time for accepted calls to end', () => {
    expect(container.startupProbe.httpGet.path).toBe('/readyz')
    expect(container.readinessProbe.httpGet.path).toBe('/readyz')
    expect(container.livenessProbe.httpGet.path).toBe('/healthz')
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(5 + 10)
  })

  it('limit memory, CPU and disk, and give every folder that is written a volume', () => {
    expect(container.resources.limits).toEqual({
      cpu: expect.any(String),
      memory: expect.any(String),
      'ephemeral-storage': expect.any(String),
    })
    const written = container.volumeMounts
      .filter(({ readOnly }: { readOnly?: boolean }) => !readOnly)
      .map(({ mountPath }: { mountPath: string }) => mountPath)
    expect(written).toEqual(['/var/lib/attune', '/tmp'])
    for (const { name } of pod.volumes) expect(container.volumeMounts.map((mount: { name: string }) => mount.name)).toContain(name)
  })

  it('close the network first, and open it by name: DNS, PostgreSQL, Redis, EHRs out; ingress and monitoring in', () => {
    expect(of('NetworkPolicy', 'default-deny').spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
    const { ingress, egress } = of('NetworkPolicy').spec
    const portsOf = (rules: readonly { ports: { port: number }[] }[]) => rules.flatMap(({ ports }) => ports.map(({ port }) => port))
    expect(portsOf(ingress)).toEqual([8088, 9464])
    expect(portsOf(egress)).toEqual([53, 53, 5432, 6379, 443])
    for (const rule of egress) expect(rule.to.length).toBeGreaterThan(0)
    expect(JSON.stringify(egress)).not.toContain('0.0.0.0/0')
    const stores = of('NetworkPolicy', 'stores').spec
    expect(stores.podSelector.matchExpressions[0].values).toEqual(['postgres', 'redis'])
    expect(portsOf(stores.ingress)).toEqual([5432, 6379])
  })

  it('find each other: labels, ports, configuration and keys', () => {
    const labels = of('Deployment').spec.template.metadata.labels
    expect(of('Service').spec.selector).toEqual(labels)
    expect(of('PodDisruptionBudget').spec.selector.matchLabels).toEqual(labels)
    expect(of('NetworkPolicy').spec.podSelector.matchLabels).toEqual(labels)
    const keys = Object.keys(of('Secret').stringData)
    for (const { valueFrom } of container.env) if (valueFrom) expect(keys).toContain(valueFrom.secretKeyRef.key)
    expect(of('ConfigMap').data['attune.yaml']).toContain('/run/secrets/attune-pseudonym-key')
  })

  it('hold no secret', () => {
    for (const value of Object.values(of('Secret').stringData)) expect(value).toMatch(/REPLACE/)
  })
})
