// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

/**
 * A reference to one ControlNet of a worker. A request contains the reference, so every retry uses the same weights.
 *
 * @param name name of the folder, or of the file without its extension, in the workers' folder of ControlNets
 * @param sha256 SHA-256 of the ControlNet's concatenated files: its config, if it has one, then its weights
 */
public record PinnedControlNet(String name, String sha256) {
    public PinnedControlNet {
        Check.id("controlNet.name", name);
        Check.sha256("controlNet.sha256", sha256);
    }

    @Override
    public String toString() {
        return name;
    }
}
