#!/bin/sh
# Opens a shell as `agent` with the environment of the env files, or runs a command in it:
#   env.sh COMMAND ARGUMENT...
# The exit code is that of the command. Arguments arrive as they are given.
set -eu

cd /home/agent
exec gatherer shell -- "$@"
