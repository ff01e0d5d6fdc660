#!/usr/bin/env bash
# Audits folders of odd code, as a whole and file by file: fails on a bug of ours, on a file that takes over a second,
# and on too much memory. Made for https://github.com/tc39/test262 and the parser specs of biomejs/biome and
# oxc-project/oxc; any folder will do.
#
#     scripts/corpora.sh ../test262 ../biome/crates ../oxc
set -euo pipefail
if [ $# -eq 0 ]; then
    echo "usage: scripts/corpora.sh FOLDER…" >&2
    exit 2
fi
folders=()
for folder in "$@"; do
    folders+=("$(cd "$folder" && pwd)")
done
cd "$(dirname "$0")/.."
exec cargo bench --bench corpora -- "${folders[@]}"
