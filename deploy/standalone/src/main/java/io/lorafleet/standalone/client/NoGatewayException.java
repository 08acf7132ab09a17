// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.standalone.CommandName;
import io.lorafleet.standalone.FleetException;

/** Thrown if no gateway responds. */
public final class NoGatewayException extends FleetException {
    private static final long serialVersionUID = 1L;

    /** @param url the URL of the gateway */
    public NoGatewayException(String url) {
        super("no gateway is responding at " + url + ": start a fleet with " + CommandName.quoted("up")
                + ", or set --url to the URL of a running gateway");
    }
}
