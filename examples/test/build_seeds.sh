# shellcheck shell=bash
# How scripts/examples builds the plugins and probes of other conventions, and broken ones for the probes' tests.
# shellcheck disable=SC2154  # out, rustc, go and warnings are others'

seeds=examples/seeds

build_go_seed() { # TARGET FOLDER PACKAGE FLAG...
  local target=$1 folder=$seeds/$2 package=$3 sources
  shift 3
  mapfile -t sources < <(find "$folder" "$seeds/stand-ins" -name '*.go' -o -name go.mod)
  is_stale "$target" "${sources[@]}" || return 0
  (cd "$folder" && GOTOOLCHAIN=local GOPROXY=off "$go" build -buildvcs=false "$@" -o "$target" "$package")
}

build_go_seeds() {
  local mode=-buildmode=plugin
  build_go_seed "$out/seeds/stormdb.so" plugins/stormdb . $mode
  build_go_seed "$out/seeds/stormdb-incomplete.so" plugins/stormdb . $mode -tags=incomplete
  build_go_seed "$out/seeds/benana.so" plugins/benana . $mode
  build_go_seed "$out/seeds/databridge.so" stand-ins/databridge ./plugins/upper $mode
  build_go_seed "$out/seeds/probe-go" probes/go .
  build_go_seed "$out/seeds/probe-databridge" stand-ins/databridge ./probe
}

build_cpp_seeds() {
  local fault include=$seeds/stand-ins/phantomdb
  for fault in "" THROWS NO_DESTROY; do
    is_stale "$out/seeds/phantomdb$fault.so" $seeds/plugins/phantomdb/* $include/* || continue
    c++ -std=c++17 -O1 "${warnings[@]}" -fPIC -fvisibility=hidden -shared ${fault:+-D$fault} -I$include \
      $seeds/plugins/phantomdb/soundex.cpp -o "$out/seeds/phantomdb$fault.so"
  done
  is_stale "$out/seeds/probe-cpp" $seeds/probes/cpp/* $include/* || return 0
  c++ -std=c++17 -O1 "${warnings[@]}" -DPLUGIN_HEADER='"base_plugin.h"' -I$include $seeds/probes/cpp/probe.cpp \
    -o "$out/seeds/probe-cpp" -ldl
}

build_rust_seeds() {
  local crate=$out/seeds/libdistributed_transformer.rlib plugin=$out/seeds/distributed-transformer
  local flags=(--edition 2021 -O -D warnings) uses
  uses=(-L "$out/seeds" --extern "distributed_transformer=$crate")
  is_stale "$out/seeds/probe-rust" $seeds/probes/rust/* $seeds/plugins/distributed_transformer/* \
    $seeds/stand-ins/distributed_transformer/* || return 0
  "$rustc" "${flags[@]}" --crate-type rlib --crate-name distributed_transformer --out-dir "$out/seeds" \
    $seeds/stand-ins/distributed_transformer/lib.rs
  "$rustc" "${flags[@]}" "${uses[@]}" --crate-type cdylib --crate-name pairs -o "$plugin.so" \
    $seeds/plugins/distributed_transformer/lib.rs
  "$rustc" "${flags[@]}" "${uses[@]}" --crate-type cdylib --crate-name pairs --cfg nameless -A dead_code -A unused \
    -o "$plugin-nameless.so" $seeds/plugins/distributed_transformer/lib.rs
  PROBE_RUSTC=$("$rustc" --version | cut -d' ' -f2) "$rustc" "${flags[@]}" "${uses[@]}" -o "$out/seeds/probe-rust" \
    $seeds/probes/rust/probe.rs
}

build_seeds() {
  build_go_seeds
  build_cpp_seeds
  build_rust_seeds
}
