// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PoolNameTest {

    @ParameterizedTest
    @CsvSource({
        "default, t.generation.requests, t.generation.requests.batch, t.gpu-workers",
        "xl, t.generation.requests-xl, t.generation.requests.batch-xl, t.gpu-workers-xl",
        "sd15-2, t.generation.requests-sd15-2, t.generation.requests.batch-sd15-2, t.gpu-workers-sd15-2"
    })
    void namesTheTopicsAndTheGroup(String pool, String requests, String batch, String group) {
        assertThat(Topic.REQUESTS.in("t.", pool)).isEqualTo(requests);
        assertThat(Topic.BATCH_REQUESTS.in("t.", pool)).isEqualTo(batch);
        assertThat(Topic.workerGroup("t.", pool)).isEqualTo(group);
        assertThat(Topic.poolOf("t.", requests)).contains(pool);
        assertThat(Topic.poolOf("t.", batch)).contains(pool);
        assertThat(requests).matches(Topic.REQUESTS.inAnyPool("t."));
        assertThat(requests).doesNotMatch(Topic.BATCH_REQUESTS.inAnyPool("t."));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "generation.requests",
                "tXgeneration.requests",
                "t.generation.requests-",
                "t.generation.requests-XL",
                "t.generation.requests.dlq",
                "t.generation.results",
                "other.t.generation.requests"
            })
    void knowsOtherTopics(String name) {
        assertThat(Topic.poolOf("t.", name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-xl", "xl-", "XL", "x.l", "x_l", "0123456789012345678901234567890123456789x"})
    void refusesOtherNames(String name) {
        assertThatThrownBy(() -> PoolName.require("pool", name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("pool: expected 1 to 40 lower-case letters, digits or '-'")
                .hasMessageEndingWith("found '" + name + "'");
    }

    @Test
    void theDefaultPoolHasNoField() {
        assertThat(PoolName.field(PoolName.DEFAULT)).isNull();
        assertThat(PoolName.of(null)).isEqualTo(PoolName.DEFAULT);
        assertThat(PoolName.of(PoolName.field("xl"))).isEqualTo("xl");
    }
}
