// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** A program that a test needs. */
final class Program {
    private Program() {}

    /**
     * Finds a program. Without it, the test is skipped, or fails if {@code CI=true} is set.
     *
     * @param what name of the program, for the message
     * @param names names of the file
     */
    static Path find(String what, String... names) {
        Optional<Path> found = Stream.of(System.getenv("PATH").split(":"))
                .flatMap(folder -> Stream.of(names).map(name -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .findFirst();
        String missing = what + ": expected " + String.join(" or ", names) + " on the PATH, found none";
        if (found.isEmpty() && "true".equals(System.getenv("CI"))) {
            fail(missing);
        }
        assumeTrue(found.isPresent(), missing);
        return found.get();
    }
}
