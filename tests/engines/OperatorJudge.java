import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.kubernetes.operator.api.AbstractFlinkResource;
import org.apache.flink.kubernetes.operator.api.FlinkDeployment;
import org.apache.flink.kubernetes.operator.api.FlinkSessionJob;
import org.apache.flink.kubernetes.operator.api.FlinkStateSnapshot;
import org.apache.flink.kubernetes.operator.api.spec.FlinkDeploymentSpec;
import org.apache.flink.kubernetes.operator.api.spec.FlinkSessionJobSpec;
import org.apache.flink.kubernetes.operator.api.spec.KubernetesDeploymentMode;
import org.apache.flink.kubernetes.operator.config.FlinkConfigManager;
import org.apache.flink.kubernetes.operator.reconciler.diff.ReflectiveDiffBuilder;
import org.apache.flink.kubernetes.operator.validation.DefaultValidator;

/**
 * Asks the operator's own classes, a question a line: {document, defaults, session} for the
 * validator, {before, after, mode, kind} for the class of a change.
 */
public class OperatorJudge {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<Map<String, String>, DefaultValidator> VALIDATORS = new HashMap<>();

    public static void main(String[] argv) throws Exception {
        var in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
        var out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8");
        System.setOut(System.err); // the operator logs there
        for (String line; (line = in.readLine()) != null; ) {
            ObjectNode answer = JSON.createObjectNode();
            try {
                JsonNode question = JSON.readTree(line);
                String said = question.has("before") ? difference(question) : refusal(question);
                boolean taken = said.isEmpty();
                answer.put("verdict", question.has("before") ? said : taken ? "OK" : "REJECT");
                answer.put("message", question.has("before") ? "" : said);
            } catch (JsonProcessingException problem) {
                answer.put("verdict", "PARSE").put("message", problem.getOriginalMessage());
            } catch (Throwable problem) {
                answer.put("verdict", "CRASH").put("message", problem.toString());
            }
            out.println(JSON.writeValueAsString(answer));
        }
        System.exit(0); // its threads would keep the JVM alive
    }

    private static String difference(JsonNode question) throws Exception {
        var mode = KubernetesDeploymentMode.valueOf(question.get("mode").asText().toUpperCase());
        boolean session = question.path("kind").asText().equals("session");
        return session
                ? type(mode, question, FlinkSessionJobSpec.class)
                : type(mode, question, FlinkDeploymentSpec.class);
    }

    private static <T> String type(KubernetesDeploymentMode mode, JsonNode question, Class<T> spec)
            throws Exception {
        T before = JSON.treeToValue(question.get("before"), spec);
        T after = JSON.treeToValue(question.get("after"), spec);
        return new ReflectiveDiffBuilder<>(mode, before, after).build().getType().name();
    }

    @SuppressWarnings("unchecked")
    private static String refusal(JsonNode question) throws Exception {
        Map<String, String> defaults = JSON.convertValue(question.get("defaults"), Map.class);
        var validator =
                VALIDATORS.computeIfAbsent(
                        defaults,
                        conf ->
                                new DefaultValidator(
                                        new FlinkConfigManager(Configuration.fromMap(conf))));
        JsonNode document = question.get("document");
        Optional<FlinkDeployment> session = Optional.empty();
        if (question.hasNonNull("session")) {
            session = Optional.of(JSON.treeToValue(question.get("session"), FlinkDeployment.class));
        }
        switch (document.get("kind").asText()) {
            case "FlinkDeployment":
                var deployment = JSON.treeToValue(document, FlinkDeployment.class);
                return validator.validateDeployment(deployment).orElse("");
            case "FlinkSessionJob":
                var job = JSON.treeToValue(document, FlinkSessionJob.class);
                return validator.validateSessionJob(job, session).orElse("");
            default:
                var snapshot = JSON.treeToValue(document, FlinkStateSnapshot.class);
                Optional<AbstractFlinkResource<?, ?>> target = session.map(one -> one);
                return validator.validateStateSnapshot(snapshot, target).orElse("");
        }
    }
}
