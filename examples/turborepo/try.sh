#!/usr/bin/env bash
# Runs the example in a copy of its own, twice and once more after an edit, and compares the reports with those of
# runs without parts: `./try.sh path/to/unpoll`. Needs node, npm and git; npm fetches turbo.
set -euo pipefail
unpoll=$(realpath "${1:-$(command -v unpoll)}")
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place/bin"
ln -s "$unpoll" "$place/bin/unpoll"
export PATH="$place/bin:$PATH" TURBO_TELEMETRY_DISABLED=1 TURBO_NO_UPDATE_NOTIFIER=1
cp -R "$(dirname "$0")" "$place/shop"
cd "$place/shop"
git init -q
npm install --silent --no-audit --no-fund

# audits CACHED REPORT: runs the example, of whose tasks so many come from the cache
audits() {
  npm run audit -- --verbose --fail-on never --format json -o "$place/$2" 2>&1 | tee "$place/log"
  grep -q " $1 cached, 3 total" "$place/log"
  grep -q "note: from 3 parts: 3 files not scanned, 3 files not parsed" "$place/log"
  unpoll --no-cache --fail-on never --format json -o "$place/whole.json"
  cmp "$place/whole.json" "$place/$2"
}

audits 0 first.json
audits 3 second.json
cmp "$place/first.json" "$place/second.json"
sed -i.old 's/5_000/45_000/' packages/timing/src/index.ts
audits 2 third.json
! cmp -s "$place/first.json" "$place/third.json"
echo "ok: the second run took every part from the cache, and each report is that of one run"
