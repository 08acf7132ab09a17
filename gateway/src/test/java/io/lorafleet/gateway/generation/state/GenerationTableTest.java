// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import static io.lorafleet.gateway.generation.Samples.NOW;
import static io.lorafleet.gateway.generation.Samples.cancelled;
import static io.lorafleet.gateway.generation.Samples.expired;
import static io.lorafleet.gateway.generation.Samples.request;
import static io.lorafleet.gateway.generation.Samples.started;
import static io.lorafleet.gateway.generation.Samples.succeeded;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.generation.state.Generation.Status;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerationManifest;
import io.lorafleet.messages.generation.GenerationStarted;
import io.lorafleet.messages.generation.StepDone;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GenerationTableTest {
    private final GenerationTable table = new GenerationTable(3, new Backlog(Clock.systemUTC()));

    @Test
    void followsAGenerationFromItsRequestToItsResult() {
        table.apply(request("g"));
        assertThat(find("g").status()).isEqualTo(Status.QUEUED);
        table.apply(started("g"));
        assertThat(find("g").status()).isEqualTo(Status.RUNNING);
        table.apply(new StepDone("g", 5, 20, null));
        assertThat(find("g")).extracting(Generation::step, Generation::steps).containsExactly(5, 20);
        table.apply(succeeded("g"));
        assertThat(find("g")).extracting(Generation::status, Generation::step).containsExactly(Status.SUCCEEDED, 20);
    }

    /** All permutations of one record of each topic. */
    static Stream<List<Integer>> orders() {
        List<List<Integer>> orders = new ArrayList<>(List.of(List.of()));
        for (int topic = 0; topic < 4; topic++) {
            List<List<Integer>> longer = new ArrayList<>();
            for (List<Integer> order : orders) {
                for (int place = 0; place <= order.size(); place++) {
                    List<Integer> next = new ArrayList<>(order);
                    next.add(place, topic);
                    longer.add(next);
                }
            }
            orders = longer;
        }
        return orders.stream();
    }

    @ParameterizedTest
    @MethodSource("orders")
    void reachesTheSameStateInAnyOrderOfTopics(List<Integer> order) {
        List<Runnable> records = List.of(
                () -> table.apply(request("g")),
                () -> table.apply(new CancelGeneration("g")),
                () -> table.apply(started("g")),
                () -> table.apply(cancelled("g")));
        order.forEach(topic -> records.get(topic).run());
        Generation end = find("g");
        assertThat(end.status()).isEqualTo(Status.CANCELLED);
        assertThat(end.request()).isEqualTo(request("g"));
        assertThat(end.finished()).isEqualTo(cancelled("g"));
        assertThat(end.cancelling()).isTrue();
        assertThat(end.startedAt()).isEqualTo(started("g").at());
        assertThat(end.workerId()).isEqualTo(cancelled("g").workerId());
    }

    @Test
    void endsAsExpiredWhenTheDeadlineCameFirst() {
        table.apply(request("g"));
        table.apply(expired("g"));
        assertThat(find("g").status()).isEqualTo(Status.EXPIRED);
    }

    @Test
    void keepsTheFirstResult() {
        assertThat(table.apply(succeeded("g"))).isTrue();
        assertThat(table.apply(cancelled("g"))).isFalse();
        assertThat(find("g").status()).isEqualTo(Status.SUCCEEDED);
    }

    @Test
    void acceptsTheSameResultAgain() {
        table.apply(succeeded("g"));
        assertThat(table.apply(succeeded("g"))).isTrue();
    }

    @Test
    void startsAtStepZeroWithAnotherWorker() {
        table.apply(request("g"));
        table.apply(new StepDone("g", 5, 20, null));
        table.apply(started("g"));
        assertThat(find("g").step()).isZero();
    }

    @Test
    void knowsWhenTheLastWorkerBegan() {
        table.apply(started("g"));
        table.apply(new GenerationStarted("g", "w2", NOW.plusSeconds(9)));
        assertThat(find("g").startedAt()).isEqualTo(NOW.plusSeconds(9));
    }

    @Test
    void ignoresStepsAfterTheResult() {
        table.apply(cancelled("g"));
        Generation end = find("g");
        table.apply(new StepDone("g", 5, 20, null));
        assertThat(find("g")).isEqualTo(end);
    }

    @Test
    void knowsNothingFromACancellationAlone() {
        table.apply(new CancelGeneration("g"));
        assertThat(table.find("g")).isEmpty();
    }

    @Test
    void forgetsTheOldestFinishedOneFirst() {
        table.apply(request("waiting"));
        table.apply(succeeded("first"));
        table.apply(succeeded("second"));
        table.apply(request("newest"));
        assertThat(table.find("first")).isEmpty();
        assertThat(Stream.of("waiting", "second", "newest"))
                .allMatch(id -> table.find(id).isPresent());
    }

    @Test
    void forgetsTheOldestUnfinishedOneWhenNoneIsFinished() {
        Stream.of("a", "b", "c", "d").forEach(id -> table.apply(request(id)));
        assertThat(table.find("a")).isEmpty();
        assertThat(table.find("d")).isPresent();
    }

    @Test
    void listsTheNewestFirstPageByPage() {
        GenerationTable roomy = new GenerationTable(9, new Backlog(Clock.systemUTC()));
        roomy.apply(request("old", NOW));
        roomy.apply(request("new", NOW.plusSeconds(1)));
        roomy.apply(succeeded("old"));
        roomy.apply(new CancelGeneration("unknown"));
        List<Generation> page = roomy.list(any -> true, null, 1);
        assertThat(page).extracting(Generation::id).containsExactly("new");
        // A generation that is added between the requests for two pages is on neither page.
        roomy.apply(request("newest", NOW.plusSeconds(2)));
        GenerationPosition end =
                GenerationPosition.parse(GenerationPosition.of(page.get(0)).toString());
        assertThat(roomy.list(any -> true, end, 9)).extracting(Generation::id).containsExactly("old");
    }

    @Test
    void filtersLists() {
        Stream.of("a", "b", "c").forEach(id -> table.apply(request(id)));
        table.apply(succeeded("b"));
        assertThat(table.list(each -> !each.isFinished(), null, 9))
                .extracting(Generation::id)
                .containsExactly("c", "a");
    }

    @Test
    void notifiesAFollowerOfEveryState() {
        table.apply(request("g"));
        table.apply(started("g"));
        List<Generation> told = new ArrayList<>();
        table.follow("g", told::add);
        table.apply(new StepDone("g", 1, 20, null));
        table.apply(succeeded("g"));
        table.apply(cancelled("g"));
        assertThat(told).extracting(Generation::step).containsExactly(0, 1, 20);
        assertThat(told).last().matches(Generation::isFinished);
    }

    @Test
    void notifiesAFollowerOfAFinishedGenerationOnce() {
        table.apply(succeeded("g"));
        List<Generation> told = new ArrayList<>();
        table.follow("g", told::add);
        assertThat(told).containsExactly(find("g"));
    }

    @Test
    void doesNotNotifyAnUnregisteredFollower() {
        table.apply(request("g"));
        List<Generation> told = new ArrayList<>();
        table.follow("g", told::add).run();
        table.apply(succeeded("g"));
        assertThat(told).extracting(Generation::status).containsExactly(Status.QUEUED);
    }

    /** Runs threads as in a gateway: one thread per topic, and clients that follow and list generations. */
    @Test
    void isThreadSafe() throws Exception {
        List<String> ids = IntStream.range(0, 5_000).mapToObj(i -> "g" + i).toList();
        Backlog backlog = new Backlog(Clock.systemUTC());
        GenerationTable shared = new GenerationTable(ids.size(), backlog);
        Map<String, AtomicInteger> ends = ids.stream().collect(Collectors.toMap(id -> id, id -> new AtomicInteger()));
        List<Consumer<String>> users = List.of(
                id -> shared.apply(request(id)),
                id -> shared.apply(new CancelGeneration(id)),
                id -> shared.apply(started(id)),
                id -> shared.apply(succeeded(id)),
                id -> shared.follow(id, state -> ends.get(id).addAndGet(state.isFinished() ? 1 : 0)),
                id -> shared.follow(id, state -> {}).run(),
                id -> shared.list(each -> each.id().equals(id), null, 1));
        CyclicBarrier together = new CyclicBarrier(users.size());
        ExecutorService threads = Executors.newFixedThreadPool(users.size());
        try {
            List<Callable<Void>> all = new ArrayList<>();
            for (Consumer<String> user : users) {
                all.add(() -> {
                    for (int i = 0; i < ids.size(); i++) {
                        if (i % 10 == 0) { // otherwise one thread would finish before the next thread starts
                            together.await(5, TimeUnit.SECONDS);
                        }
                        user.accept(ids.get(i));
                    }
                    return null;
                });
            }
            for (Future<Void> done : threads.invokeAll(all)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(ids.stream().filter(id -> ends.get(id).get() != 1))
                .as("those whose follower was not told the end once")
                .isEmpty();
        assertThat(ids).allSatisfy(id -> {
            Generation end = shared.find(id).orElseThrow();
            assertThat(end.request()).isEqualTo(request(id));
            assertThat(end.startedAt()).isEqualTo(NOW);
            assertThat(end.cancelling()).isTrue();
            assertThat(end.status()).isEqualTo(Status.SUCCEEDED);
        });
        assertThat(backlog.waiting()).isEqualTo(Backlog.Waiting.NOTHING);
    }

    private Generation find(String id) {
        return table.find(id).orElseThrow();
    }

    /** The manifest in the blob store has no webhook. */
    @Test
    void prefersARequestFromKafkaToTheManifest() {
        table.apply(request("g"));
        table.recall(new GenerationManifest(request("g", NOW.plusSeconds(1)), succeeded("g")));
        assertThat(find("g").request()).isEqualTo(request("g"));
        assertThat(find("g").isFinished()).isTrue();
    }
}
