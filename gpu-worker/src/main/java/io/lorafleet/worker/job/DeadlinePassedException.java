// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

/** Nobody wants the image any more. */
public final class DeadlinePassedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
}
