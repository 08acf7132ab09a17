// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.messages.generation.GenerateImage;
import java.time.Duration;
import java.util.List;

/** The outcome of a generation request. */
public sealed interface Admission {
    /** Calls the method for this outcome. */
    <R> R match(Cases<R> cases);

    /** One method per outcome. */
    interface Cases<R> {
        R admitted(Admitted admission);

        R refused(Refused refusal);

        R unknownAdapter(UnknownAdapter unknown);

        R overloaded(Overloaded overload);

        R busy(Busy busy);

        R repeated(Repeated repetition);

        R keyReused(KeyReused reuse);

        R underway(Underway underway);

        R noModel(NoModel noModel);
    }

    /**
     * The request is admitted.
     *
     * @param images the request's image files, not yet stored
     */
    record Admitted(GenerateImage request, RequestImages images) implements Admission {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.admitted(this);
        }
    }

    /**
     * The request is invalid.
     *
     * @param badFields all invalid fields
     */
    record Refused(List<BadField> badFields) implements Admission {
        public Refused {
            badFields = List.copyOf(badFields);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.refused(this);
        }
    }

    /**
     * The adapter does not exist.
     *
     * @param field JSON path of the reference
     * @param known names of some existing adapters
     */
    record UnknownAdapter(String field, List<String> known) implements Admission {
        public UnknownAdapter {
            known = List.copyOf(known);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.unknownAdapter(this);
        }
    }

    /**
     * The queue is full.
     *
     * @param clearsIn estimated time until the queue has room for the request
     */
    record Overloaded(Duration clearsIn) implements Admission {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.overloaded(this);
        }
    }

    /**
     * Too many images are being decoded.
     *
     * @param retryIn suggested pause before a retry
     */
    record Busy(Duration retryIn) implements Admission {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.busy(this);
        }
    }

    /**
     * The request is a retry of an earlier request with the same idempotency key.
     *
     * @param generation the generation created by the earlier request
     */
    record Repeated(Generation generation) implements Admission {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.repeated(this);
        }
    }

    /** An earlier request with the same idempotency key had a different body. */
    record KeyReused() implements Admission {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.keyReused(this);
        }
    }

    /** A request with the same idempotency key is being published. */
    record Underway() implements Admission {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.underway(this);
        }
    }

    /** No worker has announced its model yet, so the request cannot be checked. */
    record NoModel() implements Admission {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.noModel(this);
        }
    }
}
