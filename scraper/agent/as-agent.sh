#!/bin/sh
# Runs a command as `agent` where root starts it, for good; else as whoever starts it.
set -eu

export HOME=/home/agent
if [ "$(id -u)" = 0 ]; then
  exec setpriv --reuid agent --regid agent --init-groups --no-new-privs -- "$@"
fi

# A user of `docker run --user 12345` has no name, and ssh wants one.
if ! getent passwd "$(id -u)" >/dev/null; then
  names=/dev/shm/passwd
  if [ ! -e "$names" ]; then
    printf 'gatherer:x:%s:%s::%s:/bin/bash\n' "$(id -u)" "$(id -g)" "$HOME" > "$names"
  fi
  export LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_PASSWD="$names" NSS_WRAPPER_GROUP=/etc/group
fi
# The root file system may be read-only.
if [ ! -w /tmp ]; then
  export TMPDIR="${TMPDIR:-/dev/shm}"
fi
exec "$@"
