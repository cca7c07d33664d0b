# Auscult with its models and without a shell. See deploy/image/README.md.

ARG NODE_IMAGE=docker.io/library/node:20.20.2-bookworm-slim
# For CUDA: DEVICE=cuda and BASE=docker.io/nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04
ARG DEVICE=cpu
ARG BASE=scratch

FROM ${NODE_IMAGE} AS build
ARG DEVICE
WORKDIR /src
COPY . .
RUN npm ci --ignore-scripts --no-audit --no-fund \
  && npm run build \
  && sh deploy/image/assemble.sh /image "${DEVICE}"

# hadolint ignore=DL3006
FROM ${BASE}
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Auscult" \
  org.opencontainers.image.description="Real-time medical transcription: a server for live speech and for recordings." \
  org.opencontainers.image.version="${VERSION}" \
  org.opencontainers.image.revision="${REVISION}" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.vendor="Auscult contributors"
COPY --from=build /image /
# Others reach a container only if it listens on all addresses. The start fails unless it is told how they are kept out.
ENV NODE_ENV=production \
  AUSCULT_HOST=0.0.0.0 \
  AUSCULT_DATA_DIRECTORY=/var/lib/auscult \
  AUSCULT_CACHE_DIRECTORY=/var/cache/auscult \
  AUSCULT_MODEL_DIRECTORY=/var/cache/auscult
VOLUME ["/var/lib/auscult", "/var/cache/auscult"]
USER 10001:10001
WORKDIR /var/lib/auscult
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
  CMD ["/usr/local/bin/node", "/app/packages/server/dist/bundle/main.js", "doctor", "--live"]
ENTRYPOINT ["/usr/local/bin/node", "/app/packages/server/dist/bundle/main.js"]
CMD ["serve"]
