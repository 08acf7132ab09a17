// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import org.jspecify.annotations.Nullable;

/** A problem that the user can mend. The text says what was found and what to do; the command line prints just that. */
public final class FleetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FleetException(@Nullable String message) {
        super(message);
    }
}
