// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import io.lorafleet.standalone.FleetException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Width and height in pixels. */
public record Resolution(int width, int height) {
    private static final Pattern TEXT = Pattern.compile("(\\d{1,5})(?:x(\\d{1,5}))?");

    /** Reads {@code 64} (a square) or {@code 96x64}. */
    public static Resolution parse(String text) {
        Matcher size = TEXT.matcher(text);
        if (!size.matches()) {
            throw new FleetException("--sizes: expected a size such as 64 or 96x64, found " + text);
        }
        int width = Integer.parseInt(size.group(1));
        return new Resolution(width, size.group(2) == null ? width : Integer.parseInt(size.group(2)));
    }
}
