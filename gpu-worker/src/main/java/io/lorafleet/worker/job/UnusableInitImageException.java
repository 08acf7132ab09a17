// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

/** Thrown if an init image cannot be used. The failure is permanent. */
final class UnusableInitImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnusableInitImageException(String why) {
        super("init image: " + why);
    }
}
