// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import org.jspecify.annotations.Nullable;

/** Thrown if a message field has an unknown value that a newer release may know, such as the name of a new sampler. */
public final class UnknownValueException extends InvalidMessageException {
    private static final long serialVersionUID = 1L;

    public UnknownValueException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
