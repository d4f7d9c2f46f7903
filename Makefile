# make validate and make test need Python 3.11, git and make; they bring everything else.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 >/dev/null 2>&1 && python3.11 -V >/dev/null 2>&1 && echo python3.11 || echo python3)
BIN := .venv/bin
READY := .venv/.ready
KUBECONFORM := .cache/bin/kubeconform
KUSTOMIZE := .cache/bin/kustomize
WORKER := .cache/bin/overlay-engine
ARGOCD := .cache/bin/argocd
HELM := .cache/bin/helm
ENGINES := .cache/engines/.ready
MAVEN := .cache/maven/.ready
KDRIFT := .cache/bench/.ready
# make bench compares with kdrift where this is a Python that it takes.
BENCH_PYTHON ?= python3.13
SIZES ?= 50,500,5000
CLUSTERS = $(patsubst overlays/%/facts/cluster.yaml,%,$(wildcard overlays/*/facts/cluster.yaml))

.PHONY: help
help: ## Show the targets
	@grep -hE '^[a-zA-Z/_-]+:.*## ' Makefile ops.mk | sort | awk -F ':.*## ' '{printf "  %-18s %s\n", $$1, $$2}'

$(READY): requirements/dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "error: Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) -V)" >&2; \
	  echo "  fix: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 3; }
	@echo "making the Python environment .venv"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/dev.lock
	@touch $@

$(KUBECONFORM): tools/go/go.mod tools/go/go.sum tools/go/build.sh | $(READY)
	@sh tools/go/build.sh tools/go github.com/yannh/kubeconform/cmd/kubeconform kubeconform

$(KUSTOMIZE): tools/go/go.mod tools/go/go.sum tools/go/build.sh | $(READY)
	@sh tools/go/build.sh tools/go sigs.k8s.io/kustomize/kustomize/v5 kustomize

$(WORKER): $(wildcard engine/*.go) engine/go.mod engine/go.sum tools/go/build.sh | $(READY)
	@sh tools/go/build.sh engine . overlay-engine

$(ARGOCD): tools/go/argocd/go.mod tools/go/argocd/go.sum tools/go/build.sh | $(READY)
	@echo "argocd takes some minutes the first time"
	@sh tools/go/build.sh tools/go/argocd github.com/argoproj/argo-cd/v3/cmd argocd

$(HELM): tools/go/helm/go.mod tools/go/helm/go.sum tools/go/build.sh | $(READY)
	@sh tools/go/build.sh tools/go/helm helm.sh/helm/v3/cmd/helm helm

.PHONY: helm
helm: $(HELM) ## Build Helm, with which charts of the repository are rendered, where the machine has none

$(ENGINES): requirements/engines.lock | $(READY)
	@echo "installing Flink's jars and a Java into .cache/engines"
	@rm -rf .cache/engines
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation \
	  --require-hashes --target .cache/engines -r requirements/engines.lock
	@touch $@

# The Flink releases beside the one of engines.lock that the tests ask, and all that are known.
FLINKS = $(patsubst %,.cache/flinks/%/.ready,1.17.2 2.0.2 2.3.0)
ALL_FLINKS = $(patsubst requirements/flinks/%.lock,.cache/flinks/%/.ready,$(wildcard requirements/flinks/*.lock))

.cache/flinks/%/.ready: requirements/flinks/%.lock | $(READY)
	@echo "installing the jars of Flink $*"
	@rm -rf .cache/flinks/$*
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation \
	  --require-hashes --target .cache/flinks/$* -r $<
	@touch $@

$(MAVEN): requirements/maven.lock tools/maven/fetch.py $(ENGINES)
	@PYTHONPATH=.cache/engines $(BIN)/python tools/maven/fetch.py
	@touch $@

$(KDRIFT): requirements/bench.lock
	@if $(BENCH_PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 13))' 2>/dev/null; then \
	  $(BENCH_PYTHON) -m venv .cache/bench && .cache/bench/bin/python -m pip install -q \
	    --disable-pip-version-check --require-hashes -r requirements/bench.lock && touch $@; \
	else echo "kdrift is left out: it needs Python 3.13 (BENCH_PYTHON=/path/to/python3.13)"; fi

.PHONY: setup
setup: $(READY) $(WORKER) $(KUBECONFORM) ## Bring what the tool and the checks need
	@$(BIN)/python -m compileall -q tools/overlaykit

.PHONY: validate
validate: setup ## Judge every overlay of this repository, then ask kubeconform for a second opinion
	@tools/overlay validate
	@rm -rf .cache/renders
	@for cluster in $(CLUSTERS); do \
	  tools/overlay render $$cluster --out .cache/renders/$$cluster >/dev/null || exit 1; done
	@echo "kubeconform -strict over the renders:"
	@$(KUBECONFORM) -strict -summary $(SCHEMAS) .cache/renders

# The folders that kubeconform and the tool share.
SCHEMAS = -schema-location 'schemas/kubernetes/v1.34/{{.ResourceKind}}{{.KindSuffix}}.json' \
  -schema-location 'schemas/crds/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json'

.PHONY: lint
lint: $(READY) ## Check style and types
	@$(BIN)/ruff check tools tests benchmarks
	@$(BIN)/ruff format --check tools tests benchmarks
	@$(BIN)/mypy

.PHONY: unit
unit: setup ## The tests that take a minute: all but those that go over the whole repository
	@$(BIN)/python -m pytest -q -n auto -m 'not engines and not whole'

.PHONY: test
test: setup lint ## Lint, unit tests and render tests
	@$(BIN)/python -m pytest -q -n auto -m 'not engines'

.PHONY: test-engines
test-engines: setup $(KUSTOMIZE) $(ARGOCD) $(HELM) $(MAVEN) $(FLINKS) ## Tests against real engines; an unexpected skip fails
	@$(BIN)/python -m pytest -q -n auto -m engines tests/engines

.PHONY: bench
bench: setup $(KUSTOMIZE) $(KDRIFT) ## Measure the tool on made fleets of SIZES; writes docs/benchmarks.md
	@$(BIN)/python benchmarks/run.py --sizes $(SIZES) --write docs/benchmarks.md

.PHONY: accept
accept: setup ## Take what the overlays render now as wanted; read the difference
	@$(BIN)/python -m pytest -q --accept tests/gitops/test_golden.py
	@git --no-pager diff --stat -- tests/golden

.PHONY: docs
docs: $(READY) ## Write the generated pages anew
	@PYTHONPATH=tools $(BIN)/python tests/generate.py

.PHONY: catalogue
catalogue: $(ENGINES) $(ALL_FLINKS) ## Read the options of every Flink release from its jars
	@PYTHONPATH=tools $(BIN)/python tests/engines/catalogue.py

.PHONY: lock
lock: $(READY) ## Pin the newest versions that requirements/*.in allow
	@$(BIN)/python -m pip install -q pip-tools
	@for name in dev engines go; do $(BIN)/pip-compile -q --upgrade --generate-hashes --strip-extras \
	  --allow-unsafe --no-build-isolation --no-emit-index-url --no-emit-find-links --no-header \
	  -o requirements/$$name.lock requirements/$$name.in; done
	@if test -f $(KDRIFT); then .cache/bench/bin/python -m pip install -q pip-tools && \
	  .cache/bench/bin/pip-compile -q --upgrade --generate-hashes --strip-extras --allow-unsafe \
	  --no-emit-index-url --no-emit-find-links --no-header -o requirements/bench.lock \
	  requirements/bench.in; fi
	@$(MAKE) --no-print-directory lock-maven

.PHONY: lock-maven
lock-maven: $(ENGINES) ## Pin the jars of requirements/maven.in
	@PYTHONPATH=.cache/engines $(BIN)/python tools/maven/fetch.py --lock

.PHONY: wheel
wheel: $(READY) ## Build the wheel into dist/
	@$(BIN)/python -m pip wheel -q --no-deps --no-build-isolation -w dist .

.PHONY: clean
clean: ## Remove everything that make brought
	rm -rf .venv .cache dist

include ops.mk
