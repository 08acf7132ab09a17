// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

/**
 * A reference to one adapter version. A request contains the reference, so every retry uses the same weights.
 *
 * @param name adapter name
 * @param version version number
 * @param sha256 SHA-256 of the weights file, which is stored in the blob store under {@link BlobKeys#adapter}
 */
public record PinnedAdapter(String name, int version, String sha256) {
    public PinnedAdapter {
        Check.id("adapter.name", name);
        Check.range("adapter.version", 1, Integer.MAX_VALUE, version);
        Check.sha256("adapter.sha256", sha256);
    }

    @Override
    public String toString() {
        return name + "@" + version;
    }
}
