ARG BASE_IMAGE=node:24-bookworm-slim

FROM ${BASE_IMAGE} AS dependencies
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci --omit=dev

FROM ${BASE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY scraper/empty-database.mjs ./scraper/
RUN npm run database
COPY tsconfig.json tsconfig.build.json rolldown.config.ts ./
COPY src ./src
COPY scraper ./scraper
RUN npm run bundle

FROM ${BASE_IMAGE}
# libnss-wrapper gives a name to the users of `docker run --user 12345`, without whom ssh does not start.
RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
    ca-certificates git libnss-wrapper openssh-client subversion tini \
  && apt-get clean \
  && rm -rf /var/lib/apt/lists/*

# The base image gives its uid 1000 to `node`: the same number is `agent` here, as in the original image, so that
# volumes of one are readable in the other.
RUN if id node >/dev/null 2>&1; then \
    groupmod --new-name agent node && usermod --login agent --home /home/agent --move-home node; \
  else \
    groupadd --gid 1000 agent && useradd --uid 1000 --gid agent --shell /bin/bash --create-home agent; \
  fi

WORKDIR /home/agent
COPY --from=dependencies /build/node_modules /opt/data-gathering/node_modules
COPY scraper/agent ./scraper/agent
COPY samples /opt/data-gathering/samples
COPY package.json LICENSE VERSION *.cfg.example /opt/data-gathering/
COPY *.cfg.example *_fields.jso[n] LICENSE VERSION en[v] ./
COPY certs ./certs
COPY --from=build /build/dist /opt/data-gathering/dist
RUN sh scraper/agent/install.sh

# What an env file may change is not here but in scraper/agent/image.env: these win over env files.
ENV GATHERER_HOME=/home/agent \
  GATHERER_DEFAULTS_FILE=/home/agent/scraper/agent/image.env \
  NODE_ENV=production

VOLUME ["/home/agent/export", "/home/agent/config", "/home/agent/.ssh", "/home/agent/project-git-repos"]
EXPOSE 7070
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/home/agent/scraper/agent/health.sh"]
ENTRYPOINT ["/home/agent/scraper/agent/entrypoint.sh"]
CMD ["agent"]

# Last, because each build has another one.
ARG VERSION=""
RUN if [ -n "$VERSION" ]; then printf '%s\n' "$VERSION" > VERSION; fi
LABEL org.opencontainers.image.title="data-gathering" \
  org.opencontainers.image.description="Gathers what software teams leave in their tools and delivers it to a controller" \
  org.opencontainers.image.licenses="Apache-2.0" \
  org.opencontainers.image.version="${VERSION:-unknown}"
