// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

/** A student cannot be trained as asked for. The message says what was expected and found. */
public final class DistillationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DistillationException(String message) {
        super(message);
    }
}
