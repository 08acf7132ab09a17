// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.bench.LoadGenerator.Run;
import io.lorafleet.standalone.bench.RequestOutcome.Failed;
import io.lorafleet.standalone.bench.RequestOutcome.Served;
import io.lorafleet.standalone.client.GatewayClient;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadGeneratorTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final IntConsumer ANYHOW = sent -> {};

    private FakeGateway gateway;
    private GatewayClient client;

    @AfterEach
    void close() {
        gateway.close();
    }

    @Test
    void sendsEveryRequestAtItsTimeThoughNoneHasEnded() throws Exception {
        open(new FakeGateway() {
            @Override
            void onRequest(int number) {
                if (number == 4) { // all requests have arrived
                    IntStream.range(0, 5).forEach(i -> end("g" + i));
                }
            }
        });

        Run run = generator().run(new Workload(requests(5), 0), ANYHOW);

        assertThat(run.outcomes()).hasSize(5).allMatch(Served.class::isInstance);
    }

    @Test
    void aClosedLoopSendsTheNextWhenOneHasEnded() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        List<Integer> endedBefore = new CopyOnWriteArrayList<>();
        open(new FakeGateway() {
            @Override
            void onRequest(int number) {
                endedBefore.add(ended.get());
            }
        });

        CompletableFuture<Run> run = CompletableFuture.supplyAsync(() -> closedLoop(5, 2));

        for (int i = 0; i < 5; i++) {
            int underWay = Math.min(i + 2, 5);
            await().until(() -> endedBefore.size() == underWay);
            ended.incrementAndGet();
            gateway.end("g" + i);
        }
        assertThat(run.join().outcomes()).hasSize(5).allMatch(Served.class::isInstance);
        assertThat(endedBefore).containsExactly(0, 0, 1, 2, 3);
    }

    private Run closedLoop(int requests, int inFlight) {
        try {
            return generator().run(new Workload(requests(requests), inFlight), ANYHOW);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void timesAreTheWorkersOwn() throws Exception {
        open(endingAtOnce());

        Served served = (Served) generator().run(once(), ANYHOW).outcomes().get(0);

        assertThat(served.due().plus(served.latency())).isEqualTo(FakeGateway.STARTED.plusSeconds(12));
        assertThat(served.due().plus(served.queued())).isEqualTo(FakeGateway.STARTED);
    }

    @Test
    void aClosedLoopWhoseRequestsAllHangSendsNoMore() throws Exception {
        open(new FakeGateway());

        Run run = new LoadGenerator(client, CLOCK, Duration.ofSeconds(1)).run(new Workload(requests(4), 2), ANYHOW);

        assertThat(gateway.requests).hasSize(2);
        assertThat(run.outcomes())
                .extracting(outcome -> ((Failed) outcome).reason())
                .containsExactly(
                        "unfinished 1 s after the last request was sent",
                        "unfinished 1 s after the last request was sent",
                        "not sent: no request finished within 1 s",
                        "not sent: no request finished within 1 s");
    }

    @Test
    void tellsHowManyWereSent() throws Exception {
        open(endingAtOnce());
        List<Integer> told = new ArrayList<>();

        generator().run(new Workload(requests(3), 0), told::add);

        assertThat(told).containsExactly(1, 2, 3);
    }

    @Test
    void theTraceSaysWhatTheGatewayChose() throws Exception {
        open(endingAtOnce());

        TracedRequest sent = generator().run(once(), ANYHOW).requests().get(0);

        assertThat(sent.sampler()).isEqualTo(SamplerName.DDIM);
        assertThat(sent.size()).isEqualTo(new Resolution(64, 64));
    }

    @Test
    void reasonsOfFailuresAreKept() throws Exception {
        open(endingAtOnce());
        gateway.refusals = 1;
        gateway.ending = id -> "'status': 'failed', 'failure': {'reason': 'unusable_adapter', 'detail': 'x'}";

        Run run = generator().run(new Workload(requests(2), 1), ANYHOW);

        assertThat(run.outcomes())
                .extracting(outcome -> ((Failed) outcome).reason())
                .containsExactly("rejected: HTTP 503 No worker is there yet", "unusable_adapter");
    }

    @Test
    void whatDoesNotEndIsUnfinished() throws Exception {
        open(new FakeGateway());

        Run run = new LoadGenerator(client, CLOCK, Duration.ofSeconds(1)).run(once(), ANYHOW);

        assertThat(((Failed) run.outcomes().get(0)).reason())
                .isEqualTo("unfinished 1 s after the last request was sent");
    }

    @Test
    void warmsUpWithTheBaseAloneOnceAWorkerIsThere() throws Exception {
        open(endingAtOnce());
        gateway.refusals = 1;

        generator().warmUp(once(), 2);

        assertThat(gateway.requests).hasSizeGreaterThanOrEqualTo(2).allMatch(request -> !request.has("adapters"));
    }

    @Test
    void aFleetThatCannotDrawIsNotMeasured() throws Exception {
        open(endingAtOnce());
        gateway.ending = id -> "'status': 'failed', 'failure': {'reason': 'out_of_memory', 'detail': 'x'}";

        assertThatThrownBy(() -> generator().warmUp(once(), 1))
                .isInstanceOf(FleetException.class)
                .hasMessage("the warm-up failed: out_of_memory");
    }

    private void open(FakeGateway opened) {
        gateway = opened;
        client = new GatewayClient(gateway.url(), null);
    }

    private static FakeGateway endingAtOnce() throws IOException {
        return new FakeGateway() {
            @Override
            void onRequest(int number) {
                end("g" + number);
            }
        };
    }

    private LoadGenerator generator() {
        return new LoadGenerator(client, CLOCK, Duration.ofSeconds(30));
    }

    private static Workload once() {
        return new Workload(requests(1), 0);
    }

    private static List<TracedRequest> requests(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new TracedRequest(
                        Duration.ofMillis(20L * i), "a star", i, "fast", 5, 20, null, null, Priority.INTERACTIVE))
                .toList();
    }
}
