// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** Short forms of values, for tables. */
public final class Words {
    private static final int KILO = 1000;
    private static final String PREFIXES = "kMGTPE";
    /** Above this many minutes, the age is in hours, and likewise for hours and days. */
    private static final int SWITCH_AT_MINUTES = 120;

    private static final int SWITCH_AT_HOURS = 48;

    private Words() {}

    /** @return such as {@code 45s}, {@code 90m}, {@code 3h} or {@code 12d}; never negative */
    public static String age(Instant since, Instant now) {
        Duration age = Duration.between(since, now);
        if (age.toSeconds() < SWITCH_AT_MINUTES) {
            return Math.max(0, age.toSeconds()) + "s";
        }
        if (age.toMinutes() < SWITCH_AT_MINUTES) {
            return age.toMinutes() + "m";
        }
        return age.toHours() < SWITCH_AT_HOURS ? age.toHours() + "h" : age.toDays() + "d";
    }

    /** @return such as {@code 812 B} or {@code 3.1 MB}, in powers of 1000 */
    public static String bytes(long bytes) {
        if (bytes < KILO) {
            return bytes + " B";
        }
        double scaled = bytes;
        int prefix = -1;
        while (scaled >= KILO - 0.05) { // 999.95 would be rounded to 1000.0
            scaled /= KILO;
            prefix++;
        }
        return String.format(Locale.ROOT, "%.1f %cB", scaled, PREFIXES.charAt(prefix));
    }

    /** @return the text, or its start and an ellipsis if it is longer than the limit */
    public static String shortened(String text, int limit) {
        String line = text.replaceAll("\\s+", " ").strip();
        return line.length() <= limit ? line : line.substring(0, limit - 1).stripTrailing() + "…";
    }
}
