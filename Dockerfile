# Attune as a container, built from a clone: docker build -t attune .
# The base is named by tag. Its digest is the site's to pin, because it changes with every security update of the base:
#   docker build --build-arg BASE=node:20-bookworm-slim@sha256:... -t attune .
# One base for both stages: onnxruntime-node brings a binary for glibc.
ARG BASE=node:20-bookworm-slim

FROM ${BASE} AS build
WORKDIR /opt/build
# What package-lock.json pins, by its hashes, without install scripts.
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build && node bin/production-only.mjs /opt/attune

FROM ${BASE}
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 HOST=0.0.0.0 PORT=8088 ATTUNE_DATA_DIR=/var/lib/attune ATTUNE_CONFIG=/etc/attune/attune.yaml
# The server runs node alone: what else the base brings to install and start programs is taken out.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
  && install -d -m 0700 -o 1000 -g 1000 /var/lib/attune
WORKDIR /opt/attune
COPY --from=build --chown=0:0 /opt/attune ./
# A number, so that Kubernetes can see that it is not root.
USER 1000:1000
VOLUME /var/lib/attune
EXPOSE 8088
HEALTHCHECK --interval=30s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1 (prlimit becomes it), so that SIGTERM reaches it and accepted calls are answered before it ends. What a process
# holds of patients is in no core dump, wherever the machine writes those.
# Flags of Node and MALLOC_...: bin/launch.json.
# Another verb of the command line: docker run attune doctor
ENTRYPOINT ["prlimit", "--core=0:0", "node", "--max-semi-space-size=4", "--heap-growing-percent=100", "dist/server/serve-process.js"]
