#!/bin/sh
# Starts gatherer as `agent`. A start as root first gives the volumes to `agent`, and then drops that right for good.
set -eu

if [ "$(id -u)" = 0 ]; then
  for folder in /home/agent/export /home/agent/config /home/agent/.ssh; do
    mkdir -p "$folder"
    find "$folder" ! -user agent -exec chown -h agent:agent {} +
  done
  chmod 700 /home/agent/.ssh
  HOME=/home/agent exec setpriv --reuid agent --regid agent --init-groups --no-new-privs -- "$0" "$@"
fi

# `docker run IMAGE agent --cron-period hourly` runs a command of gatherer, `docker run IMAGE bash` a program.
if [ $# -gt 0 ] && command -v "$1" >/dev/null 2>&1; then
  exec "$@"
fi
exec gatherer "$@"
