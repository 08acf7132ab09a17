// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.Exit;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.client.GenerationStatus;
import io.lorafleet.standalone.client.Response;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The result of a request for a generation. */
sealed interface GenerationOutcome {
    /** The images are in these files. */
    record Saved(Response<GenerationStatus> generation, List<Path> files) implements GenerationOutcome {}

    /** The gateway has accepted the request. The command does not wait for the images. */
    record Accepted(Response<GenerationStatus> generation) implements GenerationOutcome {}

    /** The generation ended without images. */
    record Ended(Response<GenerationStatus> generation) implements GenerationOutcome {}

    /** There is no generation, or its result could not be fetched. */
    record Problem(FleetException exception) implements GenerationOutcome {}

    default Exit exit() {
        if (this instanceof Problem problem) {
            return Exit.of(problem.exception());
        }
        return this instanceof Ended ? Exit.FAILED : Exit.OK;
    }

    /** @return the error message; null if there was no error */
    default @Nullable String error() {
        if (this instanceof Problem problem) {
            return problem.exception().getMessage();
        }
        return this instanceof Ended ended ? error(ended.generation().value()) : null;
    }

    private static String error(GenerationStatus ended) {
        String generation = "generation " + ended.id();
        return switch (ended.status()) {
            case FAILED -> {
                GenerationStatus.Failure failure =
                        Objects.requireNonNull(ended.failure(), "a failed generation has no reason");
                yield generation + " failed (" + failure.reason() + "): " + failure.detail();
            }
            case EXPIRED -> generation + " expired before its images were generated";
            default -> generation + " was cancelled";
        };
    }

    /** @return the exit code for several generations */
    static Exit exit(List<Exit> exits) {
        long succeeded = exits.stream().filter(exit -> exit == Exit.OK).count();
        if (succeeded == exits.size()) {
            return Exit.OK;
        }
        if (succeeded > 0) {
            return Exit.PARTIAL;
        }
        return exits.stream().distinct().count() == 1 ? exits.get(0) : Exit.FAILED;
    }
}
