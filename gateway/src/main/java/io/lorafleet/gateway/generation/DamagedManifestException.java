// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

/** The manifest of a generation is damaged, so the gateway does not know how the generation ended. */
public final class DamagedManifestException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DamagedManifestException(String message) {
        super(message);
    }
}
