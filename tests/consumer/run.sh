#!/usr/bin/env bash
# Installs the build, then builds and runs a project that finds it: run.sh BUILD_DIR CXX
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$1" --prefix "$work/prefix" >/dev/null
cmake -S "$here/project" -B "$work/build" -G Ninja -DCMAKE_CXX_COMPILER="$2" -DCMAKE_PREFIX_PATH="$work/prefix" \
  -DCMAKE_CXX_FLAGS="${3:-}" >/dev/null
cmake --build "$work/build"
"$work/build/consumer"
"$work/prefix/bin/assay" --version
