// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.storage;

/**
 * A blob whose content is not the one that a service stored, or that is missing.
 *
 * @param fault what was expected and what was found; never the content itself, which may be a prompt
 * @param repair what to do about it
 */
public record DamagedBlob(String key, String fault, String repair) {
    @Override
    public String toString() {
        return key + ": " + fault + "\n    " + repair;
    }
}
