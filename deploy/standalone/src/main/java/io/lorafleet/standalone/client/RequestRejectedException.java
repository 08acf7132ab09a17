// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.standalone.FleetException;

/** The gateway rejected a request. The message is the gateway's problem, as text. */
public final class RequestRejectedException extends FleetException {
    private static final long serialVersionUID = 1L;

    private final int status;

    RequestRejectedException(int status, String message) {
        super(message);
        this.status = status;
    }

    /** @return the HTTP status */
    public int status() {
        return status;
    }
}
