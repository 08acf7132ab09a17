// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation;

/** Thrown if distillation is not possible with the given settings. The message gives the expected and actual values. */
public final class DistillationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DistillationException(String message) {
        super(message);
    }
}
