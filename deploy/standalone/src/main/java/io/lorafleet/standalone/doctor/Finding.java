// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.doctor;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The result of a check.
 *
 * @param check what was checked, in one or two words
 * @param text one sentence or two: what was found and, if it is not good, what to do
 */
public record Finding(String check, Status status, String text) {
    public enum Status {
        @JsonProperty("ok")
        OK,
        /** The fleet starts, but may be slow or fail later. */
        @JsonProperty("warning")
        WARNING,
        /** The fleet does not start. */
        @JsonProperty("problem")
        PROBLEM
    }

    static Finding ok(String check, String text) {
        return new Finding(check, Status.OK, text);
    }

    static Finding warning(String check, String text) {
        return new Finding(check, Status.WARNING, text);
    }

    static Finding problem(String check, String text) {
        return new Finding(check, Status.PROBLEM, text);
    }
}
