// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

/** Thrown if an init image or its mask cannot be used. The failure is permanent. */
final class UnusableInitImageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param name what the file is: init image or mask */
    UnusableInitImageException(String name, String why) {
        super(name + ": " + why);
    }
}
