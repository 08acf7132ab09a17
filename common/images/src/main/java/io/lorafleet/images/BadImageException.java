// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.images;

/**
 * Thrown if a file is not an image, or is not safe to decode. The message gives the expected and actual values and does
 * not quote the file's contents.
 */
public final class BadImageException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String expected;
    private final String found;

    public BadImageException(String expected, String found) {
        super("expected " + expected + ", found " + found);
        this.expected = expected;
        this.found = found;
    }

    /** @return the expected value */
    public String expected() {
        return expected;
    }

    /** @return the actual value */
    public String found() {
        return found;
    }
}
