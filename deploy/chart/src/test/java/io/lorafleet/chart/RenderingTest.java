// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenderingTest {
    private final Schemas schemas = new Schemas();

    @Test
    void passesHelmsLinter(@TempDir Path folder) throws IOException {
        Path chart = folder.resolve("lorafleet");
        Chart.copy(Chart.SOURCE, chart);
        // The linter uses the default values only, and these lack the required values.
        Chart.merge(chart.resolve("values.yaml"), Chart.requiredValues());

        LintResult result = new Helm(chart).lint().strict().call();

        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
    }

    @Test
    void isValidWithTheRequiredValues() throws IOException {
        assertThat(problems(Chart.render(Chart.FOLDER, List.of(Chart.requiredValues()))))
                .isEmpty();
    }

    @Test
    void isValidWithMostValues() throws IOException {
        String rendered = Chart.render(
                Chart.FOLDER,
                Chart.exampleValues(),
                "storage.volume.claimName=",
                "gateway.ingress.enabled=true",
                "gateway.ingress.host=images.example.com",
                "gateway.ingress.tlsSecret=images-tls",
                "auth.oidc.url=https://id.example.com/realms/images",
                "auth.oidc.audience=lorafleet",
                "topics.acls.gateway=User:gateway",
                "topics.acls.worker=User:worker",
                "topics.acls.trainer=User:trainer",
                "worker.resources.limits.nvidia\\.com/gpu=1",
                "gateway.webhookSecret.secret=webhooks",
                "trainer.promptsConfigMap=prompts");

        assertThat(problems(rendered)).isEmpty();
        assertThat(Chart.objects(rendered))
                .extracting(each -> each.get("kind").asText())
                .contains("Ingress", "ScaledObject", "PodMonitor", "Job", "NetworkPolicy", "PodDisruptionBudget");
    }

    @Test
    void eachPoolHasItsOwnWorkersAndItsOwnBase() throws IOException {
        String rendered = Chart.render(
                Chart.FOLDER,
                Chart.exampleValues(),
                "storage.volume.claimName=",
                "pools.xl.resources.limits.memory=32Gi",
                "pools.xl.model.volume.persistentVolumeClaim.claimName=models",
                "pools.xl.model.path=bases/sdxl",
                "pools.xl.model.cache.emptyDir.sizeLimit=20Gi",
                "pools.xl.trainer.replicas=2",
                "pools.more.autoscaling.enabled=false",
                "pools.more.replicas=7");

        assertThat(problems(rendered)).isEmpty();
        JsonNode worker =
                Chart.object(rendered, "Deployment", "fleet-worker-xl").at("/spec/template/spec");
        assertThat(Chart.variable(worker.at("/containers/0"), "LORAFLEET_WORKER_POOL"))
                .isEqualTo("xl");
        assertThat(Chart.variable(worker.at("/containers/0"), "LORAFLEET_MODEL"))
                .isEqualTo("/models/sdxl");
        assertThat(worker.at("/containers/0/resources/limits/memory").asText()).isEqualTo("32Gi");
        JsonNode more = Chart.object(rendered, "Deployment", "fleet-worker-more");
        assertThat(more.at("/spec/replicas").asInt()).isEqualTo(7);
        assertThat(Chart.variable(more.at("/spec/template/spec/containers/0"), "LORAFLEET_MODEL"))
                .isEqualTo("/models/stable-diffusion-1.5");
        JsonNode trainer = Chart.object(rendered, "Deployment", "fleet-trainer-xl");
        assertThat(trainer.at("/spec/replicas").asInt()).isEqualTo(2);
        assertThat(trainer(rendered, "fleet-trainer-xl")).isEqualTo("xl");
        assertThat(trainer(rendered, "fleet-trainer")).isEqualTo("default");
        assertThat(Chart.object(rendered, "Job", "fleet-topics").at("/spec/template/spec/containers/0/args"))
                .extracting(JsonNode::asText)
                .contains("--pool=more", "--pool=xl");
        assertThat(Chart.object(rendered, "ScaledObject", "fleet-worker-xl")
                        .at("/spec/triggers/0/metadata/query")
                        .asText())
                .isEqualTo("max(lorafleet:workers_wanted{pool=\"xl\"})");
        for (String kind : List.of("NetworkPolicy", "PodDisruptionBudget", "PodMonitor")) {
            assertThat(Chart.object(rendered, kind, "fleet-worker-xl").findValuesAsText("app.kubernetes.io/component"))
                    .as(kind)
                    .contains("worker-xl");
        }
        assertThat(Chart.object(rendered, "PodMonitor", "fleet-worker-xl").findValuesAsText("replacement"))
                .containsExactly("lorafleet-worker");
    }

    private static String trainer(String rendered, String name) throws IOException {
        JsonNode pod = Chart.object(rendered, "Deployment", name).at("/spec/template/spec");
        return Chart.variable(pod.at("/containers/0"), "LORAFLEET_TRAINER_POOL");
    }

    /** A fleet with one base has no pools of trainers, because a trainer of a pool ignores feedback on other bases. */
    @Test
    void trainersBelongToPoolsOnlyIfThereAreSeveralBases() throws IOException {
        String rendered = Chart.render(Chart.FOLDER, List.of(Chart.requiredValues()), "pools.more.replicas=2");

        assertThat(rendered).contains("fleet-worker-more").doesNotContain("LORAFLEET_TRAINER_POOL");
    }

    @Test
    void makesRulesFromRuleFiles() throws IOException {
        String rendered = Chart.render(Chart.FOLDER, List.of(Chart.requiredValues()), "monitoring.rules=true");

        assertThat(problems(rendered)).isEmpty();
        JsonNode rules = Chart.object(rendered, "PrometheusRule", "fleet-alerts");
        assertThat(rules.findValuesAsText("record")).contains("lorafleet:workers_wanted");
        assertThat(rules.findValuesAsText("summary"))
                .as("Helm does not evaluate the templates of the alerts")
                .contains("{{ $labels.instance }} refused an adapter");
    }

    /** Otherwise, a schema that accepts everything would go unnoticed. */
    @Test
    void theSchemasRefuseUnknownFieldsAndWrongTypes() throws IOException {
        String rendered = Chart.render(Chart.FOLDER, Chart.exampleValues(), "storage.volume.claimName=");
        JsonNode worker = Chart.object(rendered, "Deployment", "fleet-worker");
        ((ObjectNode) worker.at("/spec/template/spec/containers/0/livenessProbe")).put("failureTreshold", 1);
        JsonNode scaled = Chart.object(rendered, "ScaledObject", "fleet-worker");
        ((ObjectNode) scaled.at("/spec/triggers/0/metadata")).put("threshold", 1);
        JsonNode monitor = Chart.object(rendered, "PodMonitor", "fleet-worker");
        ((ObjectNode) monitor.at("/spec")).put("selectors", 1);

        assertThat(schemas.problems(worker)).singleElement().asString().contains("failureTreshold");
        assertThat(schemas.problems(scaled)).singleElement().asString().contains("threshold");
        assertThat(schemas.problems(monitor)).singleElement().asString().contains("selectors");
    }

    private List<String> problems(String rendered) throws IOException {
        List<String> problems = new ArrayList<>();
        for (JsonNode object : Chart.objects(rendered)) {
            problems.addAll(schemas.problems(object));
        }
        return problems;
    }
}
