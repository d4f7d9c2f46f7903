#!/bin/sh
# Usage: bootstrap.sh CLUSTER, from the root of the repository (make bootstrap CLUSTER=…).
# Prints the commands that hand an empty cluster to Argo CD; with APPLY=1 runs them.
set -eu

cluster=$1
kubectl=${OPS_KUBECTL:-kubectl}
facts=overlays/$cluster/facts/cluster.yaml

# A field of spec.argocd, without quotes and comment.
argocd_fact() {
  sed -n '/^  argocd:/,/^  [^ ]/{s/^    '"$1"': *//p;}' "$facts" | sed 's/ *#.*//; s/["'\'']//g'
}

namespace=$(argocd_fact namespace)
managed_by=$(argocd_fact managedBy)
render="$kubectl kustomize overlays/$cluster/argocd-config"

# Health checks first: root's waves wait for nothing without them.
case $managed_by in
  manifests)
    health="$render | $kubectl -n $namespace patch configmap argocd-cm --type merge --patch-file /dev/stdin" ;;
  operator)
    health="$render | $kubectl -n $namespace patch argocd $namespace --type merge --patch-file /dev/stdin" ;;
  helm)
    health="" ;;
  *)
    echo "error: $facts: argocd.managedBy is '$managed_by'; one of manifests, helm, operator" >&2
    exit 2 ;;
esac
check="$kubectl -n $namespace get configmap argocd-cm -o yaml | grep -q health.argoproj.io_Application"
root="$kubectl apply -f overlays/$cluster/root.yaml"

if [ "${APPLY:-}" != 1 ]; then
  echo "# Bootstrap of $cluster. Nothing was run; APPLY=1 runs these commands."
  if [ -n "$health" ]; then
    echo "$health"
  else
    echo "# Argo CD is a Helm release: add these values to it first, they are its own to keep."
    echo "$render > argocd-values.yaml"
  fi
  echo "$check"
  echo "$root"
  exit 0
fi

command -v kubectl >/dev/null 2>&1 || {
  echo "error: kubectl is not on PATH; APPLY=1 talks to a cluster and needs it" >&2
  exit 3
}
if [ -n "$health" ]; then
  sh -c "$health"
fi
# The operator needs a moment to write the ConfigMap.
attempt=0
until sh -c "$check"; do
  attempt=$((attempt + 1))
  if [ "$attempt" -ge 12 ] || [ "$managed_by" = helm ]; then
    echo "error: argocd-cm in $namespace holds no health check for Applications; see docs/bootstrap.md" >&2
    exit 1
  fi
  sleep 5
done
sh -c "$root"
