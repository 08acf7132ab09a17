// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors;

/** A file is no safetensors file, or not a whole one. The message says what was expected and what was found. */
public final class BadSafetensorsException extends Exception {
    private static final long serialVersionUID = 1L;

    BadSafetensorsException(String message) {
        super(message);
    }
}
