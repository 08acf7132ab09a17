// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

/** A model file is missing, damaged, or not of the form expected. The text names the file and both sides. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}
