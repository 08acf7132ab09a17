// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import org.jspecify.annotations.Nullable;

/** A record's bytes are not the message that its topic carries. The text is safe to log: it quotes no input. */
public final class InvalidMessageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidMessageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
