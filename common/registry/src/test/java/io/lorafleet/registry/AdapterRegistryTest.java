// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import static io.lorafleet.registry.Samples.NOW;
import static io.lorafleet.registry.Samples.SHA;
import static io.lorafleet.registry.Samples.retired;
import static io.lorafleet.registry.Samples.route;
import static io.lorafleet.registry.Samples.stable;
import static io.lorafleet.registry.Samples.style;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterRoute.Share;
import io.lorafleet.messages.adapter.AdapterVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AdapterRegistryTest {
    private final AdapterRegistry registry = new AdapterRegistry();

    @BeforeEach
    void publishThreeVersions() {
        IntStream.of(2, 3, 1).forEach(version -> registry.apply(AdapterEvent.of(style("ink", version))));
    }

    @Test
    void givesTheNewestVersionOfAnAdapterWithoutARoute() {
        assertThat(resolved("ink")).isEqualTo("ink@3");
    }

    @Test
    void givesTheStableVersionOfTheRoute() {
        registry.apply(AdapterEvent.of(stable("ink", 2)));
        assertThat(resolved("ink")).isEqualTo("ink@2");
        assertThat(resolved("ink@3")).isEqualTo("ink@3");
    }

    @Test
    void givesTheNewestAgainWhenTheRouteIsRemoved() {
        registry.apply(AdapterEvent.of(stable("ink", 2)));
        registry.apply(new AdapterEvent.RouteRemoved("ink", null));
        assertThat(resolved("ink")).isEqualTo("ink@3");
    }

    @Test
    void givesTheCanaryToItsShareOfTheRequests() {
        registry.apply(AdapterEvent.of(route("ink", 2, new Share(3, 0.1), null)));
        long canaries = IntStream.range(0, 10_000)
                .mapToObj(i -> new UUID(i, -i).toString())
                .filter(id -> registry.resolve("ink", id).orElseThrow().version() == 3)
                .count();
        // 180 is six standard deviations.
        assertThat(canaries).isBetween(820L, 1180L);
    }

    @Test
    void givesARequestTheSameVersionOnEveryGateway() {
        AdapterRegistry other = new AdapterRegistry();
        IntStream.rangeClosed(1, 3).forEach(version -> other.apply(AdapterEvent.of(style("ink", version))));
        registry.apply(AdapterEvent.of(route("ink", 2, new Share(3, 0.5), null)));
        other.apply(AdapterEvent.of(route("ink", 2, new Share(3, 0.5), null)));
        for (int i = 0; i < 100; i++) {
            assertThat(registry.resolve("ink", "r" + i)).isEqualTo(other.resolve("ink", "r" + i));
        }
    }

    @Test
    void givesNoRetiredVersion() {
        registry.apply(AdapterEvent.of(retired("ink", 3)));
        assertThat(resolved("ink")).isEqualTo("ink@2");
        assertThat(registry.resolve("ink@3", "r")).isEmpty();
        assertThat(registry.isUsable("ink@3")).isFalse();
        assertThat(registry.find("ink").orElseThrow().versions()).hasSize(3);
    }

    @Test
    void doesNotListFullyRetiredAdapters() {
        IntStream.rangeClosed(1, 3).forEach(version -> registry.apply(AdapterEvent.of(retired("ink", version))));
        assertThat(registry.names()).isEmpty();
        assertThat(registry.resolve("ink", "r")).isEmpty();
        assertThat(registry.all()).hasSize(1);
    }

    @Test
    void fallsBackWhenARouteNamesARetiredOrUnknownVersion() {
        registry.apply(AdapterEvent.of(route("ink", 2, new Share(9, 1), null)));
        assertThat(resolved("ink")).isEqualTo("ink@2");
        registry.apply(AdapterEvent.of(retired("ink", 2)));
        assertThat(resolved("ink")).isEqualTo("ink@3");
    }

    @Test
    void knowsNoAdapterFromItsRouteAlone() {
        registry.apply(AdapterEvent.of(stable("oil", 1)));
        assertThat(registry.find("oil")).isEmpty();
        assertThat(registry.all()).extracting(Adapter::name).containsExactly("ink");
        assertThat(registry.resolve("oil", "r")).isEmpty();
    }

    @Test
    void currentVersionFollowsTheRouteAndNotTheCanary() {
        registry.apply(AdapterEvent.of(route("ink", 1, new Share(2, 1), null)));
        assertThat(registry.adapter("ink").current()).contains(style("ink", 1));
        registry.apply(new AdapterEvent.RouteRemoved("ink", null));
        assertThat(registry.adapter("ink").current()).contains(style("ink", 3));
        assertThat(registry.adapter("oil").current()).isEmpty();
    }

    @Test
    void retiredVersionKeepsItsNumber() {
        registry.apply(AdapterEvent.of(retired("ink", 3)));
        Adapter ink = registry.adapter("ink");
        assertThat(ink.current()).contains(style("ink", 2));
        assertThat(ink.lastNumber()).isEqualTo(3);
        assertThat(ink.version(3)).contains(retired("ink", 3));
        assertThat(ink.usable(3)).isEmpty();
        assertThat(registry.adapter("oil").lastNumber()).isZero();
    }

    @Test
    void newVersionKeepsTheRoute() {
        registry.apply(AdapterEvent.of(stable("ink", 2)));
        registry.apply(AdapterEvent.of(style("ink", 4)));
        Adapter ink = registry.adapter("ink");
        assertThat(ink.route()).isEqualTo(stable("ink", 2));
        assertThat(ink.versions()).extracting(AdapterVersion::version).containsExactly(1, 2, 3, 4);
    }

    @Test
    void onlyTheFirstOfTwoChangesOfTheSameRouteCounts() {
        AdapterRoute before = stable("ink", 1).after(null);
        AdapterRoute winner = stable("ink", 2).after(before);
        AdapterRoute loser = stable("ink", 3).after(before);
        assertThat(registry.apply(AdapterEvent.of(before))).isTrue();
        assertThat(registry.apply(AdapterEvent.of(winner))).isTrue();
        assertThat(registry.apply(AdapterEvent.of(loser))).isFalse();
        assertThat(registry.adapter("ink").route()).isEqualTo(winner);
        assertThat(registry.apply(AdapterEvent.of(winner))).as("read again").isTrue();
        assertThat(registry.apply(AdapterEvent.of(loser.after(winner)))).isTrue();
        assertThat(resolved("ink")).isEqualTo("ink@3");
    }

    @Test
    void aChangeOfARouteThatWasRemovedDoesNotCount() {
        AdapterRoute before = stable("ink", 1).after(null);
        registry.apply(AdapterEvent.of(before));
        registry.apply(new AdapterEvent.RouteRemoved("ink", null));
        assertThat(registry.apply(AdapterEvent.of(stable("ink", 2).after(before))))
                .isFalse();
        assertThat(registry.adapter("ink").route()).isNull();
        assertThat(registry.apply(AdapterEvent.of(stable("ink", 2).after(null))))
                .isTrue();
        assertThat(resolved("ink")).isEqualTo("ink@2");
    }

    @Test
    void aRemovalDoesNotCountAfterAnotherChange() {
        AdapterRoute before = stable("ink", 1).after(null);
        AdapterRoute winner = stable("ink", 2).after(before);
        AdapterEvent removal = new AdapterEvent.RouteRemoved("ink", 2);
        registry.apply(AdapterEvent.of(before));
        registry.apply(AdapterEvent.of(winner));
        assertThat(registry.apply(removal)).isFalse();
        assertThat(registry.adapter("ink").route()).isEqualTo(winner);
        AdapterRegistry compacted = new AdapterRegistry();
        assertThat(compacted.apply(removal)).isTrue();
        assertThat(compacted.apply(registry.restoration("ink"))).isTrue();
        assertThat(compacted.adapter("ink").route())
                .isEqualTo(registry.adapter("ink").route().after(winner));
    }

    /** A service that started after compaction deleted the removal does not know its revision. */
    @Test
    void theFirstRevisionCountsAfterARemoval() {
        registry.apply(AdapterEvent.of(stable("ink", 1).withRevision(7)));
        registry.apply(new AdapterEvent.RouteRemoved("ink", 8));
        assertThat(registry.apply(AdapterEvent.of(stable("ink", 2).withRevision(3))))
                .isFalse();
        assertThat(registry.apply(AdapterEvent.of(stable("ink", 2).withRevision(1))))
                .isTrue();
        assertThat(registry.nextRevision("ink")).isEqualTo(2);
    }

    /** Otherwise, the next change would repeat a revision, and the other services would not accept it. */
    @Test
    void aRemovalCountsForTheRevisionsEvenIfThereIsNothingToRemove() {
        assertThat(registry.apply(new AdapterEvent.RouteRemoved("ink", null))).isTrue();
        assertThat(registry.nextRevision("ink")).isEqualTo(1);
        registry.apply(new AdapterEvent.RouteRemoved("ink", 8));
        registry.apply(new AdapterEvent.RouteRemoved("ink", 7));
        assertThat(registry.nextRevision("ink")).isEqualTo(9);
        assertThat(registry.restoration("ink")).isEqualTo(new AdapterEvent.RouteRemoved("ink", 9));
    }

    @Test
    void keepsTheFieldsOfALaterReleaseUntilTheRecordIsReplaced() {
        String plain = new String(AdapterEvent.of(style("ink", 4)).value(), UTF_8);
        String later = plain.substring(0, plain.length() - 1) + ",\"licence\":\"CC0\"}";
        registry.apply(AdapterEvent.read(new ConsumerRecord<>("adapters", 0, 0, "ink@4", later.getBytes(UTF_8))));
        AdapterVersion version = registry.adapter("ink").version(4).orElseThrow();
        assertThat(new String(registry.retirement(version, NOW).value(), UTF_8)).contains("\"licence\":\"CC0\"");
        registry.apply(AdapterEvent.of(style("ink", 4)));
        assertThat(new String(registry.retirement(version, NOW).value(), UTF_8)).doesNotContain("licence");
    }

    /** Compaction deletes the earlier revisions. */
    @Test
    void theFirstRouteCountsWithAnyRevision() {
        AdapterRoute fourth = stable("ink", 2)
                .after(stable("ink", 1)
                        .after(stable("ink", 2).after(stable("ink", 1).after(null))));
        assertThat(fourth.revision()).isEqualTo(4);
        assertThat(registry.apply(AdapterEvent.of(fourth))).isTrue();
        assertThat(resolved("ink")).isEqualTo("ink@2");
    }

    @Test
    void aRouteOfAnOlderReleaseAlwaysCounts() {
        registry.apply(AdapterEvent.of(stable("ink", 1).after(stable("ink", 2).after(null))));
        assertThat(registry.apply(AdapterEvent.of(stable("ink", 3)))).isTrue();
        assertThat(resolved("ink")).isEqualTo("ink@3");
        assertThat(registry.apply(AdapterEvent.of(stable("ink", 2).after(stable("ink", 3)))))
                .isTrue();
        assertThat(resolved("ink")).isEqualTo("ink@2");
    }

    @Test
    void findsAPinnedVersionOnlyWithItsHash() {
        registry.apply(AdapterEvent.of(retired("ink", 1)));
        assertThat(registry.find(new PinnedAdapter("ink", 1, SHA))).contains(retired("ink", 1));
        assertThat(registry.find(new PinnedAdapter("ink", 1, "cd".repeat(32)))).isEmpty();
        assertThat(registry.find(new PinnedAdapter("ink", 4, SHA))).isEmpty();
        assertThat(registry.find(new PinnedAdapter("oil", 1, SHA))).isEmpty();
    }

    @Test
    void losesNoEventOfConcurrentWriters() throws Exception {
        int each = 200;
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<?>> writers = new ArrayList<>();
            for (int first : List.of(1, 1 + each)) {
                writers.add(threads.submit(() -> IntStream.range(first, first + each)
                        .forEach(number -> registry.apply(AdapterEvent.of(style("oil", number))))));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            assertThat(registry.adapter("oil").versions()).hasSize(2 * each);
        } finally {
            threads.shutdownNow();
        }
    }

    private String resolved(String reference) {
        return registry.resolve(reference, "r").orElseThrow().pinned().toString();
    }
}
