# shellcheck shell=bash
# A PostgreSQL of our own on a private socket, for as long as a test runs.
# shellcheck disable=SC2154  # scratch is run.sh's

pgbin=$(find /usr/lib/postgresql -mindepth 2 -maxdepth 2 -name bin 2>/dev/null | sort -V | tail -1)

# PostgreSQL refuses to be run by root.
as_owner() {
  if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=nobody --regid=nogroup --clear-groups -- "$@"; else "$@"; fi
}

start_postgres() {
  pgfolder=$(mktemp -d /tmp/plug-pg-XXXXXX) # a socket's path must be short
  if [ "$(id -u)" -eq 0 ]; then chown nobody:nogroup "$pgfolder"; fi
  chmod 711 "$pgfolder" # a load test has not root's power to walk through a closed folder
  (
    cd "$pgfolder" || exit 1
    as_owner "$pgbin/initdb" -D "$pgfolder/data" -A trust -U tester --no-sync -E UTF8 --locale=C || exit 1
    as_owner "$pgbin/pg_ctl" -D "$pgfolder/data" -w -t 60 -l "$pgfolder/log" \
      -o "-k $pgfolder -c listen_addresses= -c fsync=off -c max_connections=20" start
  ) >"$scratch/postgres.log" 2>&1
}

stop_postgres() {
  [ -n "${pgfolder:-}" ] || return 0
  if [ -e "$pgfolder/data/postmaster.pid" ]; then
    (cd "$pgfolder" && as_owner "$pgbin/pg_ctl" -D "$pgfolder/data" -w -m immediate stop) >/dev/null 2>&1 || true
  fi
  rm -rf "$pgfolder"
  pgfolder=
}
