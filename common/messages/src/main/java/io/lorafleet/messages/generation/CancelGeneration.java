// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;

/** The command to stop a request, wherever it is. A request that is already finished stays as it is. */
public record CancelGeneration(String requestId) {
    public CancelGeneration {
        Check.id("requestId", requestId);
    }
}
