#!/bin/sh
# Opens a shell as `agent` with the environment of the env files, or runs a command in it:
#   env.sh COMMAND ARGUMENT...
# The exit code is that of the command. Arguments arrive as they are given.
set -eu

if [ "$(id -u)" = 0 ]; then
  HOME=/home/agent exec setpriv --reuid agent --regid agent --init-groups --no-new-privs -- "$0" "$@"
fi
cd "${GATHERER_HOME:-/home/agent}"
exec gatherer shell -- "$@"
