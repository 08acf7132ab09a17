// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.model.KnownWorker;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.testkit.StoppedClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.DisconnectException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LostWorkersTest {
    private static final TopicPartition WORKERS = new TopicPartition("workers", 0);
    private static final Duration FORGET_AFTER = Duration.ofHours(24);

    private final StoppedClock clock = new StoppedClock();
    private final ModelDirectory models = new ModelDirectory(clock);
    private final List<String> deleted = new ArrayList<>();
    private long read = 10;
    private boolean isBrokerAway;
    private boolean isDenied;

    private final LostWorkers lost =
            new LostWorkers(models, this::ends, partition -> read, this::delete, clock, FORGET_AFTER);

    @BeforeEach
    void announce() {
        models.apply(status("killed"));
        clock.advance(FORGET_AFTER);
        models.apply(status("ready"));
    }

    @Test
    void deletesTheRecordOfAWorkerThatHasBeenLostForLong() throws InterruptedException {
        lost.check();
        assertThat(deleted).isEmpty();

        clock.advance(Duration.ofMinutes(10));
        lost.check();
        assertThat(deleted).containsExactly("killed");
    }

    /** The gateway may have been stopped for a day: the worker's newest status is on the topic, but has not been read. */
    @Test
    void firstReadsEveryStatus() throws InterruptedException {
        clock.advance(Duration.ofSeconds(1));
        read = 9;
        lost.check();
        assertThat(deleted).isEmpty();

        models.apply(status("killed"));
        read = 10;
        lost.check();
        assertThat(deleted).isEmpty();
    }

    /** Requests are accepted for its model while no worker is ready. */
    @Test
    void keepsTheWorkerWithTheCurrentModel() throws InterruptedException {
        clock.advance(Duration.ofDays(9));
        lost.check();
        assertThat(deleted).containsExactly("killed");
        assertThat(models.current()).isPresent();
    }

    @Test
    void triesAgainAfterAFailure() throws InterruptedException {
        clock.advance(Duration.ofSeconds(1));
        isBrokerAway = true;
        lost.check();
        isBrokerAway = false;
        isDenied = true;
        lost.check();
        assertThat(deleted).isEmpty();

        isDenied = false;
        clock.advance(Duration.ofMinutes(10));
        lost.check();
        assertThat(deleted).containsExactly("killed");
    }

    @Test
    void aWorkerThatReturnsIsListedAgain() {
        models.forget("killed");
        models.apply(status("killed"));
        assertThat(models.workers()).extracting(KnownWorker::state).containsOnly(KnownWorker.State.READY);
    }

    private Map<TopicPartition, Long> ends() throws ExecutionException {
        if (isBrokerAway) {
            throw new ExecutionException(new DisconnectException());
        }
        return Map.of(WORKERS, 10L);
    }

    private void delete(String workerId) {
        if (isDenied) {
            throw new NotPublishedException("workers", workerId, null);
        }
        deleted.add(workerId);
    }

    private WorkerStatus status(String id) {
        BaseModel base = new BaseModel("sd", "ab".repeat(32), 8, 64, SamplerName.DDIM);
        return new WorkerStatus(
                id, WorkerStatus.State.READY, "cpu()", 2, 1, null, base, List.of(), List.of(), clock.instant());
    }
}
