#!/bin/sh
# Stands in for the entry point of the official image: POSTGRES_USER, POSTGRES_DB and POSTGRES_PASSWORD_FILE.
set -eu

data=/var/lib/postgresql/data/cluster
if [ "$(id -u)" = 0 ]; then
  password=$(cat "$POSTGRES_PASSWORD_FILE")
  [ -n "$password" ] || { echo "$POSTGRES_PASSWORD_FILE is empty" >&2; exit 1; }
  chown postgres:postgres /var/lib/postgresql/data
  PASSWORD=$password exec setpriv --reuid postgres --regid postgres --init-groups -- sh "$0"
fi
if [ ! -d "$data" ]; then
  file=$(mktemp)
  printf '%s\n' "$PASSWORD" > "$file"
  initdb -D "$data" -U "$POSTGRES_USER" --pwfile "$file" -A scram-sha-256 -E UTF8 --locale=C.UTF-8 >/dev/null
  rm "$file"
  echo 'host all all all scram-sha-256' >> "$data/pg_hba.conf"
  pg_ctl -D "$data" -o '-c listen_addresses= -c unix_socket_directories=/tmp' -w start >/dev/null
  PGPASSWORD=$PASSWORD createdb -h /tmp -U "$POSTGRES_USER" "$POSTGRES_DB"
  pg_ctl -D "$data" -m fast -w stop >/dev/null
fi
exec postgres -D "$data" -c 'listen_addresses=*' -c unix_socket_directories=/tmp,/var/run/postgresql
