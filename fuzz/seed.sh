#!/usr/bin/env bash
# Fills fuzz/corpus with seeds for each target: the fixtures, the configs of the docs, and what the tests use.
set -euo pipefail
cd "$(dirname "$0")/.."

corpus=fuzz/corpus
mkdir -p "$corpus"/{file,files,config,baseline,suppressions,evaluator}

# A name that no other file has.
name() { printf '%s' "${1//\//-}"; }

while IFS= read -r -d '' source; do
    cp "$source" "$corpus/file/$(name "$source")"
    if grep -q 'unpoll-' "$source"; then
        cp "$source" "$corpus/suppressions/$(name "$source")"
    fi
    # What stands behind `=` is an expression, often enough.
    sed -n 's/.* = \(.*[^;{]\);*$/\1/p' "$source" | head -n 3 |
        while IFS= read -r line; do printf '%s' "$line" >"$corpus/evaluator/$(printf '%s' "$line" | cksum | cut -d' ' -f1)"; done
done < <(find fixtures -type f \( -name '*.ts' -o -name '*.tsx' -o -name '*.js' -o -name '*.jsx' \) -print0)

# Each case as one input, its files in the order of the names that the target gives them.
for case in fixtures/*/*/; do
    out="$corpus/files/$(name "${case%/}")"
    : >"$out"
    while IFS= read -r -d '' source; do
        cat "$source" >>"$out"
        printf '\n---\n' >>"$out"
    done < <(find "$case" -type f \( -name '*.ts' -o -name '*.tsx' \) -print0 | sort -z)
done

# The blocks of the docs of the config.
awk -v out="$corpus/config" '/^```(json|jsonc|toml)/ { open = 1; n++; next } /^```/ { open = 0 } open { print > (out "/doc-" n) }' docs/configuration.md
find fixtures -name 'unpoll.*' -o -name 'package.json' -path '*fixtures*' | while IFS= read -r config; do
    cp "$config" "$corpus/config/$(name "$config")"
done

cat >"$corpus/baseline/one" <<'BASELINE'
{"version":1,"findings":[{"file":"src/orders.ts","rule":"network-poll","owner":"Orders","api":"setInterval","intervalMs":5000.0,"gate":"always","fingerprint":"0123456789abcdef"}]}
BASELINE
