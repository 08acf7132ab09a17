// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;

/** Where a generation stands in a list: the newest first. @param at when it was accepted, or the first that is known after it */
public record GenerationPosition(Instant at, String id) implements Comparable<GenerationPosition> {
    private static final Comparator<GenerationPosition> ORDER = Comparator.comparing(GenerationPosition::at)
            .thenComparing(GenerationPosition::id)
            .reversed();

    public static GenerationPosition of(Generation generation) {
        Instant at = Stream.of(
                        generation.request() == null
                                ? null
                                : generation.request().acceptedAt(),
                        generation.finished() == null
                                ? null
                                : generation.finished().at(),
                        generation.startedAt())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(Instant.EPOCH);
        return new GenerationPosition(at, generation.id());
    }

    /** @throws IllegalArgumentException if the text is not what {@link #toString} gives */
    public static GenerationPosition parse(String text) {
        int split = text.indexOf('_');
        try {
            if (split > 0) {
                return new GenerationPosition(Instant.parse(text.substring(0, split)), text.substring(split + 1));
            }
        } catch (DateTimeException e) {
            // No time: said below.
        }
        throw new IllegalArgumentException("expected a time, '_' and an id");
    }

    @Override
    public int compareTo(GenerationPosition other) {
        return ORDER.compare(this, other);
    }

    /** @return needs no escaping in a URL */
    @Override
    public String toString() {
        return at + "_" + id;
    }
}
