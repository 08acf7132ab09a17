// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;

/**
 * The command to cancel a request, whichever worker is processing it. It has no effect on a finished request.
 *
 * @param requestId id of the request
 */
public record CancelGeneration(String requestId) {
    public CancelGeneration {
        Check.id("requestId", requestId);
    }
}
