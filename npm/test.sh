#!/usr/bin/env bash
# Tries the npm packages as a user would: built, packed, installed from a registry (our own, on this machine) and run.
#
#     npm/test.sh [PROGRAM [STATIC-PROGRAM]]
#
# PROGRAM: a built unpoll for this machine, target/release/unpoll if none is named.
# STATIC-PROGRAM: one for Linux that is linked with musl. Needs node, npm and cargo, and no network.
set -euo pipefail
cd "$(dirname "$0")/.."

program=${1:-${CARGO_TARGET_DIR:-target}/release/unpoll}
static=${2:-}
node --test npm/platform.test.js

scratch=$(mktemp -d)
registry=
trap '[ -z "$registry" ] || kill "$registry"; rm -rf "$scratch"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }
said() { grep -qF -- "$2" "$1" || { cat "$1" >&2; fail "\`$2\` is not said"; }; }
# Runs the rest of the arguments; the exit code must be the first.
exits() {
    local wanted=$1 code=0; shift
    "$@" >"$scratch/out" 2>"$scratch/err" || code=$?
    [ "$code" = "$wanted" ] || { cat "$scratch/out" "$scratch/err" >&2; fail "$* exits with $code and not $wanted"; }
}

host=$(rustc -vV | sed -n 's/^host: //p')
programs=("$host=$program")
[ -z "$static" ] || programs+=("${host%-gnu}-musl=$static")
# What other platforms run is never run here: the head of such a program is enough to see that npm leaves it out.
printf '\xcf\xfa\xed\xfe\x0c\x00\x00\x01' >"$scratch/mac"
case $host in *-apple-*) ;; *) programs+=("aarch64-apple-darwin=$scratch/mac") ;; esac

# The build refuses what cannot be right.
exits 2 node npm/build.mjs --out "$scratch/no" "$host=$program"
said "$scratch/err" "--partial leaves them out"
exits 2 node npm/build.mjs --out "$scratch/no" --partial "x86_64-pc-windows-msvc=$program"
said "$scratch/err" "and not one for x86_64-pc-windows-msvc"
case $host in *-linux-gnu)
    exits 2 node npm/build.mjs --out "$scratch/no" --partial "${host%-gnu}-musl=$program"
    said "$scratch/err" "needs glibc"
esac

node npm/build.mjs --out "$scratch/dist" --partial "${programs[@]}"
version=$("$program" --version | cut -d' ' -f2)
mkdir "$scratch/tarballs"
licences() { tar -tzf "$1" | grep -c '^package/LICENSE-'; }
for folder in "$scratch"/dist/unpoll "$scratch"/dist/@unpoll/*; do
    npm pack --silent --pack-destination "$scratch/tarballs" "$folder" >"$scratch/out"
done
for tarball in "$scratch"/tarballs/*; do
    [ "$(licences "$tarball")" = 2 ] || fail "$tarball lacks the licences"
done
node npm/registry.mjs "$scratch/tarballs" >"$scratch/address" &
registry=$!
until [ -s "$scratch/address" ]; do kill -0 "$registry" || fail "the registry did not start"; sleep 0.1; done

# Nothing of this user's npm: no config, no cache, and no other registry.
export npm_config_registry npm_config_cache=$scratch/cache npm_config_userconfig=$scratch/npmrc
export npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false
npm_config_registry=$(cat "$scratch/address")
unset UNPOLL_BINARY

echo "npx in a folder without anything"
example=$PWD/fixtures/migration/proxy-dashboard
mkdir "$scratch/empty" && cd "$scratch/empty"
exits 0 npx --yes unpoll --version
[ "$(cat "$scratch/out")" = "unpoll $version" ] || fail "npx unpoll --version says $(cat "$scratch/out")"

echo "installed in a project"
mkdir "$scratch/project" && cd "$scratch/project"
echo '{ "private": true }' >package.json
npm install --silent --save-dev unpoll
[ ! -e node_modules/@unpoll/darwin-arm64 ] || [ "$(uname)" = Darwin ] || fail "npm installed the program of another system"
if [ -n "$static" ] && [ -e node_modules/@unpoll/linux-x64-gnu ]; then
    [ ! -e node_modules/@unpoll/linux-x64-musl ] || fail "npm installed the program for another C library"
fi
exits 0 npx unpoll --version
exits 1 npx unpoll "$example" --no-cache
said "$scratch/out" "7 critical"
exits 0 npx unpoll "$example" --no-cache --fail-on never --format json
node -e 'const { summary } = JSON.parse(require("fs").readFileSync(process.argv[1])); if (summary.critical !== 7) process.exit(1)' \
    "$scratch/out" || fail "the JSON report of npx is not that of the program"
exits 2 npx unpoll --no-such-flag
# With arguments and stdin as they are.
printf '#!/bin/sh\nprintf "%%s|" "$@"; cat; exit 7\n' >echo && chmod +x echo
exits 7 env UNPOLL_BINARY=./echo sh -c 'echo input | ./node_modules/.bin/unpoll "two words" "" "*"'
[ "$(cat "$scratch/out")" = "two words||*|input" ] || fail "arguments or stdin changed: $(cat "$scratch/out")"

echo "signals"
# A program that waits: a report that goes to a pipe without a reader.
mkfifo pipe
launcher=node_modules/unpoll/bin/unpoll.js
# Jobs as of a terminal: with SIGINT at its default, and a group of processes each.
set -m
# To the launcher alone, as a supervisor sends it; with a minus to all of the job, as Ctrl-C in a terminal does.
for to in INT TERM HUP INT-; do
    signal=${to%-}
    node "$launcher" "$example" --no-cache -o pipe >"$scratch/out" 2>&1 &
    job=$!
    child=
    for _ in $(seq 100); do child=$(pgrep -P "$job" || true); [ -n "$child" ] && break; sleep 0.1; done
    [ -n "$child" ] || fail "the launcher started nothing"
    kill -s "$signal" -- "${to#"$signal"}$job"
    code=0; wait "$job" || code=$?
    [ "$code" = $((128 + $(kill -l "$signal"))) ] || fail "after $to the launcher exits with $code"
    ! kill -0 "$child" 2>/dev/null || fail "after $to the program goes on"
done
# A program that ends in its own way is let to.
printf '#!/bin/sh\ntrap "echo bye; exit 5" INT\necho ready\nwhile :; do sleep 0.1; done\n' >polite && chmod +x polite
UNPOLL_BINARY=./polite node "$launcher" >"$scratch/polite" 2>&1 &
job=$!
until grep -q ready "$scratch/polite"; do kill -0 "$job" || fail "the program did not start"; sleep 0.1; done
kill -s INT "$job"
code=0; wait "$job" || code=$?
[ "$code" = 5 ] || fail "a program that exits with 5 after Ctrl-C counts as $code"
said "$scratch/polite" bye
set +m

echo "without the package of this platform"
mkdir "$scratch/bare" && cd "$scratch/bare"
echo '{ "private": true }' >package.json
npm install --silent --omit=optional unpoll
exits 2 npx unpoll --version
said "$scratch/err" "is missing, which holds the program for this machine"
said "$scratch/err" "npm install --save-dev @unpoll/"
# The help helps.
command=$(sed -n 's/^ *\(npm install .*\)$/\1/p' "$scratch/err")
$command --silent
exits 0 npx unpoll --version

if [ -n "$static" ]; then
    echo "beside another C library"
    rm -rf node_modules/@unpoll && npm install --silent --no-save --force "$(ls "$scratch"/tarballs/unpoll-linux-x64-musl-*.tgz)"
    exits 0 npx unpoll --version
fi
echo "all is well"
