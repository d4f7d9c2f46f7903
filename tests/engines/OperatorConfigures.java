import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.flink.client.deployment.ClusterDescriptor;
import org.apache.flink.client.deployment.ClusterSpecification;
import org.apache.flink.client.deployment.application.ApplicationConfiguration;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.kubernetes.KubernetesClusterClientFactory;
import org.apache.flink.kubernetes.KubernetesClusterDescriptor;
import org.apache.flink.kubernetes.kubeclient.FlinkKubeClient;
import org.apache.flink.kubernetes.kubeclient.FlinkKubeClientFactory;
import org.apache.flink.kubernetes.kubeclient.KubernetesJobManagerSpecification;
import org.apache.flink.kubernetes.operator.api.FlinkDeployment;
import org.apache.flink.kubernetes.operator.api.FlinkSessionJob;
import org.apache.flink.kubernetes.operator.api.spec.KubernetesDeploymentMode;
import org.apache.flink.kubernetes.operator.api.status.ReconciliationState;
import org.apache.flink.kubernetes.operator.config.FlinkConfigManager;
import org.apache.flink.kubernetes.operator.kubeclient.FlinkStandaloneKubeClient;
import org.apache.flink.kubernetes.operator.standalone.KubernetesStandaloneClusterDescriptor;
import org.apache.flink.kubernetes.shaded.io.fabric8.kubernetes.api.model.ConfigMap;

/**
 * The configuration that the operator and Flink's own client make of a resource, a question a line:
 * {document, defaults, session}. The answer for a FlinkDeployment is the file that its pods mount,
 * for a FlinkSessionJob what is sent with the job.
 */
public class OperatorConfigures {
    private static final ObjectMapper JSON = new ObjectMapper();
    // Files of the machine that deploys; what only the operator reads.
    private static final List<String> ELSEWHERE =
            List.of("kubernetes.pod-template-file", "$internal.deployment.config-dir");
    private static final List<String> OPERATORS = List.of("kubernetes.operator.", "job.autoscaler.");

    public static void main(String[] argv) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8");
        System.setOut(System.err); // the operator logs there
        for (String line; (line = in.readLine()) != null; ) {
            ObjectNode answer = JSON.createObjectNode();
            try {
                answer.setAll((ObjectNode) JSON.valueToTree(answer(JSON.readTree(line))));
            } catch (Throwable problem) {
                answer.put("failed", String.valueOf(cause(problem)));
            }
            out.println(JSON.writeValueAsString(answer));
        }
        System.exit(0); // its threads would keep the JVM alive
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> answer(JsonNode question) throws Exception {
        Map<String, String> defaults = JSON.convertValue(question.get("defaults"), Map.class);
        var manager = new FlinkConfigManager(Configuration.fromMap(defaults));
        JsonNode document = question.get("document");
        if (document.get("kind").asText().equals("FlinkSessionJob")) {
            var cluster = JSON.treeToValue(question.get("session"), FlinkDeployment.class);
            var last = cluster.getStatus().getReconciliationStatus();
            last.serializeAndSetLastReconciledSpec(cluster.getSpec(), cluster);
            last.setState(ReconciliationState.DEPLOYED);
            var job = JSON.treeToValue(document, FlinkSessionJob.class);
            String name = job.getMetadata().getName();
            Configuration found = manager.getSessionJobConfig(name, cluster, job.getSpec());
            remove(found, ELSEWHERE);
            return new TreeMap<>(found.toMap());
        }
        var cluster = JSON.treeToValue(document, FlinkDeployment.class);
        Configuration found = manager.getDeployConfig(cluster.getMetadata(), cluster.getSpec());
        remove(found, ELSEWHERE);
        remove(found, OPERATORS);
        return file(found, cluster);
    }

    private static Throwable cause(Throwable problem) {
        return problem.getCause() == null ? problem : cause(problem.getCause());
    }

    private static void remove(Configuration found, List<String> prefixes) {
        for (String key : List.copyOf(found.keySet())) {
            if (prefixes.stream().anyMatch(key::startsWith)) {
                found.removeKey(key);
            }
        }
    }

    /** Deploys to a cluster that only looks at the ConfigMap, and answers nothing. */
    private static Map<String, String> file(Configuration conf, FlinkDeployment cluster) {
        var found = new TreeMap<String, String>();
        InvocationHandler watching =
                (proxy, method, arguments) -> {
                    if (method.getName().equals("createJobManagerComponent")) {
                        var made = (KubernetesJobManagerSpecification) arguments[0];
                        for (var one : made.getAccompanyingResources()) {
                            if (one instanceof ConfigMap) {
                                found.putAll(((ConfigMap) one).getData());
                            }
                        }
                    }
                    return method.getReturnType() == Optional.class ? Optional.empty() : null;
                };
        try (var descriptor = descriptor(conf, cluster, watching)) {
            ClusterSpecification size =
                    new KubernetesClusterClientFactory().getClusterSpecification(conf);
            if (cluster.getSpec().getJob() == null) {
                descriptor.deploySessionCluster(size);
            } else {
                var application = ApplicationConfiguration.fromConfiguration(conf);
                descriptor.deployApplicationCluster(size, application);
            }
        } catch (Throwable problem) {
            if (found.isEmpty()) { // afterwards nobody answers, which is no matter
                throw new IllegalStateException(problem);
            }
        }
        return found;
    }

    private static ClusterDescriptor<String> descriptor(
            Configuration conf, FlinkDeployment cluster, InvocationHandler watching) {
        var mode = KubernetesDeploymentMode.getDeploymentMode(cluster.getSpec());
        if (mode == KubernetesDeploymentMode.STANDALONE) {
            var client = proxy(FlinkStandaloneKubeClient.class, watching);
            return new KubernetesStandaloneClusterDescriptor(conf, client);
        }
        var client = proxy(FlinkKubeClient.class, watching);
        FlinkKubeClientFactory factory =
                new FlinkKubeClientFactory() {
                    @Override
                    public FlinkKubeClient fromConfiguration(Configuration ours, String use) {
                        return client;
                    }
                };
        return new KubernetesClusterDescriptor(conf, factory, ours -> {});
    }

    private static <T> T proxy(Class<T> kind, InvocationHandler handler) {
        var loader = kind.getClassLoader();
        return kind.cast(Proxy.newProxyInstance(loader, new Class<?>[] {kind}, handler));
    }
}
