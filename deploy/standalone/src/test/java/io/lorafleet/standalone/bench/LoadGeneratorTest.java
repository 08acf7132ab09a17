package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.standalone.bench.LoadGenerator.Run;
import io.lorafleet.standalone.bench.Outcome.Failed;
import io.lorafleet.standalone.bench.Outcome.Served;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadGeneratorTest {
    private static final InstantSource CLOCK = InstantSource.system();

    private FakeGateway gateway;
    private FleetHttp fleet;

    @AfterEach
    void close() {
        fleet.close();
        gateway.close();
    }

    @Test
    void sendsEveryRequestAtItsTimeThoughNoneHasEnded() throws Exception {
        open(new FakeGateway() {
            @Override
            void onOrder(int number) {
                if (number == 4) { // only now that all are here
                    IntStream.range(0, 5).forEach(i -> end("g" + i));
                }
            }
        });

        Run run = generator(64).run(new Workload(requests(5), 0));

        assertThat(run.outcomes()).hasSize(5).allMatch(Served.class::isInstance);
    }

    @Test
    void aClosedLoopSendsTheNextWhenOneHasEnded() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        List<Integer> endedBefore = new CopyOnWriteArrayList<>();
        open(new FakeGateway() {
            @Override
            void onOrder(int number) {
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
            return generator(1).run(new Workload(requests(requests), inFlight));
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void timesAreTheWorkersOwnWhereTheGatewayTellsThem() throws Exception {
        Instant finished = Instant.now().plusSeconds(30);
        open(endingAtOnce());
        gateway.ending = id -> "'status': 'succeeded', 'elapsed': 'PT10S', 'unetEvaluations': 20, 'images': [],"
                + "'startedAt': '" + finished.minusSeconds(12) + "', 'finishedAt': '" + finished + "'";

        Served served = (Served)
                generator(64).run(new Workload(requests(1), 0)).outcomes().get(0);

        assertThat(served.finished()).isEqualTo(finished);
        assertThat(served.latency().minus(served.queued())).isEqualTo(Duration.ofSeconds(12));
    }

    @Test
    void otherwiseTheQueueIsWhatTheWorkerDidNotTake() throws Exception {
        open(endingAtOnce());

        Served served = (Served)
                generator(64).run(new Workload(requests(1), 0)).outcomes().get(0);

        assertThat(served.latency().minus(served.queued())).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void theTraceSaysWhatTheGatewayChose() throws Exception {
        open(endingAtOnce());

        TracedRequest sent =
                generator(64).run(new Workload(requests(1), 0)).requests().get(0);

        assertThat(sent.sampler()).isEqualTo(SamplerName.DDIM);
        assertThat(sent.size()).isEqualTo(new PictureSize(64, 64));
    }

    @Test
    void reasonsOfFailuresAreKept() throws Exception {
        open(endingAtOnce());
        gateway.refusals = 1;
        gateway.ending = id -> "'status': 'failed', 'failure': {'reason': 'unusable_adapter', 'detail': 'x'}";

        Run run = generator(64).run(new Workload(requests(2), 1));

        assertThat(run.outcomes())
                .extracting(outcome -> ((Failed) outcome).reason())
                .containsExactly("refused: HTTP 503 No worker is there yet", "unusable_adapter");
    }

    @Test
    void whatDoesNotEndIsUnfinished() throws Exception {
        open(new FakeGateway());

        Run run = new LoadGenerator(fleet, CLOCK, 64, Duration.ofSeconds(1)).run(new Workload(requests(1), 0));

        assertThat(((Failed) run.outcomes().get(0)).reason()).isEqualTo("unfinished 1 s after the last was sent");
    }

    @Test
    void warmsUpWithTheBaseAloneOnceAWorkerIsThere() throws Exception {
        open(endingAtOnce());
        gateway.refusals = 1;

        generator(64).warmUp(new Workload(requests(1), 0), 2);

        assertThat(gateway.orders).hasSizeGreaterThanOrEqualTo(2).allMatch(order -> !order.has("adapter"));
    }

    @Test
    void aFleetThatCannotDrawIsNotMeasured() throws Exception {
        open(endingAtOnce());
        gateway.ending = id -> "'status': 'failed', 'failure': {'reason': 'out_of_memory', 'detail': 'x'}";

        assertThatThrownBy(() -> generator(64).warmUp(new Workload(requests(1), 0), 1))
                .isInstanceOf(BenchException.class)
                .hasMessage("before the measurement: expected pictures, found out_of_memory");
    }

    private void open(FakeGateway opened) {
        gateway = opened;
        fleet = new FleetHttp(gateway.url(), CLOCK);
    }

    private static FakeGateway endingAtOnce() throws IOException {
        return new FakeGateway() {
            @Override
            void onOrder(int number) {
                end("g" + number);
            }
        };
    }

    private LoadGenerator generator(int streams) {
        return new LoadGenerator(fleet, CLOCK, streams, Duration.ofSeconds(30));
    }

    private static List<TracedRequest> requests(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new TracedRequest(
                        Duration.ofMillis(20L * i), "a star", i, "fast", 5, 20, null, null, Priority.INTERACTIVE))
                .toList();
    }
}
