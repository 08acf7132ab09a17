// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The name of a pool: workers with the same base model that share request topics and a share group. Each request for a
 * base goes to one of the base's pools.
 */
public final class PoolName {
    /** The pool of workers for which no pool is configured. The names of its topics and groups have no suffix. */
    public static final String DEFAULT = "default";

    /** A regular expression for the part of a topic name that follows the topic's base name. */
    static final String SUFFIX = "(-[a-z0-9-]+)?";

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");

    private PoolName() {}

    /**
     * @return the name
     * @throws IllegalArgumentException if the name is not valid
     */
    public static String require(String field, String name) {
        if (!isValid(name)) {
            throw new IllegalArgumentException(field
                    + ": expected 1 to 40 lower-case letters, digits or '-', starting and ending with a letter or"
                    + " digit, found '" + name + "'");
        }
        return name;
    }

    static boolean isValid(String name) {
        return NAME.matcher(name).matches();
    }

    /** @return the value of a message's {@code pool} field: null for the default pool */
    public static @Nullable String field(String pool) {
        return pool.equals(DEFAULT) ? null : pool;
    }

    /** @param field value of a message's {@code pool} field; null for the default pool */
    public static String of(@Nullable String field) {
        return field == null ? DEFAULT : field;
    }

    static String suffix(String pool) {
        return pool.equals(DEFAULT) ? "" : "-" + pool;
    }
}
