# shellcheck shell=bash
# How scripts/examples --test runs the tests: each part prints lines `ok - FACT` or `not ok - FACT`.
# shellcheck disable=SC2154  # out, prefix and others are scripts/examples's

passed=0
failed=0

# Runs a part and counts its lines; one that ends badly without a line is a failure of its own.
part() { # NAME COMMAND...
  local name=$1 output=$scratch/output code=0 good bad
  shift
  echo "# $name"
  timeout -k 10 240 "$@" >"$output" 2>&1 || code=$?
  grep -v -e "^#" "$output" || true
  good=$(grep -c '^ok' "$output" || true)
  bad=$(grep -c '^not ok' "$output" || true)
  if [ "$bad" -eq 0 ] && { [ $code -ne 0 ] || [ "$good" -eq 0 ]; }; then
    echo "not ok - $name ended with code $code"
    bad=1
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
}

# pyarrow is no package of Debian's.
python_with_arrow() {
  local venv=.build/examples/venv
  if ! "$venv/bin/python" -c 'import pyarrow' 2>/dev/null; then
    rm -rf "$venv"
    /usr/bin/python3 -m venv "$venv" >&2 && "$venv/bin/pip" install -q --disable-pip-version-check 'pyarrow>=14' >&2
  fi
  echo "$venv/bin/python"
}

# The plugins in C and what uses them, once more: with the sanitizers of addresses and undefined behaviour, and with that of
# threads. libpq and SQLite are not built so, which is why movies is left out.
build_sanitized() {
  local name parts=(examples/common/{text,json,json_read}.c Sources/CPlug/*.c)
  local common=(-std=c11 -D_GNU_SOURCE -g "${warnings[@]}" -I"$prefix/include" -Iexamples/common -pthread)
  local addresses=("-fsanitize=address,undefined" -fno-sanitize-recover=all -O1) races=(-fsanitize=thread -O1)
  mkdir -p "$out/work/sanitized" "$out/work/races"
  for name in "${c_plugins[@]}"; do
    [ "$name" != movies ] || continue
    build_c "$name" "$out/work/sanitized/$name.so" "${addresses[@]}"
    build_c "$name" "$out/work/races/$name.so" "${races[@]}"
  done
  is_stale "$out/work/crowd" examples/test/*.c examples/common/* examples/hosts/c/* || return 0
  # The sanitizer's own crypt_r finds the real one only in a library that is there from the beginning.
  addresses+=("-Wl,--no-as-needed" -lcrypt)
  cc "${common[@]}" -o "$out/work/host-sanitized" examples/hosts/c/*.c "${parts[@]}" "${addresses[@]}"
  cc "${common[@]}" -o "$out/work/lifecycle-sanitized" examples/test/lifecycle.c "${parts[@]}" "${addresses[@]}"
  cc "${common[@]}" -o "$out/work/feed" examples/test/feed.c "${parts[@]}" "${addresses[@]}"
  cc "${common[@]}" -o "$out/work/crowd" examples/test/crowd.c examples/hosts/c/uses.c "${parts[@]}" "${races[@]}" \
    -Wl,--no-as-needed -lcrypt
}

run_parts() {
  local python test code=0
  # It mostly waits, so it runs beside the others, and is shown at the end.
  timeout -k 10 300 Tests/plughost/run >"$scratch/plughost" 2>&1 &
  plughost=$!
  python=$(python_with_arrow)
  part exports examples/test/exports "$out/plugins"
  part manifests examples/test/manifests "$out"
  part descriptions /usr/bin/python3 examples/test/descriptions.py
  part lives "$out/work/lifecycle" "$out"/plugins/*.so
  build_sanitized
  part "lives, sanitized" "$out/work/lifecycle-sanitized" --sanitized "$out"/work/sanitized/*.so
  part "damaged input" "$out/work/feed" 20000 "$out"/work/sanitized/*.so
  # gcc 12's thread sanitizer can't start where addresses are spread too widely.
  part crowds setarch -R "$out/work/crowd" "$scratch/crowd" "$out"/work/races/*.so
  for test in processors mathfun passwd semver_type kv pushdown web; do
    part $test /usr/bin/python3 examples/test/test_$test.py
  done
  part csv "$python" examples/test/test_csv.py
  if start_postgres; then
    PGBIN=$pgbin PGSOCKET=$pgfolder PGOWNER=tester part movies /usr/bin/python3 examples/test/test_movies.py
  else
    tail -5 "$scratch/postgres.log"
    echo "not ok - PostgreSQL does not start"
    failed=$((failed + 1))
  fi
  stop_postgres
  part hosts examples/test/hosts "$out"
  part seeds examples/test/seeds "$out"
  wait "$plughost" || code=$?
  plughost=
  # shellcheck disable=SC2016  # the inner shell expands it
  part plughost bash -c 'cat "$1"; exit "$2"' plughost "$scratch/plughost" $code
}

run_all() {
  scratch=$(mktemp -d "$out/scratch-XXXXXX")
  # shellcheck source=examples/test/postgres.sh
  source examples/test/postgres.sh
  plughost=
  trap 'stop_postgres; [ -z "$plughost" ] || kill "$plughost" 2>/dev/null; rm -rf "$scratch"' EXIT
  trap 'exit 130' INT TERM
  export PLUGINS=$out/plugins SCRATCH=$scratch PANICS=$out/work/panics.so SERVER=$out/work/server PYTHONDONTWRITEBYTECODE=1
  run_parts
  echo "examples: $passed passed, $failed failed, $SECONDS s"
  [ $failed -eq 0 ]
}
