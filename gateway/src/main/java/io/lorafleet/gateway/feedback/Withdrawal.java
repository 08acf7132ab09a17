// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.feedback;

import io.lorafleet.gateway.BadField;
import java.util.List;

/** What became of the wish to withdraw feedback. */
public sealed interface Withdrawal {
    /** The trainer will hear of it. @param adapters names of the students that it concerns */
    record Published(String owner, List<String> adapters) implements Withdrawal {
        public Published {
            adapters = List.copyOf(adapters);
        }
    }

    /** These fields cannot be accepted: all of them, not just the first. */
    record Refused(List<BadField> badFields) implements Withdrawal {
        public Refused {
            badFields = List.copyOf(badFields);
        }
    }
}
