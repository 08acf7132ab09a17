// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import org.jspecify.annotations.Nullable;

/**
 * An error that the user can fix. The command line prints only the message, which describes the error and how to fix
 * it.
 */
public class FleetException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public FleetException(@Nullable String message) {
        super(message);
    }
}
