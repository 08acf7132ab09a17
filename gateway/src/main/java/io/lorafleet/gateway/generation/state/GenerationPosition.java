// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.state;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Comparator;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A generation's position in a list that is ordered newest first.
 *
 * @param at the time of acceptance if known; otherwise the time of the result or the start
 */
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

    /** @throws IllegalArgumentException if the text does not have the format of {@link #toString} */
    public static GenerationPosition parse(String text) {
        int split = text.indexOf('_');
        try {
            if (split > 0) {
                return new GenerationPosition(Instant.parse(text.substring(0, split)), text.substring(split + 1));
            }
        } catch (DateTimeException e) {
            // The time is invalid: falls through to the exception below.
        }
        throw new IllegalArgumentException("expected a time, '_' and an id");
    }

    @Override
    public int compareTo(GenerationPosition other) {
        return ORDER.compare(this, other);
    }

    /** @return text that needs no escaping in URLs */
    @Override
    public String toString() {
        return at + "_" + id;
    }
}
