// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.room;

import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/** Gives a process a wrong clock, with libfaketime. */
final class WrongClock {
    private static final Path LIBRARIES = Path.of("/usr/lib");
    private static final String LIBRARY = "faketime/libfaketimeMT.so.1";

    private WrongClock() {}

    /**
     * @param ahead how far the clock is ahead; may be negative
     * @return environment variables to set for the process; empty if {@code ahead} is zero
     * @throws FleetException if libfaketime is not installed
     */
    static Map<String, String> environment(Duration ahead) {
        if (ahead.isZero()) {
            return Map.of();
        }
        return Map.of(
                "LD_PRELOAD",
                library().toString(),
                "FAKETIME",
                "%+d".formatted(ahead.toSeconds()),
                // Only the wall clock is wrong: timers must keep working.
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                "DONT_FAKE_MONOTONIC",
                "1");
    }

    private static Path library() {
        try (Stream<Path> below = Files.list(LIBRARIES)) {
            return Stream.concat(Stream.of(LIBRARIES), below)
                    .map(folder -> folder.resolve(LIBRARY))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(
                            () -> new FleetException("this cell needs libfaketime: install the package libfaketime"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
