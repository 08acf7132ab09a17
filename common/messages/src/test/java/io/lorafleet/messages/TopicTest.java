// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "a.", "team-a_1.lorafleet."})
    void acceptsPrefixesThatKafkaAccepts(String prefix) {
        assertThat(Topic.requirePrefix(prefix)).isEqualTo(prefix);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b", "a/", "é", "a\n", "a:"})
    void refusesPrefixesThatKafkaWouldRefuse(String prefix) {
        assertThatThrownBy(() -> Topic.requirePrefix(prefix))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("letters, digits, '.', '_' or '-', found '" + prefix + "'");
    }

    @Test
    void refusesPrefixesThatAreTooLong() {
        assertThatThrownBy(() -> Topic.requirePrefix("a".repeat(151))).hasMessageContaining("at most 150");
    }
}
