// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if a record's bytes are not a valid message for its topic. The exception text does not quote the input, so it
 * is safe to log.
 */
public class InvalidMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidMessageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
