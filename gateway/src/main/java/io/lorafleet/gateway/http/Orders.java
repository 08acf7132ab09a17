package io.lorafleet.gateway.http;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.generation.Admission;
import io.lorafleet.gateway.generation.GenerationOrder;
import io.lorafleet.gateway.generation.Generations;
import io.lorafleet.messages.GenerateImage;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Submits orders for the endpoints that take them. */
@Singleton
final class Orders {
    private static final Duration WORKERS_COME_UP_WITHIN = Duration.ofSeconds(5);

    private final Generations generations;

    Orders(Generations generations) {
        this.generations = generations;
    }

    /**
     * Submits an order; one that is not admitted ends with a problem.
     *
     * @param fieldNames what the endpoint calls each field of an order
     * @return the request as it was published
     */
    GenerateImage submit(GenerationOrder order, UnaryOperator<String> fieldNames) {
        Admission admission = generations.submit(order);
        if (admission instanceof Admission.Admitted admitted) {
            return admitted.request();
        }
        if (admission instanceof Admission.Refused refused) {
            throw new ProblemException(Problem.invalid(refused.badFields().stream()
                    .map(bad -> new BadField(fieldNames.apply(bad.field()), bad.expected(), bad.found()))
                    .toList()));
        }
        if (admission instanceof Admission.UnknownAdapter unknown) {
            throw new ProblemException(
                    ProblemType.UNKNOWN_ADAPTER,
                    fieldNames.apply(unknown.field())
                            + (unknown.known().isEmpty()
                                    ? ": expected none, since there are no adapters"
                                    : ": expected one of " + String.join(", ", unknown.known())));
        }
        throw noWorker();
    }

    static ProblemException noWorker() {
        return new ProblemException(
                Problem.of(ProblemType.NO_WORKER, "expected a worker, found none yet; try again"),
                WORKERS_COME_UP_WITHIN);
    }
}
