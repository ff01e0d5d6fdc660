#!/usr/bin/env bash
# Uses the HTML report as people do, in a headless Chromium, and takes pictures of it in light, dark, narrow and on
# paper. Needs node, npm and a Chromium ($CHROMIUM, or one on the PATH); what it installs goes into a temporary folder.
#
#     scripts/html_check.sh [FOLDER FOR THE PICTURES]
#
# UNPOLL names the program, if it is built already.
set -euo pipefail
pictures=$(mkdir -p "${1:-${TMPDIR:-/tmp}/unpoll-html}" && cd "${1:-${TMPDIR:-/tmp}/unpoll-html}" && pwd)
cd "$(dirname "$0")/.."
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
if [ -z "$browser" ]; then
    echo "error: no Chromium was found; name one in \$CHROMIUM" >&2
    exit 2
fi
if [ -z "${UNPOLL:-}" ]; then
    cargo build --quiet
    UNPOLL=${CARGO_TARGET_DIR:-target}/debug/unpoll
fi
UNPOLL=$(realpath "$UNPOLL")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The check stands beside its library, where node looks for it.
cp tests/html/check.mjs "$work/"
(cd "$work" && npm install --silent --no-audit --no-fund --no-save playwright-core@1.65.1)
node tests/html/fixtures.mjs "$work"
report() {
    "$UNPOLL" "$1" --no-config --no-cache --fail-on never --format "html=$work/$2.html" >&2
}
report fixtures/migration/proxy-dashboard dashboard
report "$work/large" large
report "$work/hostile" hostile
# One with a baseline: a page is gone since, and with it its findings; a new poll is there.
cp -r fixtures/migration/proxy-dashboard "$work/known"
(
    cd "$work/known"
    "$UNPOLL" baseline --no-config --no-cache 2>/dev/null
    rm src/app/proxies/page.tsx
    cp -r ../large/src/app/orders/part0 src/app/orders
    "$UNPOLL" check --no-config --no-cache --fail-on never --format "html=$work/known.html" >&2
)
node "$work/check.mjs" "$browser" "$work" "$pictures"
echo "The pictures are in $pictures"
