// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import java.util.Locale;

/** How a command prints its result. */
public enum OutputFormat {
    /** A table with the most important columns. */
    TABLE,
    /** A table with all columns. */
    WIDE,
    /** The gateway's response, unchanged. */
    JSON,
    /** Only the names, one on each line, for scripts. */
    NAME;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
