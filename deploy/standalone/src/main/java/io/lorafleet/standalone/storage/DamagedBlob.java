// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.storage;

/**
 * A blob that is missing, or whose content differs from what a service stored.
 *
 * @param fault what was expected and what was found; never the content itself, which may contain a prompt
 * @param repair what to do about the fault
 */
public record DamagedBlob(String key, String fault, String repair) {
    @Override
    public String toString() {
        return key + ": " + fault + "\n    " + repair;
    }
}
