# Attune as a container, built from a clone: docker build -t attune .
# The same base for both stages: onnxruntime-node brings a binary for glibc.
FROM node:20-slim AS build
WORKDIR /opt/attune
COPY . .
# Installs what package-lock.json pins, without install scripts, and builds server and pages.
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:20-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8088 ATTUNE_DATA_DIR=/var/lib/attune ATTUNE_CONFIG=/etc/attune/attune.yaml
WORKDIR /opt/attune
COPY --from=build /opt/attune/package.json ./
COPY --from=build /opt/attune/node_modules node_modules
COPY --from=build /opt/attune/dist dist
COPY --from=build /opt/attune/rules rules
COPY --from=build /opt/attune/models models
RUN install -d -m 0700 -o node -g node /var/lib/attune
USER node
VOLUME /var/lib/attune
EXPOSE 8088
HEALTHCHECK --interval=30s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1, so that SIGTERM reaches it and accepted calls are answered before it ends.
CMD ["node", "dist/src/cli/serve-process.js"]
