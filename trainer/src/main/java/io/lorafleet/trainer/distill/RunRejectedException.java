// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.distill;

/** Thrown if a run cannot produce a version from its inputs. A second attempt would fail in the same way. */
public final class RunRejectedException extends Exception {
    private static final long serialVersionUID = 1L;

    public RunRejectedException(String reason) {
        super(reason);
    }

    RunRejectedException(RuntimeException cause) {
        super(cause.getMessage(), cause);
    }
}
