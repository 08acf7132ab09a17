// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.problem;

import io.lorafleet.gateway.BadField;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Aborts a request with a problem. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;
    private final transient @Nullable Duration retryAfter;

    public ProblemException(Problem problem) {
        this(problem, null);
    }

    public ProblemException(ProblemType type, String detail) {
        this(Problem.of(type, detail), null);
    }

    /** @param retryAfter suggested pause before a retry, or null */
    public ProblemException(Problem problem, @Nullable Duration retryAfter) {
        super(problem.detail());
        this.problem = problem;
        this.retryAfter = retryAfter;
    }

    /** @throws ProblemException if there are bad fields */
    public static void throwIfAny(List<BadField> badFields) {
        if (!badFields.isEmpty()) {
            throw new ProblemException(Problem.invalid(badFields));
        }
    }

    public Problem problem() {
        return problem;
    }

    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
