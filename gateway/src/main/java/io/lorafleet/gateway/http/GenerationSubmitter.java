// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.IdempotencyKey;
import io.lorafleet.gateway.generation.Generations;
import io.lorafleet.gateway.generation.admission.Admission;
import io.lorafleet.gateway.generation.admission.GenerationRequest;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.security.Caller;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Submits generation requests, and converts refusals to problems. */
@Singleton
public final class GenerationSubmitter {
    private static final Duration NO_WORKER_RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration UNDERWAY_RETRY_AFTER = Duration.ofSeconds(1);

    private final Generations generations;
    private final Caller caller;

    GenerationSubmitter(Generations generations, Caller caller) {
        this.generations = generations;
        this.caller = caller;
    }

    /**
     * An accepted request.
     *
     * @param id id of the generation
     * @param again whether the request is a retry with the same idempotency key
     */
    public record Submitted(String id, boolean again) {}

    /**
     * Submits a request, and throws a problem if it is not admitted.
     *
     * @param idempotencyKey value of the request's header; null if absent
     * @param fieldNames maps the field names of a generation request to those of the endpoint
     */
    public Submitted submit(GenerationRequest body, @Nullable String idempotencyKey, UnaryOperator<String> fieldNames) {
        return generations.submit(body, caller.owner(), idempotencyKey).match(new Response(fieldNames));
    }

    /** Responds to a generation request, with the generation's id or a problem. */
    record Response(UnaryOperator<String> fieldNames) implements Admission.Cases<Submitted> {
        @Override
        public Submitted admitted(Admission.Admitted admission) {
            return new Submitted(admission.request().requestId(), false);
        }

        @Override
        public Submitted repeated(Admission.Repeated repetition) {
            return new Submitted(repetition.generation().id(), true);
        }

        @Override
        public Submitted refused(Admission.Refused refusal) {
            throw new ProblemException(Problem.invalid(refusal.badFields().stream()
                    .map(bad -> new BadField(fieldNames.apply(bad.field()), bad.expected(), bad.found()))
                    .toList()));
        }

        @Override
        public Submitted unknownAdapter(Admission.UnknownAdapter unknown) {
            throw new ProblemException(
                    ProblemType.UNKNOWN_ADAPTER,
                    fieldNames.apply(unknown.field())
                            + (unknown.known().isEmpty()
                                    ? ": expected none, because there are no adapters"
                                    : ": expected one of " + String.join(", ", unknown.known())
                                            + ", or a NAME@VERSION that is not retired"));
        }

        @Override
        public Submitted overloaded(Admission.Overloaded overload) {
            throw new ProblemException(
                    Problem.of(
                            ProblemType.OVERLOADED,
                            "the queue is full; try again in "
                                    + overload.clearsIn().toSeconds() + " seconds"),
                    overload.clearsIn());
        }

        @Override
        public Submitted busy(Admission.Busy busy) {
            throw new ProblemException(
                    Problem.of(ProblemType.BUSY, "too many images of requests are being decoded; try again"),
                    busy.retryIn());
        }

        @Override
        public Submitted keyReused(Admission.KeyReused reuse) {
            throw new ProblemException(
                    ProblemType.IDEMPOTENCY_KEY_REUSED,
                    IdempotencyKey.HEADER + ": the first request with this key had a different body; use a new key");
        }

        @Override
        public Submitted underway(Admission.Underway underway) {
            throw new ProblemException(
                    Problem.of(
                            ProblemType.ORDER_UNDERWAY,
                            IdempotencyKey.HEADER + ": another request with this key is in progress; try again"),
                    UNDERWAY_RETRY_AFTER);
        }

        @Override
        public Submitted noModel(Admission.NoModel noModel) {
            throw noWorker();
        }
    }

    public static ProblemException noWorker() {
        return new ProblemException(
                Problem.of(ProblemType.NO_WORKER, "no worker has announced its model yet; try again"),
                NO_WORKER_RETRY_AFTER);
    }
}
