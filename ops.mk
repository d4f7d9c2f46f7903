# Day-to-day commands against a running cluster. The variables can be set on the command line:
#   make logs/flink-tm CLUSTER=flink-demo JOB=state-machine-example
CLUSTER ?=
# The kubectl context: the one named like the cluster, or the current one if no cluster is named.
CONTEXT ?= $(CLUSTER)
# The namespace of the jobs, and of the operators.
FLINK_NAMESPACE ?= flink
OPERATOR_NAMESPACE ?= confluent
# The job to look at: the name of its FlinkApplication.
JOB ?= state-machine-example
UI_PORT ?= 8081
TAIL ?= 200
# bootstrap prints its commands; APPLY=1 runs them.
APPLY ?=

OPS_KUBECTL = kubectl$(if $(CONTEXT), --context $(CONTEXT))
OPS_CLUSTERS = $(sort $(patsubst overlays/%/root.yaml,%,$(wildcard overlays/*/root.yaml)))

define ops_need_kubectl
	@command -v kubectl >/dev/null 2>&1 || { \
	  echo "error: kubectl is not on PATH; this target talks to a cluster and needs it" >&2; exit 3; }
endef

define ops_need_cluster
	@test -n "$(CLUSTER)" || { \
	  echo "error: CLUSTER is not set; give one of: $(OPS_CLUSTERS)" >&2; exit 2; }
	@test -f "overlays/$(CLUSTER)/root.yaml" || { \
	  echo "error: there is no overlays/$(CLUSTER)/root.yaml; give one of: $(OPS_CLUSTERS)" >&2; exit 2; }
endef

.PHONY: bootstrap
bootstrap: ## Print what sets up CLUSTER from nothing; APPLY=1 runs it
	$(ops_need_cluster)
	@OPS_KUBECTL="$(OPS_KUBECTL)" APPLY="$(APPLY)" sh workloads/argocd-config/bootstrap.sh "$(CLUSTER)"

.PHONY: flink/ui
flink/ui: ## Open the web UI of JOB on localhost:UI_PORT
	$(ops_need_kubectl)
	@echo "http://localhost:$(UI_PORT) shows $(JOB) until Ctrl-C"
	$(OPS_KUBECTL) -n $(FLINK_NAMESPACE) port-forward service/$(JOB)-rest $(UI_PORT):8081

.PHONY: flink/status
flink/status: ## Show the environment, the jobs and their pods
	$(ops_need_kubectl)
	$(OPS_KUBECTL) -n $(FLINK_NAMESPACE) get cmfrestclass,flinkenvironment,flinkapplication,flinkdeployment
	$(OPS_KUBECTL) -n $(FLINK_NAMESPACE) get pods -l type=flink-native-kubernetes

.PHONY: logs/flink-jm
logs/flink-jm: ## Follow the JobManager of JOB
	$(ops_need_kubectl)
	$(OPS_KUBECTL) -n $(FLINK_NAMESPACE) logs -f --tail $(TAIL) --prefix -l app=$(JOB),component=jobmanager

.PHONY: logs/flink-tm
logs/flink-tm: ## Follow the TaskManagers of JOB
	$(ops_need_kubectl)
	$(OPS_KUBECTL) -n $(FLINK_NAMESPACE) logs -f --tail $(TAIL) --prefix --max-log-requests 50 -l app=$(JOB),component=taskmanager

.PHONY: logs/flink
logs/flink: ## Follow all pods of JOB
	$(ops_need_kubectl)
	$(OPS_KUBECTL) -n $(FLINK_NAMESPACE) logs -f --tail $(TAIL) --prefix --max-log-requests 50 -l app=$(JOB),type=flink-native-kubernetes

.PHONY: logs/flink-operator
logs/flink-operator: ## Follow the Flink operator
	$(ops_need_kubectl)
	$(OPS_KUBECTL) -n $(OPERATOR_NAMESPACE) logs -f --tail $(TAIL) --all-containers -l app.kubernetes.io/name=flink-kubernetes-operator

.PHONY: logs/cmf
logs/cmf: ## Follow Confluent Manager for Apache Flink
	$(ops_need_kubectl)
	$(OPS_KUBECTL) -n $(OPERATOR_NAMESPACE) logs -f --tail $(TAIL) deployment/confluent-manager-for-apache-flink
