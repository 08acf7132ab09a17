// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

class StorageRetriesTest {
    private final StorageRetries retries = new StorageRetries(Duration.ofMillis(1), Duration.ofMillis(20));
    private final StopSignal stop = new StopSignal(() -> false);
    private final List<String> failures = new ArrayList<>();

    @Test
    void repeatsUntilTheStoreWorks() {
        long end = System.nanoTime() + Duration.ofMillis(100).toNanos(); // longer than the timeout
        String result = retries.repeat("r1", stop, () -> {
            failures.add(retries.failure());
            if (System.nanoTime() < end) {
                throw new IOException("no disk");
            }
            return "stored";
        });
        assertThat(result).isEqualTo("stored");
        assertThat(failures).startsWith(null, "no disk").endsWith("no disk");
        assertThat(retries.failure()).isNull();
    }

    @Test
    void givesUpAnOperationThatFailsWhileOthersSucceed() {
        assertThatThrownBy(() -> retries.repeat("r1", stop, () -> {
                    failures.add(retries.failure());
                    if (failures.size() > 2) {
                        retries.written();
                        assertThat(retries.failure()).isNull();
                    }
                    throw new IOException("unreadable");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the blob store is failing for this request only: unreadable");
        // The store counts as failing until something is stored.
        assertThat(failures).startsWith(null, "unreadable", "unreadable");
        assertThat(retries.failure()).isNull();
    }

    /** A short fault must not fail a request, even if it affects only this request. */
    @Test
    void doesNotGiveUpBeforeTheTimeout() {
        StorageRetries patient = new StorageRetries(Duration.ofMillis(1), Duration.ofMinutes(5));
        String result = patient.repeat("r1", stop, () -> {
            failures.add(patient.failure());
            if (failures.size() <= 3) {
                patient.written();
                throw new IOException("no disk");
            }
            return "stored";
        });
        assertThat(result).isEqualTo("stored");
    }

    @Test
    void endsWhenTheJobIsAbandoned() {
        assertThatThrownBy(() -> retries.repeat("r1", stop, () -> {
                    stop.abandon();
                    throw new IOException("no disk");
                }))
                .isInstanceOf(CancellationException.class);
        assertThat(retries.failure()).isNull();
    }
}
