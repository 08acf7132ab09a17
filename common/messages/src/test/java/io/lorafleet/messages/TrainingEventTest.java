// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.training.TrainingEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainingEventTest {
    private static final String PUBLISHED = """
            {"type": "finished", "adapter": "fast", "outcome": "published", "version": 4, "at": "2026-01-02T03:04:05Z",
             "lineage": {"parent": 3, "partition": 0, "fromOffset": 100, "toOffset": 120, "samples": 17, "seed": 42,
              "plan": "steps=200"},
             "figures": {"learned": 0.82, "parentLearned": 0.8}}""";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"version\": 4, ||version: expected a value, found none",
                "\"outcome\": \"published\"|\"outcome\": \"rejected\"|reason: expected a value, found none",
                "\"toOffset\": 120|\"toOffset\": 100|lineage.toOffset: expected 101 to",
                "\"parent\": 3|\"parent\": 0|lineage.parent: expected 1 to",
                "\"learned\": 0.82|\"learned\": \"NaN\"|figures.learned: expected",
                "\"adapter\": \"fast\"|\"adapter\": \"../fast\"|adapter: expected 1 to 128 letters"
            })
    void namesTheInvalidField(String from, String to, String message) {
        String bad = PUBLISHED.replace(from, to == null ? "" : to);
        assertThat(bad).isNotEqualTo(PUBLISHED);
        assertThatThrownBy(() -> Json.read(bad.getBytes(UTF_8), TrainingEvent.class))
                .isInstanceOf(InvalidMessageException.class)
                .hasMessageContaining(message);
    }

    @Test
    void anUploadedVersionHasNoLineage() {
        String uploaded = """
                {"name": "crayon", "version": 1, "sha256": "%s", "sizeBytes": 10, "rank": 4, "kind": "style",
                 "createdAt": "2026-01-02T03:04:05Z"}""".formatted("ab".repeat(32));
        AdapterVersion version = Json.read(uploaded.getBytes(UTF_8), AdapterVersion.class);
        assertThat(version.lineage()).isNull();
        assertThat(version.figures()).isNull();
    }
}
