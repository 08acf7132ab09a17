// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

/** Thrown if the request's deadline has passed. */
public final class DeadlinePassedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
}
