#!/bin/sh
# Starts gatherer as `agent`. A start as root first gives the volumes to `agent`, and then drops that right for good.
set -eu

as_agent=/home/agent/scraper/agent/as-agent.sh

if [ "$(id -u)" = 0 ]; then
  for folder in export config .ssh project-git-repos data; do
    # What is mounted for reading only stays as it is.
    find "/home/agent/$folder" ! -user agent -writable -exec chown -h agent:agent {} + || true
  done
  chmod 755 /home/agent/export /home/agent/config /home/agent/project-git-repos || true
  chmod 700 /home/agent/.ssh /home/agent/data || true
fi

# `docker run IMAGE --cron-period hourly` and `docker run IMAGE agent --cron-period hourly` mean the same.
case ${1:-} in
  '' | -*) set -- agent "$@" ;;
esac
# `docker run IMAGE preflight TEST` runs a command of gatherer, `docker run IMAGE git --version` a program.
command -v "$1" >/dev/null 2>&1 || set -- gatherer "$@"
# The init is not root either. It hands signals on and reaps what git and ssh leave behind.
exec "$as_agent" tini -- "$@"
