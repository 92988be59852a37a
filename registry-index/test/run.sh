# shellcheck shell=bash
# How scripts/samples --test runs the tests: each part prints lines `ok - FACT` or `not ok - FACT`.
# shellcheck disable=SC2154  # out, scratch, index and plugctl are scripts/samples's

# shellcheck source=examples/test/run.sh
source examples/test/run.sh
# shellcheck source=examples/test/postgres.sh
source examples/test/postgres.sh

# What is no package of Debian's: a server that speaks S3 and checks signatures, and PostgreSQL with pgvector.
python_with_servers() {
  local venv=$out/venv
  if ! "$venv/bin/python" -c 'import moto.server, boto3, pgserver' 2>/dev/null; then
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv" >&2 &&
      "$venv/bin/pip" install -q --disable-pip-version-check 'moto[server,s3]>=5,<6' 'pgserver>=0.1.4,<0.2' >&2
  fi
  echo "$venv/bin/python"
}

# The server for plug.http/1, as the examples have it.
build_server() {
  local prefix
  prefix=$(scripts/build-plughost | tail -n 1)
  mkdir -p "$out/work"
  cc -std=c11 -D_GNU_SOURCE -O1 -g -Wall -Wextra -Werror -I"$prefix/include" -Iexamples/common -pthread -o "$out/work/server" \
    examples/test/server.c examples/common/{text,json,json_read}.c "$prefix/lib/libplughost.a" -lmicrohttpd
}

# The programs of pgvector's server, in a folder to which its owner gets: a checkout in root's home is none.
reachable_vector_programs() { # FOLDER
  local package
  package=$(dirname "$(find "$out/venv/lib" -type d -path '*/pgserver/pginstall')")
  if ! as_owner test -x "$package/pginstall/bin/postgres"; then
    cp -r "$package" "$package.libs" "$1/"
    chmod -R a+rX "$1"
    package=$1/pgserver
  fi
  echo "$package/pginstall/bin"
}

# Two servers: Debian's, and one with pgvector.
start_databases() {
  local debian=$pgbin code=0
  vector_programs=$(mktemp -d /tmp/plug-pgvector-XXXXXX)
  export PSQL=$debian/psql
  start_postgres || code=1
  export PGSOCKET=$pgfolder
  if [ $code -eq 0 ]; then
    pgbin=$(reachable_vector_programs "$vector_programs")
    start_postgres || code=1
    export VECTOR_SOCKET=$pgfolder VECTOR_BIN=$pgbin
    pgbin=$debian
  fi
  [ $code -eq 0 ] || cat "$scratch/postgres.log"
  return $code
}

stop_databases() {
  pgfolder=${VECTOR_SOCKET:-} pgbin=${VECTOR_BIN:-} stop_postgres
  pgfolder=${PGSOCKET:-} stop_postgres
  [ -z "${vector_programs:-}" ] || rm -rf "$vector_programs"
}

run_sample_parts() {
  local test python
  python=$(python_with_servers)
  build_server
  part exports examples/test/exports "$out/plugins"
  part descriptions /usr/bin/python3 registry-index/test/test_descriptions.py
  part hdfs /usr/bin/python3 registry-index/test/test_hdfs.py
  part optimizer /usr/bin/python3 registry-index/test/test_optimizer.py
  part powertable /usr/bin/python3 registry-index/test/test_powertable.py
  part ldap /usr/bin/python3 registry-index/test/test_ldap.py
  part s3 "$python" registry-index/test/test_s3.py
  if start_databases; then
    for test in functions imdb shop vector; do part $test /usr/bin/python3 registry-index/test/test_$test.py; done
    part "load tests" registry-index/test/load_tests
  else
    echo "not ok - PostgreSQL does not start"
    failed=$((failed + 1))
  fi
  stop_databases
  part "from the index" registry-index/test/from_index
}

run_samples() {
  trap 'stop_databases; rm -rf "$scratch"' EXIT
  trap 'exit 130' INT TERM
  unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
  export PLUGINS=$out/plugins SCRATCH=$scratch SERVER=$out/work/server INDEX=$index PLUGCTL=$plugctl
  export PYTHONPATH=$PWD/examples/test:$PWD/registry-index/test PYTHONDONTWRITEBYTECODE=1
  run_sample_parts
  echo "samples: $passed passed, $failed failed, $SECONDS s"
  [ "$failed" -eq 0 ]
}
