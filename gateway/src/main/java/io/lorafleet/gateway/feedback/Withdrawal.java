// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.BadField;
import java.util.List;

/** The outcome of a withdrawal. */
public sealed interface Withdrawal {
    /** The withdrawal is durable. @param adapters names of the affected students */
    record Published(String owner, List<String> adapters) implements Withdrawal {
        public Published {
            adapters = List.copyOf(adapters);
        }
    }

    /** The request is invalid. @param badFields all invalid fields */
    record Refused(List<BadField> badFields) implements Withdrawal {
        public Refused {
            badFields = List.copyOf(badFields);
        }
    }
}
