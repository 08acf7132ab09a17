// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

/** Something that the user can mend. The text says what was expected and what was found. */
public final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public BenchException(String message) {
        super(message);
    }
}
