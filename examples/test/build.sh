# shellcheck shell=bash
# How scripts/examples builds. Each target is made anew where one of its sources is newer.
# shellcheck disable=SC2154  # out, prefix, rustc and go are scripts/examples's

# shellcheck source=examples/test/build_seeds.sh
source examples/test/build_seeds.sh

c_plugins=(tidy csv web mathfun kv pushdown passwd semver_type movies)
warnings=(-Wall -Wextra -Werror)

is_stale() { # TARGET SOURCE...
  local target=$1 source
  shift
  [ -e "$target" ] || return 0
  for source in "$@" examples/test/build.sh Sources/CPlug/*.[ch]; do
    [ "$target" -nt "$source" ] || return 0
  done
  return 1
}

libraries_of() {
  case $1 in
    kv) echo -lsqlite3 ;;
    movies) echo "$(pkg-config --cflags --libs libpq) -lsqlite3" ;;
    passwd) echo -lcrypt ;;
    mathfun) echo -lm ;;
  esac
}

# The folders of examples/common that a plugin is made of, besides that itself.
shares_of() {
  case $1 in
    csv) echo sheet ;;
    kv) echo folder ;;
    movies) echo db ;;
    mathfun) echo scalar ;;
    pushdown) echo plan ;;
    web) echo web ;;
  esac
}

build_c() { # NAME TARGET FLAG...
  local name=$1 target=$2 libraries shared sources flags=()
  shift 2
  shared=$(shares_of "$name")
  sources=(examples/"$name"/*.c examples/common/*.c)
  if [ -n "$shared" ]; then
    sources+=(examples/common/"$shared"/*.c)
    flags+=(-Iexamples/common/"$shared")
  fi
  is_stale "$target" examples/"$name"/* examples/common/*.[ch] examples/common/*/*.[ch] || return 0
  read -ra libraries <<<"$(libraries_of "$name")"
  cc -std=c11 -D_GNU_SOURCE -O2 -g "${warnings[@]}" "$@" -fPIC -fvisibility=hidden -pthread -shared \
    -DDESCRIPTION="\"examples/$name/describe.json\"" -I"$prefix/include" -Iexamples/common "${flags[@]}" \
    -o "$target.new" "${sources[@]}" "${libraries[@]}" -Wl,-z,relro -Wl,-z,now \
    -Wl,--version-script=examples/common/exports.map
  mv "$target.new" "$target"
}

build_cpp() { # TARGET
  is_stale "$1" examples/topwords/* || return 0
  c++ -std=c++17 -O2 -g "${warnings[@]}" -fPIC -fvisibility=hidden -shared -static-libstdc++ -static-libgcc \
    -DDESCRIPTION='"examples/topwords/describe.json"' -I"$prefix/include" -Iexamples/common -o "$1.new" \
    examples/topwords/topwords.cpp -Wl,-z,defs -Wl,--version-script=examples/common/exports.map
  mv "$1.new" "$1"
}

build_rust() { # TARGET FLAG...
  local target=$1
  shift
  is_stale "$target" examples/base64/* || return 0
  "$rustc" --edition 2021 --crate-type cdylib --crate-name base64 -O -C strip=symbols -D warnings "$@" \
    examples/base64/lib.rs -o "$target.new"
  mv "$target.new" "$target"
}

build_go() { # TARGET
  is_stale "$1" examples/gzip/* || return 0
  local map=$PWD/examples/common/exports.map
  (cd examples/gzip &&
    GOTOOLCHAIN=local CGO_CFLAGS="-I$prefix/include -O2 -fvisibility=hidden" "$go" build -trimpath -buildvcs=false \
      -buildmode=c-shared -ldflags="-s -w -extldflags=-Wl,--version-script=$map" -o "$1.new" .)
  rm -f "${1%.so}".h "$1".h
  chmod 755 "$1.new"
  mv "$1.new" "$1"
}

build_swift() { # TARGET
  is_stale "$1" examples/shout/* || return 0
  local made=$out/work/Description.swift
  { echo 'let description = #"""'; cat examples/shout/describe.json; echo '"""#'; } >"$made"
  swiftc -swift-version 6 -O -warnings-as-errors -emit-library -static-stdlib -module-name Shout -I examples/shout \
    -Xcc -I"$prefix/include" examples/shout/*.swift "$made" -o "$1.new" \
    -Xlinker --version-script=examples/common/exports.map -Xlinker -z -Xlinker nodelete
  mv "$1.new" "$1"
}

build_plugins() {
  local name
  for name in "${c_plugins[@]}"; do build_c "$name" "$out/plugins/$name.so"; done
  build_cpp "$out/plugins/topwords.so"
  build_rust "$out/plugins/base64.so"
  build_go "$out/plugins/gzip.so"
  build_swift "$out/plugins/shout.so"
}

# What is only for tests: a plugin that panics, and tools on plughost.
build_tools() {
  local tool libraries
  build_rust "$out/work/panics.so" --cfg fault
  for tool in lifecycle server; do
    is_stale "$out/work/$tool" examples/test/$tool.c examples/common/* || continue
    libraries=("$prefix/lib/libplughost.a")
    if [ $tool = server ]; then libraries+=(-lmicrohttpd); fi
    cc -std=c11 -D_GNU_SOURCE -O1 -g "${warnings[@]}" -I"$prefix/include" -Iexamples/common -pthread \
      -o "$out/work/$tool" examples/test/$tool.c examples/common/text.c examples/common/json.c \
      examples/common/json_read.c "${libraries[@]}"
  done
}

build_c_host() { # TARGET
  is_stale "$1" examples/hosts/c/* examples/common/* || return 0
  cc -std=c11 -D_GNU_SOURCE -O1 -g "${warnings[@]}" -I"$prefix/include" -Iexamples/common -pthread -o "$1" \
    examples/hosts/c/*.c examples/common/{text,json,json_read}.c "$prefix/lib/libplughost.a"
}

build_cpp_host() { # TARGET
  is_stale "$1" examples/hosts/cpp/* examples/common/* || return 0
  local part objects=()
  for part in text json json_read; do
    cc -std=c11 -D_GNU_SOURCE -O1 -g -I"$prefix/include" -c examples/common/$part.c -o "$out/work/$part.o"
    objects+=("$out/work/$part.o")
  done
  c++ -std=c++17 -O1 -g "${warnings[@]}" -I"$prefix/include" -Iexamples/common -pthread -o "$1" \
    examples/hosts/cpp/host.cpp "${objects[@]}" "$prefix/lib/libplughost.a"
}

build_go_host() { # TARGET
  is_stale "$1" examples/hosts/go/* examples/hosts/c/uses.* || return 0
  (cd examples/hosts/go &&
    GOTOOLCHAIN=local PKG_CONFIG_PATH="$prefix/lib/pkgconfig" CGO_CFLAGS=-O1 CGO_LDFLAGS="-Wl,-rpath,$prefix/lib" \
      "$go" build -buildvcs=false -o "$1" .)
}

build_hosts() {
  build_c_host "$out/hosts/c"
  build_cpp_host "$out/hosts/cpp"
  build_go_host "$out/hosts/go"
}

build_all() {
  build_plugins
  build_tools
  build_hosts
  build_seeds
}
