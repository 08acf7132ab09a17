// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.images;

/** A file is no image that may be decoded. The message says what was expected and what was found, and quotes nothing. */
public final class BadImageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String found;

    public BadImageException(String expected, String found) {
        super("expected " + expected + ", found " + found);
        this.expected = expected;
        this.found = found;
    }

    public String expected() {
        return expected;
    }

    public String found() {
        return found;
    }
}
