# The command line and the worker. Build: docker build -t pgferry .
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package needs a script to be installed, but the test server, which the image is without.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY bin bin
COPY src src
RUN npm run build && npm prune --omit=dev --no-audit --no-fund && node bin/pgferry.js slim

# The same Debian as the build: Temporal's SDK and its worker are native code.
FROM node:24.21.0-bookworm-slim
# glibc would give every thread memory of its own, and keep freed buffers of some megabytes: 100 MB of a worker.
ENV NODE_ENV=production MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
WORKDIR /app
COPY LICENSE NOTICE ./
COPY docs docs
# Runs Temporal's server for `pgferry up`.
COPY stack/supervisor.js stack/
COPY web web
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/bin bin
COPY --from=build /app/dist dist
# A volume that is new takes its owner from the folder in its place: `pgferry up` keeps its state there.
RUN ln -s /app/bin/pgferry.js /usr/local/bin/pgferry && install --directory --owner=node --group=node /var/lib/pgferry
# Needs nothing but to read: runs with `docker run --read-only --cap-drop ALL --tmpfs /tmp`, as docker-compose.yml does.
USER node
ENTRYPOINT ["pgferry"]
CMD ["worker", "-c", "/etc/pgferry/pgferry.yml"]
