// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.BadField;
import java.util.List;
import java.util.function.Function;

/** The outcome of a withdrawal. */
public sealed interface Withdrawal {
    /** Calls the function for this outcome. Callers must handle every outcome. */
    <R> R match(Function<Published, R> published, Function<Refused, R> refused);

    /**
     * The withdrawal is durable.
     *
     * @param adapters names of the affected students
     */
    record Published(String owner, List<String> adapters) implements Withdrawal {
        public Published {
            adapters = List.copyOf(adapters);
        }

        @Override
        public <R> R match(Function<Published, R> published, Function<Refused, R> refused) {
            return published.apply(this);
        }
    }

    /**
     * The request is invalid.
     *
     * @param badFields all invalid fields
     */
    record Refused(List<BadField> badFields) implements Withdrawal {
        public Refused {
            badFields = List.copyOf(badFields);
        }

        @Override
        public <R> R match(Function<Published, R> published, Function<Refused, R> refused) {
            return refused.apply(this);
        }
    }
}
