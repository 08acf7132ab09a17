// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.standalone.FleetException;

/** Thrown if the gateway rejects a request. The message is the text of the problem that the gateway returned. */
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
