// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

/**
 * A place where an invariant does not hold.
 *
 * @param subject request, worker, blob or adapter
 * @param expected what the invariant demands
 * @param found what the history shows
 */
public record Violation(String subject, String expected, String found) {
    @Override
    public String toString() {
        return subject + ": expected " + expected + ", found " + found;
    }
}
