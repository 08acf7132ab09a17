// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import com.networknt.schema.ValidationMessage;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The schemas of Kubernetes, KEDA and the Prometheus operator, with the versions that their files' names contain. They
 * accept no unknown fields.
 */
final class Schemas {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KUBERNETES = "kubernetes-1.34.0.json";
    private static final Map<String, String> CUSTOM = Map.of(
            "keda.sh/v1alpha1/ScaledObject", "keda-2.20.1-scaledobject.json",
            "monitoring.coreos.com/v1/PodMonitor", "prometheus-operator-0.85.0-podmonitor.json",
            "monitoring.coreos.com/v1/PrometheusRule", "prometheus-operator-0.85.0-prometheusrule.json");

    private final JsonSchemaFactory factory = JsonSchemaFactory.getInstance(VersionFlag.V7);
    private final Map<String, JsonSchema> byKind = new HashMap<>();

    /** @return what is wrong with an object, without duplicates; empty if nothing is */
    List<String> problems(JsonNode object) throws IOException {
        String kind =
                object.path("apiVersion").asText() + "/" + object.path("kind").asText();
        JsonSchema schema = byKind.get(kind);
        if (schema == null) {
            schema = factory.getSchema(schema(kind));
            byKind.put(kind, schema);
        }
        return schema.validate(object).stream()
                .map(ValidationMessage::getMessage)
                .map(message -> kind + " " + object.at("/metadata/name").asText() + message.substring(1))
                .toList();
    }

    private static JsonNode schema(String kind) throws IOException {
        String custom = CUSTOM.get(kind);
        if (custom != null) {
            return read(custom);
        }
        ObjectNode kubernetes = (ObjectNode) read(KUBERNETES);
        JsonNode reference = kubernetes.remove("kinds").get(kind);
        if (reference == null) {
            throw new AssertionError("expected a kind whose schema is in src/test/resources/schemas, found " + kind);
        }
        kubernetes.setAll((ObjectNode) reference);
        return kubernetes;
    }

    private static JsonNode read(String name) throws IOException {
        try (InputStream in = Schemas.class.getResourceAsStream("/schemas/" + name)) {
            return JSON.readTree(in);
        }
    }
}
