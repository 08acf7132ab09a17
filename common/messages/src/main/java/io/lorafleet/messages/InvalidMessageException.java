// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import org.jspecify.annotations.Nullable;

/**
 * The bytes of a record are not a valid message for its topic. The message text quotes no input, so it is safe to log.
 */
public class InvalidMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public InvalidMessageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
