// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

/**
 * The one version of an adapter that a request uses, however often it is retried.
 *
 * @param sha256 of the weights file, which lies in the blob store under {@link BlobKeys#adapter}
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
