// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FileStateTest {
    private static final Instant CHANGED = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LATER = CHANGED.plusSeconds(60);

    /** Otherwise, a revoked key would stay valid. */
    @Test
    void aFileWithAnotherAttributeMayHaveChanged() {
        FileState before = state(CHANGED, 100, LATER);
        assertThat(state(CHANGED, 101, LATER).isSurely(before)).isFalse();
        assertThat(state(CHANGED.plusNanos(1), 100, LATER).isSurely(before)).isFalse();
        assertThat(state(CHANGED, 100, LATER).isSurely(before)).isTrue();
        assertThat(before.isSurely(null)).isFalse();
    }

    /** A second change in the same tick of the file system's clock leaves the attributes as they are. */
    @Test
    void aFileThatHadJustChangedMayHaveChangedAgain() {
        FileState now = state(CHANGED, 100, LATER);
        assertThat(now.isSurely(state(CHANGED, 100, CHANGED))).isFalse();
        assertThat(now.isSurely(state(CHANGED, 100, CHANGED.plusSeconds(3)))).isFalse();
        assertThat(now.isSurely(state(CHANGED, 100, CHANGED.plusSeconds(3).plusNanos(1))))
                .isTrue();
    }

    private static FileState state(Instant changed, long size, Instant seenAt) {
        return new FileState(Map.of("ctime", FileTime.from(changed), "size", size), seenAt);
    }
}
