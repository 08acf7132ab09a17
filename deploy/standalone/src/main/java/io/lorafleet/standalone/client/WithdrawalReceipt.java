// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import java.util.List;

/**
 * What the gateway says of feedback that it withdrew.
 *
 * @param adapters names of the students that it concerns
 */
public record WithdrawalReceipt(String owner, List<String> adapters) {

    /** @return one line, for people */
    public String text() {
        return adapters.isEmpty()
                ? "there is no student that could have learned from " + owner
                : "what " + owner + " has said so far is withdrawn from " + String.join(", ", adapters);
    }
}
