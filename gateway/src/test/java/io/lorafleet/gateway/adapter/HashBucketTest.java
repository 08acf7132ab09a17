// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class HashBucketTest {
    /** The digits are the first digits of the output of {@code printf canary:r1 | sha256sum}. */
    @Test
    void isTheSameOnEveryGateway() {
        assertThat(HashBucket.of("canary", "r1")).isEqualTo((0x793ebd64e0103580L >>> 11) * 0x1.0p-53);
    }

    @Test
    void differsByPurpose() {
        assertThat(HashBucket.of("canary", "r1")).isNotEqualTo(HashBucket.of("shadow", "r1"));
    }
}
