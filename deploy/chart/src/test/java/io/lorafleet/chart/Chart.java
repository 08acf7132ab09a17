// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Renders the chart, with Helm as a library. */
final class Chart {
    static final Path SOURCE = Path.of("lorafleet");
    /** A copy in which the hooks are ordinary objects, because Helm does not return hooks. */
    static final Path FOLDER = withoutHooks();

    private static final YAMLMapper YAML = new YAMLMapper();

    private Chart() {}

    private static Path withoutHooks() {
        try {
            Path folder = Files.createTempDirectory(Files.createDirectories(Path.of("target")), "chart");
            copy(SOURCE, folder.resolve("lorafleet"));
            Path topics = folder.resolve("lorafleet/templates/topics.yaml");
            Files.writeString(topics, Files.readString(topics).replaceAll("(?m)^ *helm\\.sh/hook.*\\n", ""));
            return folder.resolve("lorafleet");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** @return values with everything that is required */
    static Path requiredValues() {
        return Path.of("src/test/resources/required.yaml");
    }

    /** @return values that use most parts of the chart */
    static List<Path> exampleValues() {
        return List.of(requiredValues(), Path.of("examples/values.yaml"));
    }

    /** @param set values that override those of the files, such as {@code worker.replicas=3} */
    static String render(Path chart, List<Path> values, String... set) {
        TemplateCommand command = new Helm(chart)
                .template()
                .withName("fleet")
                .withNamespace("images")
                .withKubeVersion("1.34.0");
        values.forEach(command::withValuesFile);
        for (String each : set) {
            String[] value = each.split("=", 2);
            command.set(value[0], value[1]);
        }
        return command.call();
    }

    /** @return the objects in a rendered chart */
    static List<JsonNode> objects(String rendered) throws IOException {
        try (MappingIterator<JsonNode> documents =
                YAML.readerFor(JsonNode.class).readValues(rendered)) {
            return documents.readAll().stream().filter(JsonNode::isObject).toList();
        }
    }

    /** @return the only object with a kind and name */
    static JsonNode object(String rendered, String kind, String name) throws IOException {
        return objects(rendered).stream()
                .filter(each -> each.path("kind").asText().equals(kind)
                        && each.at("/metadata/name").asText().equals(name))
                .reduce((first, second) -> {
                    throw new AssertionError("expected one " + kind + " " + name + ", found two");
                })
                .orElseThrow(() -> new AssertionError("expected a " + kind + " " + name + ", found none"));
    }

    /** @return the value of an environment variable */
    static String variable(JsonNode container, String name) {
        for (JsonNode variable : container.get("env")) {
            if (variable.get("name").asText().equals(name)) {
                return variable.path("value").asText();
            }
        }
        throw new AssertionError("expected the variable " + name + ", found " + container.get("env"));
    }

    /** Adds values to a file with values. */
    static void merge(Path values, Path more) throws IOException {
        JsonNode all = YAML.readTree(Files.readString(values));
        YAML.readerForUpdating(all).readValue(Files.readString(more));
        YAML.writeValue(values.toFile(), all);
    }
}
