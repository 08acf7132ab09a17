// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.model;

import static io.lorafleet.messages.worker.WorkerStatus.LOST_TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelDirectoryTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant LONG_AGO = NOW.minus(LOST_TIMEOUT).minusMillis(1);

    private static final String SHA = "ab".repeat(32);
    private static final PinnedControlNet DEPTH = new PinnedControlNet("depth", SHA);
    private static final PinnedControlNet EDGES = new PinnedControlNet("edges", SHA);

    private final ModelDirectory models = new ModelDirectory(Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void distinguishesReadyStoppedAndLostWorkers() {
        apply("a", WorkerStatus.State.READY, NOW.minus(LOST_TIMEOUT), "sd");
        apply("b", WorkerStatus.State.STOPPED, LONG_AGO, "sd");
        apply("c", WorkerStatus.State.READY, LONG_AGO, "sd");
        assertThat(models.workers())
                .extracting(KnownWorker::state)
                .containsExactly(KnownWorker.State.READY, KnownWorker.State.STOPPED, KnownWorker.State.LOST);
    }

    @Test
    void takesTheModelOfAReadyWorkerBeforeThatOfALostOrStoppedOne() {
        apply("ready", WorkerStatus.State.READY, NOW.minusSeconds(15), "new");
        apply("lost", WorkerStatus.State.READY, LONG_AGO, "old");
        apply("stopped", WorkerStatus.State.STOPPED, NOW, "older");
        assertThat(models.current()).map(BaseModel::name).contains("new");
    }

    @Test
    void remembersTheLastModelWhileTheWorkersAreAway() {
        apply("lost", WorkerStatus.State.READY, LONG_AGO.minusSeconds(60), "before");
        apply("stopped", WorkerStatus.State.STOPPED, LONG_AGO, "last");
        assertThat(models.current()).map(BaseModel::name).contains("last");
    }

    @Test
    void hasNoModelBeforeAWorkerAnnouncesOne() {
        assertThat(models.current()).isEmpty();
    }

    @Test
    void forgetsADeletedWorker() {
        apply("a", WorkerStatus.State.READY, NOW, "sd");
        models.forget("a");
        assertThat(models.workers()).isEmpty();
        models.forget("a");
    }

    @Test
    void remembersTheModelOfTheLastWorkerThatStopped() {
        models.apply(status("a", WorkerStatus.State.READY, NOW, "sd"));
        models.forget("a");
        assertThat(models.current()).map(BaseModel::name).contains("sd");
        models.apply(status("b", WorkerStatus.State.READY, NOW, "next"));
        assertThat(models.current()).map(BaseModel::name).contains("next");
    }

    @Test
    void distinguishesDrainingWorkers() {
        apply("a", WorkerStatus.State.DRAINING, NOW, "old");
        apply("b", WorkerStatus.State.READY, NOW.minusSeconds(15), "new");
        apply("c", WorkerStatus.State.DRAINING, LONG_AGO, "old");
        assertThat(models.workers())
                .extracting(KnownWorker::state)
                .containsExactly(KnownWorker.State.DRAINING, KnownWorker.State.READY, KnownWorker.State.LOST);
        assertThat(models.current()).map(BaseModel::name).contains("new");
    }

    /** A worker whose clock is an hour behind or ahead. */
    @Test
    void doesNotTrustTheClocksOfWorkers() {
        models.apply(status("behind", WorkerStatus.State.READY, NOW.minusSeconds(3600), "sd"));
        models.apply(status("ahead", WorkerStatus.State.READY, NOW.plusSeconds(3600), "sd"), LONG_AGO);
        assertThat(models.workers())
                .extracting(worker -> worker.status().workerId(), KnownWorker::state)
                .containsExactly(tuple("ahead", KnownWorker.State.LOST), tuple("behind", KnownWorker.State.READY));
    }

    @Test
    void eachPoolHasItsOwnBase() {
        models.apply(status("a", WorkerStatus.State.READY, NOW, "sd"));
        models.apply(inPool("b", WorkerStatus.State.READY, "xl", "sdxl"));
        models.apply(inPool("c", WorkerStatus.State.READY, "xl", "sdxl"));
        models.apply(inPool("d", WorkerStatus.State.DRAINING, "xl", "sdxl"));
        assertThat(models.pools())
                .extracting(Pool::name, pool -> pool.base().name(), Pool::readySlots)
                .containsExactly(tuple("default", "sd", 2), tuple("xl", "sdxl", 4));
        assertThat(models.current()).map(BaseModel::name).contains("sd");
        assertThat(models.base("sdxl")).isPresent();
        assertThat(models.isBase("sdxl")).isTrue();
        assertThat(models.bases()).extracting(BaseModel::name).containsExactly("sd", "sdxl");
        assertThat(models.evaluations("xl", 64 * 64)).isEqualTo(1);
        assertThat(models.evaluations("unknown", 512 * 512)).isEqualTo(1);
    }

    @Test
    void aPoolHasTheControlNetsOfAllItsReadyWorkers() {
        models.apply(withControlNets("a", WorkerStatus.State.READY, DEPTH, EDGES));
        assertThat(controlNets()).containsExactly(DEPTH, EDGES);
        models.apply(withControlNets("b", WorkerStatus.State.READY, EDGES, new PinnedControlNet("pose", SHA)));
        assertThat(controlNets()).containsExactly(EDGES);
        models.apply(withControlNets("c", WorkerStatus.State.DRAINING));
        assertThat(controlNets()).containsExactly(EDGES);
        models.apply(withControlNets("d", WorkerStatus.State.READY, new PinnedControlNet("edges", "cd".repeat(32))));
        assertThat(controlNets()).as("other weights of the same name").isEmpty();
    }

    @Test
    void aPoolKeepsItsControlNetsWithoutWorkers() {
        models.apply(withControlNets("a", WorkerStatus.State.READY, EDGES));
        models.apply(withControlNets("a", WorkerStatus.State.DRAINING, EDGES));
        assertThat(controlNets()).containsExactly(EDGES);
        models.forget("a");
        assertThat(controlNets()).containsExactly(EDGES);
    }

    private List<PinnedControlNet> controlNets() {
        return models.pools().get(0).controlNets();
    }

    private static WorkerStatus withControlNets(String id, WorkerStatus.State state, PinnedControlNet... controlNets) {
        WorkerStatus status = status(id, state, NOW, "sd");
        List<PinnedControlNet> names = controlNets.length == 0 ? null : List.of(controlNets);
        return new WorkerStatus(id, state, "cpu()", 2, 1, null, status.model(), List.of(), List.of(), NOW, null, names);
    }

    @Test
    void aPoolKeepsItsBaseWithoutWorkers() {
        models.apply(inPool("a", WorkerStatus.State.READY, "xl", "sdxl"));
        models.apply(inPool("b", WorkerStatus.State.READY, "sd", "sd"));
        models.forget("a");
        assertThat(models.pools())
                .extracting(Pool::name, pool -> pool.base().name(), Pool::readySlots)
                .containsExactly(tuple("sd", "sd", 2), tuple("xl", "sdxl", 0));
        assertThat(models.lostBefore(NOW.plusSeconds(1))).isEmpty(); // the newest worker of each pool stays
    }

    @Test
    void theDefaultBaseIsThatOfTheDefaultPoolOrTheOnlyOneOrTheConfiguredOne() {
        models.apply(inPool("a", WorkerStatus.State.READY, "xl", "sdxl"));
        models.apply(inPool("b", WorkerStatus.State.READY, "xl-2", "sdxl"));
        assertThat(models.current()).map(BaseModel::name).contains("sdxl");
        models.apply(inPool("c", WorkerStatus.State.READY, "sd", "sd"));
        assertThat(models.current()).isEmpty();
        assertThat(models.bases()).extracting(BaseModel::name).containsExactly("sd", "sdxl");
        models.apply(status("d", WorkerStatus.State.READY, NOW, "tiny"));
        assertThat(models.current()).map(BaseModel::name).contains("tiny");

        ModelDirectory configured = new ModelDirectory(Clock.fixed(NOW, ZoneOffset.UTC), "sdxl");
        configured.apply(status("d", WorkerStatus.State.READY, NOW, "tiny"));
        assertThat(configured.current()).isEmpty();
        configured.apply(inPool("a", WorkerStatus.State.READY, "xl", "sdxl"));
        assertThat(configured.current()).map(BaseModel::name).contains("sdxl");
    }

    private static WorkerStatus inPool(String id, WorkerStatus.State state, String pool, String model) {
        WorkerStatus status = status(id, state, NOW, model);
        return new WorkerStatus(id, state, "cpu()", 2, 1, null, status.model(), List.of(), List.of(), NOW, pool, null);
    }

    /** Applies a status that the broker received at this time. */
    private void apply(String id, WorkerStatus.State state, Instant at, String model) {
        models.apply(status(id, state, at, model), at);
    }

    private static WorkerStatus status(String id, WorkerStatus.State state, Instant at, String model) {
        BaseModel base = new BaseModel(model, "ab".repeat(32), 8, 64, SamplerName.DDIM);
        return new WorkerStatus(id, state, "cpu()", 2, 1, null, base, List.of("ink@1"), List.of(), at);
    }
}
