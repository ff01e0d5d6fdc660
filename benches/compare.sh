#!/usr/bin/env bash
# Times `unpoll` beside other tools over the same folders and prints a table.
#
#   benches/compare.sh FOLDER…
#
# Needs hyperfine and a release build of unpoll; tools that are not on the PATH are installed from npm into a
# temporary folder, those that cannot be had are left out. One run to warm the page cache, then RUNS runs (5) each.
set -euo pipefail
cd "$(dirname "$0")/.."

unpoll="${UNPOLL:-target/release/unpoll}"
runs="${RUNS:-5}"
folders=("$@")
if [ ${#folders[@]} -eq 0 ]; then
  echo "usage: benches/compare.sh FOLDER…" >&2
  exit 2
fi
if [ ! -x "$unpoll" ]; then
  echo "no $unpoll: run cargo build --release, or name a binary with UNPOLL=" >&2
  exit 2
fi

tools="$(mktemp -d)"
trap 'rm -rf "$tools"' EXIT
export UNPOLL_CACHE_DIR="$tools/cache"
# The default rules, whatever the folder configures.
echo "{}" >"$tools/oxlint.json"
if command -v npm >/dev/null; then
  for package in oxlint @ast-grep/cli knip typescript fallow; do
    npm install --silent --no-audit --no-fund --prefix "$tools" "$package" >/dev/null 2>&1 ||
      echo "left out: $package cannot be installed" >&2
  done
fi
PATH="$tools/node_modules/.bin:$PATH"

words='setInterval|setTimeout|refetchInterval|pollInterval|WebSocket|EventSource|socket\.io-client'
pattern='setInterval($$$)'
for folder in "${folders[@]}"; do
  folder="$(cd "$folder" && pwd)"
  commands=(
    -n "unpoll, cold" "$unpoll $folder --no-cache --format json -o $tools/report.json --fail-on never"
    -n "unpoll, warm" "$unpoll $folder --format json -o $tools/report.json --fail-on never"
  )
  command -v rg >/dev/null && commands+=(-n "ripgrep, 7 words" "rg -c -tts -tjs '$words' $folder")
  command -v oxlint >/dev/null && commands+=(-n "oxlint" "oxlint --silent --disable-nested-config -c $tools/oxlint.json $folder")
  command -v ast-grep >/dev/null && commands+=(-n "ast-grep" "ast-grep run -l tsx -p '$pattern' $folder")
  if [ -f "$folder/package.json" ]; then
    command -v fallow >/dev/null && commands+=(-n "fallow dead-code" "cd $folder && fallow dead-code")
    command -v knip >/dev/null && commands+=(-n "knip" "cd $folder && knip --no-exit-code")
  fi
  echo "## $folder"
  hyperfine --warmup 1 --runs "$runs" --ignore-failure --style none --export-markdown "$tools/table.md" \
    "${commands[@]}" >/dev/null 2>&1
  cat "$tools/table.md"
done
