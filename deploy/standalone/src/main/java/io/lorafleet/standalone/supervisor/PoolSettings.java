// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.messages.PoolName;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An additional pool of workers in a fleet on this machine.
 *
 * @param name name of the pool
 * @param model path of the pool's base model
 * @param workers number of workers
 */
public record PoolSettings(String name, Path model, int workers) {
    private static final Pattern TEXT = Pattern.compile("([^=]+)=(.+?)(?::(\\d{1,2}))?");
    private static final String FORM = "expected NAME=PATH or NAME=PATH:WORKERS, found ";

    /**
     * @param text {@code NAME=PATH:WORKERS}, or {@code NAME=PATH} for one worker
     * @throws IllegalArgumentException if the text does not have this form, or if a part is not valid
     */
    public static PoolSettings parse(String text) {
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException(FORM + text);
        }
        String name = PoolName.require("NAME", parts.group(1));
        if (name.equals(PoolName.DEFAULT)) {
            throw new IllegalArgumentException(
                    "NAME: expected a name other than " + PoolName.DEFAULT + ", the pool of --model and --workers");
        }
        int workers = parts.group(3) == null ? 1 : Integer.parseInt(parts.group(3));
        if (workers < 1) {
            throw new IllegalArgumentException("WORKERS: expected 1 to 99, found " + workers);
        }
        return new PoolSettings(name, Path.of(parts.group(2)).toAbsolutePath().normalize(), workers);
    }
}
