#!/usr/bin/env bash
# Rewrites the hash-locked requirement files from the .in files (make lock).
# uv only resolves here; installing needs nothing but pip.
set -euo pipefail
cd "$(dirname "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
PIP_CONSTRAINT='' "$work/venv/bin/pip" install -q uv==0.13.9
compile() {
    "$work/venv/bin/uv" pip compile -q --generate-hashes --python-version 3.11 --no-annotate --no-header \
        --no-emit-index-url --no-emit-find-links "$@"
}
compile dev.in -o dev.txt
compile -c dev.txt runtime.in -o runtime.txt
compile -c dev.txt fonts.in -o fonts.txt
compile node.in -o node.txt
compile bench-ledgers.in -o bench-ledgers.txt
