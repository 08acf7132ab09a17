// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.sdapi;

import io.lorafleet.gateway.generation.Generations;
import io.lorafleet.gateway.generation.state.Generation;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The unfinished generations of this API in this gateway. The web UI's API has no ids: progress and interruption apply
 * to the caller's generations.
 */
@Singleton
final class SdApiRequests {
    private final Generations generations;
    private final AtomicLong order = new AtomicLong();
    private final Map<String, Entry> unfinished = new ConcurrentHashMap<>();

    private record Entry(@Nullable String owner, long order) {}

    SdApiRequests(Generations generations) {
        this.generations = generations;
    }

    void add(String id, @Nullable String owner) {
        unfinished.put(id, new Entry(owner, order.incrementAndGet()));
    }

    void remove(String id) {
        unfinished.remove(id);
    }

    /** @return the caller's generation that was submitted first and has not finished */
    Optional<Generation> first(@Nullable String owner) {
        return ids(owner).stream()
                .map(generations::find)
                .flatMap(Optional::stream)
                .findFirst();
    }

    /** Cancels the caller's generations. */
    void interrupt(@Nullable String owner) {
        ids(owner).forEach(generations::cancel);
    }

    private List<String> ids(@Nullable String owner) {
        return unfinished.entrySet().stream()
                .filter(entry -> Objects.equals(entry.getValue().owner(), owner))
                .sorted(Comparator.comparing(entry -> entry.getValue().order()))
                .map(Map.Entry::getKey)
                .toList();
    }
}
