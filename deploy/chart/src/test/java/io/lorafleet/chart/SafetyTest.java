// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.chart;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What holds for every installation, whatever its values. */
class SafetyTest {
    private final String rendered = Chart.render(Chart.FOLDER, Chart.exampleValues(), "storage.volume.claimName=");

    @Test
    void podsRunAsANormalUserWithAReadOnlyRoot() throws IOException {
        List<JsonNode> pods = pods();

        assertThat(pods).hasSize(4);
        assertThat(pods).allSatisfy(pod -> {
            assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
            assertThat(pod.get("automountServiceAccountToken")).hasToString("false");
            assertThat(containers(pod)).isNotEmpty().allSatisfy(container -> {
                JsonNode security = container.get("securityContext");
                assertThat(security.get("readOnlyRootFilesystem").asBoolean()).isTrue();
                assertThat(security.get("allowPrivilegeEscalation").asBoolean()).isFalse();
                assertThat(security.at("/capabilities/drop/0").asText()).isEqualTo("ALL");
                assertThat(container.get("image").asText()).matches("[^@]+@sha256:[0-9a-f]{64}");
                assertThat(container.at("/resources/limits/memory").isMissingNode())
                        .isFalse();
            });
        });
    }

    @Test
    void servicesHaveAllProbesAndAllAddresses() throws IOException {
        for (String service : List.of("gateway", "worker", "trainer")) {
            JsonNode container =
                    Chart.object(rendered, "Deployment", "fleet-" + service).at("/spec/template/spec/containers/0");

            assertThat(container.at("/startupProbe/httpGet/path").asText()).isEqualTo("/q/health/started");
            assertThat(container.at("/readinessProbe/httpGet/path").asText()).isEqualTo("/q/health/ready");
            assertThat(container.at("/livenessProbe/httpGet/path").asText()).isEqualTo("/q/health/live");
            assertThat(Chart.variable(container, "QUARKUS_HTTP_HOST")).isEqualTo("0.0.0.0");
        }
    }

    @Test
    void aWorkerNeedsNoSpareAccelerator() throws IOException {
        JsonNode worker = Chart.object(rendered, "Deployment", "fleet-worker");

        assertThat(worker.at("/spec/strategy/rollingUpdate/maxSurge").asInt(-1)).isZero();
        assertThat(Chart.variable(worker.at("/spec/template/spec/containers/0"), "LORAFLEET_WORKER_DRAIN_TIMEOUT"))
                .isEqualTo("PT20S");
    }

    @Test
    void theModelIsVerifiedBeforeAWorkerStarts() throws IOException {
        JsonNode pod = Chart.object(rendered, "Deployment", "fleet-worker").at("/spec/template/spec");

        assertThat(pod.at("/initContainers/0/args"))
                .extracting(JsonNode::asText)
                .containsExactly(
                        "model",
                        "check",
                        "--directory=/model/stable-diffusion-1.5",
                        "--copy-to=/models/stable-diffusion-1.5");
        assertThat(Chart.variable(pod.at("/containers/0"), "LORAFLEET_MODEL"))
                .isEqualTo("/models/stable-diffusion-1.5");
    }

    @Test
    void everyServiceHasANetworkPolicyAndTheReplicatedOnesADisruptionBudget() throws IOException {
        for (String component : List.of("gateway", "worker", "trainer", "topics")) {
            JsonNode policy = Chart.object(rendered, "NetworkPolicy", "fleet-" + component);
            assertThat(policy.at("/spec/policyTypes"))
                    .extracting(JsonNode::asText)
                    .containsExactly("Ingress", "Egress");
        }
        for (String component : List.of("gateway", "worker")) {
            JsonNode budget = Chart.object(rendered, "PodDisruptionBudget", "fleet-" + component);
            assertThat(budget.at("/spec/maxUnavailable").asInt()).isOne();
        }
    }

    @Test
    void aMissingMetricStopsNoWorkers() throws IOException {
        JsonNode scaled = Chart.object(rendered, "ScaledObject", "fleet-worker");

        assertThat(scaled.at("/spec/triggers/0/metadata/ignoreNullValues")).hasToString("\"false\"");
        assertThat(scaled.at("/spec/fallback/behavior").asText()).isEqualTo("currentReplicasIfHigher");
        assertThat(Chart.object(rendered, "Deployment", "fleet-worker")
                        .at("/spec/replicas")
                        .isMissingNode())
                .as("replicas, which would reset KEDA's number at each upgrade")
                .isTrue();
    }

    private List<JsonNode> pods() throws IOException {
        List<JsonNode> pods = new ArrayList<>();
        for (JsonNode object : Chart.objects(rendered)) {
            JsonNode pod = object.at("/spec/template/spec");
            if (!pod.isMissingNode()) {
                pods.add(pod);
            }
        }
        return pods;
    }

    private static List<JsonNode> containers(JsonNode pod) {
        List<JsonNode> containers = new ArrayList<>();
        pod.path("initContainers").forEach(containers::add);
        pod.path("containers").forEach(containers::add);
        return containers;
    }
}
