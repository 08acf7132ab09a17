// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors;

/** Thrown if a file is not a complete safetensors file. The message gives the expected and actual values. */
public final class BadSafetensorsException extends Exception {
    private static final long serialVersionUID = 1L;

    BadSafetensorsException(String message) {
        super(message);
    }
}
